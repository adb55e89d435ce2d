//! A generation at work: batches go in, each with its checkpoint in one transaction.

use event_store::{Checkpoint, lease};
use sqlx::{AssertSqlSafe, PgPool};

use crate::ReadModelError;
use crate::folding::{Folding, Manner};
use crate::letter::Letter;
use crate::model::ReadModel;
use crate::opened::Opened;
use crate::schema::{Schema, Slot};
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
}

/// A move of a checkpoint by the holder of a lease.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) fence: i64,
    pub(crate) from: Checkpoint,
    pub(crate) to: Checkpoint,
}

impl Generation {
    /// Creates it unless it is there. One that is to be filled first gets its indexes afterwards.
    pub(crate) async fn open(folding: &'static dyn Folding, slot: Slot, pool: &PgPool, with_indexes: bool) -> Result<Self, ReadModelError> {
        let model = folding.model();
        let schema = Schema::of(model, slot);
        schema.create(model, pool, with_indexes).await?;
        let statements = Statements::of(model, &schema, pool).await?;
        Ok(Self { folding, model, schema, pool: pool.clone(), statements })
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
            Err(error) if error.is_bad_row() => self.attempt(step, events, Manner::Apart).await,
            done => done,
        }
    }

    async fn attempt(&self, step: Step, events: &[Opened], manner: Manner) -> Result<Vec<Letter>, ReadModelError> {
        let mut tx = self.pool.begin().await?;
        if !lease::advance(&mut tx, self.schema.as_str(), self.model.name, step.fence, &step.from, &step.to).await? {
            return Err(ReadModelError::LostLease(self.schema.to_string()));
        }
        let letters = if events.is_empty() { Vec::new() } else { self.folding.write(&mut tx, &self.statements, events, manner).await? };
        tx.commit().await?;
        Ok(letters)
    }

    /// How many dead letters it has.
    pub(crate) async fn dead_letters(&self) -> Result<i64, ReadModelError> {
        let sql = format!("select count(*) from {}.dead_letters", self.schema);
        Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.pool).await?)
    }
}
