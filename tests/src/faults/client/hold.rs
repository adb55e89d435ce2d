use std::io::Write;
use std::time::Duration;

use event_store::lease::{self, Lease};
use event_store::{Batch, Checkpoint, EventStore, Filter, StoreError, Subscription};
use sqlx::{PgConnection, PgPool};

use crate::Input;
use crate::job::Pause;

/// Keeps `readers.rows` as a projection keeps its tables: rows and checkpoint in one transaction, under a lease.
pub(crate) struct Holder {
    pub(crate) store: EventStore,
    pub(crate) name: String,
    pub(crate) ttl: Duration,
    pub(crate) batch: usize,
    pub(crate) pause: Option<Pause>,
    /// Whether it looks at its fence. One that does not is what the test must catch.
    pub(crate) fenced: bool,
}

impl Holder {
    pub(crate) async fn run(self, mut input: Input) {
        let outcome = self.hold(&mut input).await;
        println!("{}", outcome.unwrap_or_else(|error| format!("failed: {error}")));
    }

    async fn hold(&self, input: &mut Input) -> Result<String, StoreError> {
        let lease = self.acquire().await?;
        let checkpoint = lease::checkpoint(&mut *self.pool().acquire().await?, "readers", "rows").await?;
        let mut subscription = Subscription::new(self.store.clone(), Filter::all(), checkpoint.unwrap_or_default());
        let mut batches = 0;
        loop {
            let from = *subscription.checkpoint();
            let batch = tokio::select! {
                batch = subscription.next_batch(self.batch) => batch.expect("the log can be read"),
                () = input.ended() => return Ok("done".to_owned()),
            };
            batches += 1;
            let pause = self.pause.filter(|_| batches == 2);
            if !self.take_in(&lease, &from, &batch, pause, input).await? {
                return Ok("lost".to_owned());
            }
            if pause.is_some() {
                return Ok("wrote".to_owned());
            }
            if self.pause.is_none() && !lease.renew().await? {
                return Ok("lost".to_owned());
            }
        }
    }

    async fn acquire(&self) -> Result<Lease, StoreError> {
        loop {
            match Lease::acquire(self.pool(), "readers", "rows", &self.name, self.ttl).await {
                Ok(Some(lease)) => return Ok(lease),
                // Held, or its row is locked by one who will not commit.
                Ok(None) | Err(StoreError::Database(_)) => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(error) => return Err(error),
            }
        }
    }

    async fn take_in(
        &self,
        lease: &Lease,
        from: &Checkpoint,
        batch: &Batch,
        pause: Option<Pause>,
        input: &mut Input,
    ) -> Result<bool, StoreError> {
        self.wait_before(Pause::Begin, pause, input).await;
        let mut transaction = self.pool().begin().await?;
        for event in &batch.events {
            sqlx::query("insert into readers.rows (position, holder) values ($1, $2)")
                .bind(event.position)
                .bind(&self.name)
                .execute(&mut *transaction)
                .await?;
        }
        self.wait_before(Pause::Advance, pause, input).await;
        if !self.advance(&mut transaction, lease.fence(), from, &batch.checkpoint).await? {
            return Ok(false);
        }
        self.wait_before(Pause::Commit, pause, input).await;
        transaction.commit().await?;
        Ok(true)
    }

    async fn advance(&self, connection: &mut PgConnection, fence: i64, from: &Checkpoint, to: &Checkpoint) -> Result<bool, StoreError> {
        if self.fenced {
            return lease::advance(connection, "readers", "rows", fence, from, to).await;
        }
        sqlx::query("update readers.checkpoints set epoch = $1, position = $2, event_id = $3")
            .bind(to.epoch)
            .bind(to.position)
            .bind(to.event_id)
            .execute(connection)
            .await?;
        Ok(true)
    }

    /// Says that it is there and waits for a line. Whoever stops this process sends the line while it cannot read it.
    async fn wait_before(&self, here: Pause, wanted: Option<Pause>, input: &mut Input) {
        if wanted == Some(here) {
            println!("there");
            std::io::stdout().flush().expect("the standard output is open");
            input.line().await;
        }
    }

    fn pool(&self) -> &PgPool {
        self.store.pool()
    }
}
