use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::books::Books;
use super::{Answer, LedgerError, Waiting, statements};
use crate::simulator::operation::Operation;
use crate::simulator::terms::Terms;

/// The most operations of one transaction.
const BATCH: usize = 256;

/// Carries out whatever waits, a batch at a time.
#[derive(Debug)]
pub(in crate::simulator) struct Writer {
    pool: PgPool,
    terms: Terms,
    waiting: mpsc::Receiver<Waiting>,
}

impl Writer {
    pub(super) const fn new(pool: PgPool, terms: Terms, waiting: mpsc::Receiver<Waiting>) -> Self {
        Self { pool, terms, waiting }
    }

    /// Runs until it is told to close, and then until nothing waits.
    pub(in crate::simulator) async fn run(mut self, close: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                taken = self.waiting.recv_many(&mut batch, BATCH) => if taken == 0 { return },
                () = close.cancelled(), if !self.waiting.is_closed() => self.waiting.close(),
            }
            self.answer(&mut batch).await;
        }
    }

    async fn answer(&self, batch: &mut Vec<Waiting>) {
        if batch.is_empty() {
            return;
        }
        let answers = self.perform(batch).await;
        if let Err(error) = &answers {
            warn!(error = %error, operations = batch.len(), "the simulator's ledger failed");
        }
        for (position, waiting) in batch.drain(..).enumerate() {
            let answer = answers.as_ref().map(|answers| answers[position].clone()).map_err(Clone::clone);
            // Whoever asked may be gone; the operation stands.
            let _ = waiting.answer.send(answer);
        }
    }

    async fn perform(&self, batch: &[Waiting]) -> Result<Vec<Answer>, LedgerError> {
        let not_done = |error: sqlx::Error| LedgerError::NotDone(error.to_string());
        let operations = || batch.iter().map(|waiting| &waiting.operation);
        let mut transaction = self.pool.begin_with(statements::BEGIN_ALONE).await.map_err(not_done)?;
        let mut books = Books::read(&mut transaction, operations()).await.map_err(not_done)?;
        let answers = operations().map(|operation: &Operation| books.perform(operation, &self.terms)).collect();
        books.write(&mut transaction).await.map_err(not_done)?;
        transaction.commit().await.map_err(|error| LedgerError::Unknown(error.to_string()))?;
        Ok(answers)
    }
}
