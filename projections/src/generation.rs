//! A generation at work: batches go in, each with its checkpoint in one transaction.

use std::collections::{BTreeSet, HashMap};

use event_store::{Checkpoint, EventStore, lease};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use uuid::Uuid;

use crate::ReadModelError;
use crate::discards::{Discards, Scope};
use crate::folding::Folding;
use crate::letter::{Letter, TakenUp};
use crate::manner::Manner;
use crate::model::ReadModel;
use crate::opened::Opened;
use crate::schema::{Schema, Slot, lock_generations};
use crate::statements::Statements;

/// Who holds a lease: the process, for people.
pub(crate) fn holder() -> String {
    let host = std::env::var("HOSTNAME").unwrap_or_else(|_| "localhost".to_owned());
    format!("process {} on {host}", std::process::id())
}

/// A generation that exists.
pub(crate) struct Generation {
    folding: &'static dyn Folding,
    pub(crate) model: &'static ReadModel,
    pub(crate) schema: Schema,
    pub(crate) pool: PgPool,
    statements: Statements,
    discards: Discards,
}

/// A move of a checkpoint by the holder of a lease.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) fence: i64,
    pub(crate) from: Checkpoint,
    pub(crate) to: Checkpoint,
}

/// So many groups are taken up in one transaction.
const GROUPS: usize = 20;

impl Generation {
    /// Creates it unless it is there. One that is to be filled first gets its indexes afterwards.
    pub(crate) async fn open(
        folding: &'static dyn Folding,
        slot: Slot,
        store: &EventStore,
        pool: &PgPool,
        with_indexes: bool,
    ) -> Result<Self, ReadModelError> {
        let model = folding.model();
        let schema = Schema::of(model, slot);
        schema.create(model, pool, with_indexes).await?;
        let statements = Statements::of(model, &schema, pool).await?;
        let discards = Discards::of(store, model).await?;
        Ok(Self { folding, model, schema, pool: pool.clone(), statements, discards })
    }

    /// Where it is.
    pub(crate) async fn checkpoint(&self) -> Result<Checkpoint, ReadModelError> {
        let mut conn = self.pool.acquire().await?;
        Ok(lease::checkpoint(&mut conn, self.schema.as_str(), self.model.name).await?.unwrap_or_default())
    }

    /// Folds a batch into its rows, once: rows, letters and checkpoint move together, and only if nobody else moved them.
    ///
    /// The checkpoint moves first: its row is locked from then on, so a swap waits for this batch or this batch finds another fence, and no statement
    /// of it can meet a generation that was renamed under it.
    pub(crate) async fn apply(&self, step: Step, events: &[Opened]) -> Result<Vec<Letter>, ReadModelError> {
        match self.attempt(step, events, Manner::Together).await {
            Err(error) if error.is_bad_row() => self.attempt(step, events, Manner::Narrowly).await,
            done => done,
        }
    }

    async fn attempt(&self, step: Step, events: &[Opened], manner: Manner) -> Result<Vec<Letter>, ReadModelError> {
        let mut tx = self.pool.begin().await?;
        if !lease::advance(&mut tx, self.schema.as_str(), self.model.name, step.fence, &step.from, &step.to).await? {
            return Err(ReadModelError::LostLease(self.schema.to_string()));
        }
        let scope = Scope::all(&self.discards);
        let letters =
            if events.is_empty() { Vec::new() } else { self.folding.write(&mut tx, &self.statements, events, manner, scope).await? };
        tx.commit().await?;
        Ok(letters)
    }

    /// Takes in again, in their order, what waits in some groups, but for what was discarded: so many groups at a time, for meanwhile no batch moves.
    pub(crate) async fn take_up(&self, store: &EventStore, keys: &[String]) -> Result<TakenUp, ReadModelError> {
        let mut all = TakenUp::default();
        for groups in keys.chunks(GROUPS) {
            let done = self.take_up_at_once(store, groups).await?;
            all.taken_in += done.taken_in;
            all.waiting += done.waiting;
        }
        Ok(all)
    }

    /// Rows and letters move together, while no batch can.
    async fn take_up_at_once(&self, store: &EventStore, keys: &[String]) -> Result<TakenUp, ReadModelError> {
        let mut tx = self.pool.begin().await?;
        self.hold(&mut tx).await?;
        let sql = format!("delete from {}.dead_letters where key = any($1) returning key, position, event_id", self.schema);
        let waiting: Vec<(String, i64, Uuid)> = sqlx::query_as(AssertSqlSafe(sql)).bind(keys).fetch_all(&mut *tx).await?;
        let events = self.events_of(store, &waiting).await?;
        let (mut by_position, count) = (HashMap::<i64, Vec<String>>::new(), waiting.len());
        waiting.into_iter().for_each(|(key, position, _)| by_position.entry(position).or_default().push(key));
        let scope = Scope::waiting(&self.discards, &by_position);
        let letters = self.folding.write(&mut tx, &self.statements, &events, Manner::Narrowly, scope).await?;
        tx.commit().await?;
        Ok(TakenUp { taken_in: count.saturating_sub(letters.len()), waiting: letters.len() })
    }

    /// Keeps everybody else from moving it until the transaction ends, and the live one from being another by then.
    async fn hold(&self, conn: &mut PgConnection) -> Result<(), ReadModelError> {
        if self.schema == Schema::of(self.model, Slot::Live) {
            lock_generations(conn, self.model).await?;
        }
        let sql = format!("select from {}.checkpoints where name = $1 for update", self.schema);
        sqlx::query(AssertSqlSafe(sql)).bind(self.model.name).execute(conn).await?;
        Ok(())
    }

    async fn events_of(&self, store: &EventStore, waiting: &[(String, i64, Uuid)]) -> Result<Vec<Opened>, ReadModelError> {
        let positions: BTreeSet<i64> = waiting.iter().map(|(_, position, _)| *position).collect();
        let events = store.events_at(&positions.into_iter().collect::<Vec<_>>()).await?;
        let is_there =
            |(_, position, id): &&(String, i64, Uuid)| events.iter().any(|event| (event.position, event.event_id) == (*position, *id));
        if let Some((_, position, id)) = waiting.iter().find(|waiting| !is_there(waiting)) {
            return Err(ReadModelError::Absent(format!("event {id} at position {position} any more")));
        }
        Opened::all(store.vault(), self.model, events).await
    }

    /// Lets the groups go on that wait behind an event that was discarded, as the log has it by now; answers what became of all that waited in them.
    pub(crate) async fn heed_discards(&mut self, store: &EventStore) -> Result<TakenUp, ReadModelError> {
        self.discards = Discards::of(store, self.model).await?;
        if self.discards.is_empty() {
            return Ok(TakenUp::default());
        }
        let sql = format!("select key, event_id from {}.dead_letters", self.schema);
        let letters: Vec<(String, Uuid)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
        let freed: BTreeSet<String> =
            letters.into_iter().filter(|(key, event)| self.discards.has(key, *event)).map(|(key, _)| key).collect();
        self.take_up(store, &freed.into_iter().collect::<Vec<_>>()).await
    }

    /// What operators took out of it.
    pub(crate) fn discards(&self) -> &Discards {
        &self.discards
    }

    /// How many dead letters it has.
    pub(crate) async fn dead_letters(&self) -> Result<i64, ReadModelError> {
        let sql = format!("select count(*) from {}.dead_letters", self.schema);
        Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.pool).await?)
    }
}
