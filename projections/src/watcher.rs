//! The one who knows how far every read model is: heard from the projectors of this process, looked up in the database for the others. However many
//! wait, at most one of them looks at a time, with one statement for all read models, and tells the rest.

use std::collections::HashMap;
use std::time::Duration;

use event_store::Checkpoint;
use sqlx::{AssertSqlSafe, FromRow, PgPool};
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use crate::ReadModelError;
use crate::model::ReadModel;
use crate::models::ReadModels;
use crate::schema::{Schema, Slot};

/// Where a read model was when it was last heard of.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    /// None: it has not been built.
    pub(crate) at: Option<Checkpoint>,
    /// Whether a projector of this process keeps it: then it is never ahead of the truth. What was looked up is true only of its moment.
    pub(crate) kept: bool,
}

pub(crate) struct Watcher {
    models: ReadModels,
    seen: HashMap<&'static str, watch::Sender<Seen>>,
    turn: Mutex<Pace>,
    hurry: Notify,
}

/// When to look again.
#[derive(Debug)]
struct Pace {
    looked_at: Option<Instant>,
    pause: Duration,
}

/// Between two looks, whoever comes.
const SHORTEST: Duration = Duration::from_millis(1);
/// After a look that showed something new, and after many that did not.
const FIRST: Duration = Duration::from_millis(4);
const LONGEST: Duration = Duration::from_millis(50);

impl Watcher {
    pub(crate) fn of(models: ReadModels) -> Self {
        let seen = models.names().map(|name| (name, watch::Sender::new(Seen::default()))).collect();
        Self { models, seen, turn: Mutex::new(Pace { looked_at: None, pause: FIRST }), hurry: Notify::new() }
    }

    /// This process keeps a read model from now on, and says how far it is, until what this answers is dropped: then another may keep it.
    pub(crate) fn keep<'a>(&'a self, model: &'a ReadModel, at: Checkpoint) -> Kept<'a> {
        let kept = Kept { watcher: self, model };
        kept.at(at);
        kept
    }

    fn say(&self, name: &str, seen: Seen) -> bool {
        let Some(sender) = self.seen.get(name) else { return false };
        let before = sender.send_replace(seen);
        before.at != seen.at
    }

    /// For one who waits: the next look is soon.
    pub(crate) fn listen(&self, model: &ReadModel) -> Option<watch::Receiver<Seen>> {
        let heard = self.seen.get(model.name).map(watch::Sender::subscribe);
        self.hurry.notify_one();
        heard
    }

    /// The latest epoch that any read model has come to.
    pub(crate) fn latest_epoch(&self) -> i64 {
        let epochs = self.seen.values().filter_map(|sender| sender.borrow().at.map(|at| at.epoch));
        epochs.max().unwrap_or_default()
    }

    /// Looks once it is this caller's turn and time for it; another's look is as good. Dropped at any point, it leaves the turn to the next.
    pub(crate) async fn look_in_turn(&self, pool: &PgPool) -> Result<(), ReadModelError> {
        let mut pace = self.turn.lock().await;
        if let Some(last) = pace.looked_at {
            sleep_until(last + SHORTEST).await;
            tokio::select! {
                () = self.hurry.notified() => {}
                () = sleep_until(last + pace.pause) => {}
            }
        }
        let news = self.look(pool).await?;
        pace.looked_at = Some(Instant::now());
        pace.pause = if news { FIRST } else { (pace.pause * 2).min(LONGEST) };
        Ok(())
    }

    /// Looks where every read model is that this process does not keep; answers whether one has moved.
    async fn look(&self, pool: &PgPool) -> Result<bool, ReadModelError> {
        let mut found: HashMap<String, Checkpoint> = stored(pool, self.models).await?.into_iter().map(Stored::named).collect();
        let mut news = false;
        for (name, sender) in &self.seen {
            if !sender.borrow().kept {
                news |= self.say(name, Seen { at: found.remove(*name), kept: false });
            }
        }
        Ok(news)
    }
}

/// A read model that this process keeps.
pub(crate) struct Kept<'a> {
    watcher: &'a Watcher,
    model: &'a ReadModel,
}

impl Kept<'_> {
    /// Everything up to `at` is in its rows.
    pub(crate) fn at(&self, at: Checkpoint) {
        self.watcher.say(self.model.name, Seen { at: Some(at), kept: true });
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        self.watcher.say(self.model.name, Seen::default());
    }
}

#[derive(FromRow)]
struct Stored {
    name: String,
    epoch: i64,
    position: i64,
    event_id: Option<Uuid>,
}

impl Stored {
    fn named(self) -> (String, Checkpoint) {
        (self.name, Checkpoint { epoch: self.epoch, position: self.position, event_id: self.event_id })
    }
}

/// The checkpoints of the live generations that there are.
async fn stored(pool: &PgPool, models: ReadModels) -> Result<Vec<Stored>, ReadModelError> {
    let schemas: Vec<String> = models.all().map(|model| Schema::of(model, Slot::Live).to_string()).collect();
    let there = "select schema from unnest($1::text[]) schema where to_regclass(schema || '.checkpoints') is not null";
    let there: Vec<String> = sqlx::query_scalar(there).bind(schemas).fetch_all(pool).await?;
    if there.is_empty() {
        return Ok(Vec::new());
    }
    let each = there.iter().map(|schema| format!("select name, epoch, position, event_id from {schema}.checkpoints"));
    let all = each.collect::<Vec<_>>().join(" union all ");
    Ok(sqlx::query_as(AssertSqlSafe(all)).fetch_all(pool).await?)
}
