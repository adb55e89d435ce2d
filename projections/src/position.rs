//! Where read models are, and waiting until they are somewhere: reading one's own writes.

use std::collections::HashMap;
use std::time::Duration;

use event_store::{Checkpoint, PositionToken, lease};
use futures::future::try_join_all;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::registry::{READ_MODELS, read_model};
use crate::schema::{Schema, Slot};
use crate::{ReadDatabase, ReadModelError};

/// What the projectors of this process have said: a read model that another process keeps is asked for in the database.
pub(crate) struct Positions(HashMap<&'static str, watch::Sender<i64>>);

/// How often the database is asked: at first, and at most.
const FIRST_POLL: Duration = Duration::from_millis(4);
const SLOWEST_POLL: Duration = Duration::from_millis(50);

impl Positions {
    pub(crate) fn new() -> Self {
        Self(READ_MODELS.iter().map(|model| (model.name(), watch::Sender::new(0))).collect())
    }

    /// Everything up to `position` is in the rows of the read model.
    pub(crate) fn publish(&self, name: &str, position: i64) {
        if let Some(sender) = self.0.get(name) {
            sender.send_replace(position);
        }
    }

    fn subscribe(&self, name: &str) -> Option<watch::Receiver<i64>> {
        self.0.get(name).map(watch::Sender::subscribe)
    }
}

impl ReadDatabase {
    /// Where a read model is.
    ///
    /// # Errors
    /// There is no such read model, it was never built, or the database cannot be asked.
    pub async fn position_of(&self, name: &str) -> Result<PositionToken, ReadModelError> {
        Ok(self.checkpoint_of(name).await?.token())
    }

    pub(crate) async fn checkpoint_of(&self, name: &str) -> Result<Checkpoint, ReadModelError> {
        let schema = Schema::of(read_model(name)?, Slot::Live);
        let mut conn = self.pool().acquire().await?;
        match lease::checkpoint(&mut conn, schema.as_str(), name).await {
            Ok(checkpoint) => Ok(checkpoint.unwrap_or_default()),
            Err(error) if is_undefined_table(&error) => Err(ReadModelError::Absent(schema.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until each of these read models has taken in what stands at `token` and before.
    ///
    /// # Errors
    /// [`ReadModelError::Behind`] if one does not get there in time; there is no such read model, or the database cannot be asked.
    pub async fn wait_for(&self, names: &[&str], token: PositionToken, timeout: Duration) -> Result<(), ReadModelError> {
        let deadline = Instant::now() + timeout;
        try_join_all(names.iter().map(|name| self.wait_for_one(name, token.position, deadline))).await.map(|_| ())
    }

    async fn wait_for_one(&self, name: &str, wanted: i64, deadline: Instant) -> Result<(), ReadModelError> {
        let mut heard = self.positions.subscribe(name).ok_or_else(|| ReadModelError::Unknown(name.to_owned()))?;
        let mut pause = FIRST_POLL;
        loop {
            if *heard.borrow_and_update() >= wanted {
                return Ok(());
            }
            let position = self.stored_position(name).await?;
            if position >= wanted {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(ReadModelError::Behind { name: name.to_owned(), position, wanted });
            }
            // Either it was said in this process or the pause is over: both mean to look again.
            drop(timeout_at(deadline.min(Instant::now() + pause), heard.changed()).await);
            pause = (pause * 2).min(SLOWEST_POLL);
        }
    }

    async fn stored_position(&self, name: &str) -> Result<i64, ReadModelError> {
        match self.checkpoint_of(name).await {
            Ok(checkpoint) => Ok(checkpoint.position),
            Err(ReadModelError::Absent(_)) => Ok(0),
            Err(error) => Err(error),
        }
    }
}

fn is_undefined_table(error: &event_store::StoreError) -> bool {
    matches!(error, event_store::StoreError::Database(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01"))
}
