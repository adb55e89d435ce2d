//! Following the log from a checkpoint, in order, once.

use std::time::Duration;

use uuid::Uuid;

use crate::tail::{Served, Told};
use crate::{Batch, Checkpoint, EventStore, Filter, StoreError, reading};

/// Behind this a reader looks by itself, whatever it heard.
const POLL: Duration = Duration::from_secs(1);

/// A reader's place in the log. It owns no checkpoint: the consumer stores [`Batch::checkpoint`] in the transaction of the rows that it guards.
pub struct Subscription {
    store: EventStore,
    filter: Filter,
    from: Checkpoint,
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
        let mut told = Told::UpTo(*heard.borrow_and_update());
        loop {
            if let Some(batch) = self.next(max, told).await? {
                return Ok(batch);
            }
            // Either it heard something, or it looks by itself: both mean to look again.
            told = match tokio::time::timeout(POLL, heard.changed()).await {
                Ok(_) => Told::UpTo(*heard.borrow_and_update()),
                Err(_) => Told::Nothing,
            };
        }
    }

    /// The next events, at most `max`; none if the reader is at the head.
    ///
    /// # Errors
    /// As [`Subscription::next_batch`].
    pub async fn try_next_batch(&mut self, max: usize) -> Result<Option<Batch>, SubscriptionError> {
        self.next(max, Told::Nothing).await
    }

    /// From what is in memory where the reader is there, as those mostly are that keep up; by itself where it is behind that.
    async fn next(&mut self, max: usize, told: Told) -> Result<Option<Batch>, SubscriptionError> {
        let limit = i64::try_from(max.max(1)).unwrap_or(i64::MAX);
        let batch = match self.store.tail().next(self.store.pool(), &self.from, limit, &self.filter, told).await? {
            Served::Batch(batch) => Some(batch),
            Served::AtHead => None,
            Served::Elsewhere => self.read(limit).await?,
        };
        if let Some(batch) = &batch {
            self.from = batch.checkpoint;
        }
        Ok(batch)
    }

    /// The head is read first and then everything in `(checkpoint, head]`: what a filter leaves out is passed over, never skipped unseen.
    async fn read(&self, limit: i64) -> Result<Option<Batch>, SubscriptionError> {
        let (pool, from) = (self.store.pool(), self.from);
        let step = reading::step(pool, from.position, limit).await?;
        if from.position > 0 && (step.seen.is_none() || step.seen != from.event_id) {
            return Err(SubscriptionError::AheadOfLog { checkpoint: from, found: step.seen });
        }
        if step.head <= from.position {
            return Ok(None);
        }
        let upto = step.head.min(from.position.saturating_add(limit));
        let events = reading::range(pool, from.position, upto, limit, &self.filter).await?;
        let checkpoint = Checkpoint { epoch: step.epoch, position: upto, event_id: step.last };
        Ok(Some(Batch { events, checkpoint, head: step.head }))
    }
}
