//! The gateway's books: every operation once, however often and from however many sides it is sent.
//!
//! Whatever is waiting is carried out by one writer in one transaction (group commit), decided in memory between one read and one write. Writers of
//! several processes take turns under an advisory lock; each reads only after it has the lock, so it sees all that the others have committed.

mod books;
mod entry;
mod statements;
mod totals;
mod writer;

use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

pub use totals::LedgerTotal;
pub(super) use writer::Writer;

use super::operation::Operation;
use super::terms::Terms;
use crate::OperationOutcome;

/// More than this waiting is turned away.
const QUEUE: usize = 4096;

/// What the books say to an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// Carried out now.
    New(OperationOutcome),
    /// Carried out before, with this answer.
    Replayed(OperationOutcome),
    /// Its id was used with other content.
    Reused,
}

/// Why the books say nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum LedgerError {
    /// Nothing was done.
    #[error("the ledger does not take it now: {0}")]
    NotDone(String),
    /// It may be done or not.
    #[error("the ledger did not answer: {0}")]
    Unknown(String),
}

/// The way in to the books. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    pool: PgPool,
    queue: mpsc::Sender<Waiting>,
}

/// An operation whose asker waits.
#[derive(Debug)]
struct Waiting {
    operation: Operation,
    answer: oneshot::Sender<Result<Answer, LedgerError>>,
}

impl Ledger {
    /// The books, and the writer that has to run for them.
    pub(super) fn open(pool: PgPool, terms: Terms) -> (Self, Writer) {
        let (queue, waiting) = mpsc::channel(QUEUE);
        (Self { pool: pool.clone(), queue }, Writer::new(pool, terms, waiting))
    }

    pub(super) async fn perform(&self, operation: Operation) -> Result<Answer, LedgerError> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Waiting { operation, answer }).map_err(|full| LedgerError::NotDone(full.to_string()))?;
        answered.await.unwrap_or_else(|_| Err(LedgerError::Unknown("it was closed".to_owned())))
    }

    pub(super) async fn look_up(&self, operation: Uuid) -> Result<Option<OperationOutcome>, LedgerError> {
        statements::outcome(&self.pool, operation).await.map_err(|error| LedgerError::NotDone(error.to_string()))
    }

    pub(super) async fn totals(&self) -> Result<Vec<LedgerTotal>, LedgerError> {
        totals::read(&self.pool).await.map_err(|error| LedgerError::NotDone(error.to_string()))
    }

    /// Is this the first time that the operation meets a fault?
    pub(super) async fn stumbles(&self, operation: Uuid) -> Result<bool, LedgerError> {
        statements::stumble(&self.pool, operation).await.map_err(|error| LedgerError::NotDone(error.to_string()))
    }
}
