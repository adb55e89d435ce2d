//! Following the log from a checkpoint, in order, once.

use std::time::Duration;

use sqlx::Row;
use uuid::Uuid;

use crate::{Checkpoint, EventStore, Filter, RecordedEvent, StoreError, reading};

/// Behind this a reader looks by itself, whatever it heard.
const POLL: Duration = Duration::from_secs(1);

/// A reader's place in the log. It owns no checkpoint: the consumer stores [`Batch::checkpoint`] in the transaction of the rows that it guards.
pub struct Subscription {
    store: EventStore,
    filter: Filter,
    from: Checkpoint,
}

/// The next events for a reader, and where it is once it has taken them in.
#[derive(Debug, Clone)]
pub struct Batch {
    /// In order of position; may be empty where the filter let nothing through.
    pub events: Vec<RecordedEvent>,
    /// Where the reader is after it.
    pub checkpoint: Checkpoint,
    /// The log's last position when this was read.
    pub head: i64,
}

/// Why a subscription ended.
#[derive(Debug, thiserror::Error)]
pub enum SubscriptionError {
    /// The log does not have the event that the checkpoint saw: a failover or a restore lost it. Going on would skip or repeat
    /// events: rewind the reader to a position that the log still agrees with, or rebuild what it made.
    #[error("ahead of the log: checkpoint {checkpoint:?}, but the log has {found:?} there")]
    AheadOfLog {
        /// What the reader saw.
        checkpoint: Checkpoint,
        /// The event that stands there now, if any.
        found: Option<Uuid>,
    },
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for SubscriptionError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Subscription {
    /// Follows `store` behind `from`.
    pub fn new(store: EventStore, filter: Filter, from: Checkpoint) -> Self {
        Self { store, filter, from }
    }

    /// Where the next batch begins.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.from
    }

    /// Goes back to `to`, after a batch that could not be taken in.
    pub fn rewind(&mut self, to: Checkpoint) {
        self.from = to;
    }

    /// The next events, at most `max`; waits while there are none.
    ///
    /// # Errors
    /// [`SubscriptionError::AheadOfLog`] if the log lost what the reader saw; [`SubscriptionError::Store`] if it cannot be read.
    pub async fn next_batch(&mut self, max: usize) -> Result<Batch, SubscriptionError> {
        let mut heard = self.store.wake();
        loop {
            heard.borrow_and_update();
            if let Some(batch) = self.try_next_batch(max).await? {
                return Ok(batch);
            }
            // Either it heard something, or it looks by itself: both mean to look again.
            drop(tokio::time::timeout(POLL, heard.changed()).await);
        }
    }

    /// The next events, at most `max`; none if the reader is at the head.
    ///
    /// The head is read first and then everything in `(checkpoint, head]`: what a filter leaves out is passed over, never skipped unseen.
    ///
    /// # Errors
    /// As [`Subscription::next_batch`].
    pub async fn try_next_batch(&mut self, max: usize) -> Result<Option<Batch>, SubscriptionError> {
        let pool = self.store.pool();
        let head = reading::head(pool).await?;
        self.assert_not_ahead().await?;
        if head.position <= self.from.position {
            return Ok(None);
        }
        let limit = i64::try_from(max.max(1)).unwrap_or(i64::MAX);
        let upto = head.position.min(self.from.position.saturating_add(limit));
        let events = reading::range(pool, self.from.position, upto, limit, &self.filter).await?;
        let event_id = match events.last() {
            Some(last) if last.position == upto => Some(last.event_id),
            Some(_) | None => self.event_at(upto).await?,
        };
        let checkpoint = Checkpoint { epoch: head.epoch, position: upto, event_id };
        self.from = checkpoint;
        Ok(Some(Batch { events, checkpoint, head: head.position }))
    }

    async fn assert_not_ahead(&self) -> Result<(), SubscriptionError> {
        if self.from.position == 0 {
            return Ok(());
        }
        let found = self.event_at(self.from.position).await?;
        if found.is_some() && found == self.from.event_id {
            return Ok(());
        }
        Err(SubscriptionError::AheadOfLog { checkpoint: self.from, found })
    }

    async fn event_at(&self, position: i64) -> Result<Option<Uuid>, SubscriptionError> {
        let row =
            sqlx::query("select event_id from log.events where position = $1").bind(position).fetch_optional(self.store.pool()).await?;
        Ok(row.map(|row| row.try_get("event_id")).transpose()?)
    }
}
