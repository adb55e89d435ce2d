//! Filling a generation from the log, faster than following it: the next stretch is read while this one is folded.

use std::time::{Duration, Instant};

use event_store::{Checkpoint, EventStore, lease::Lease};
use futures::future::try_join;
use sqlx::PgPool;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::ReadModelError;
use crate::generation::{Generation, Step, holder};
use crate::model::ReadModel;
use crate::progress::{Progress, Report};
use crate::reader::{Reader, Stretch};
use crate::schema::{Schema, Slot};

/// A generation that nobody reads yet, filled by this process alone.
pub(crate) struct Filling<'a> {
    pub(crate) generation: Generation,
    pub(crate) at: Checkpoint,
    store: &'a EventStore,
    reader: Reader<'a>,
    lease: Lease,
    stop: &'a CancellationToken,
    report: &'a Report,
}

const LEASE: Duration = Duration::from_secs(10);

impl<'a> Filling<'a> {
    /// Begins, or goes on where a killed one was.
    pub(crate) async fn open(
        store: &'a EventStore,
        generation: Generation,
        stop: &'a CancellationToken,
        report: &'a Report,
    ) -> Result<Self, ReadModelError> {
        let (schema, name) = (generation.schema.as_str(), generation.model.name);
        let lease = acquire(&generation.pool, schema, name).await?;
        let at = generation.checkpoint().await?;
        let reader = Reader::new(store, generation.model);
        Ok(Self { generation, at, store, reader, lease, stop, report })
    }

    /// What was discarded meanwhile does not keep its group waiting.
    pub(crate) async fn heed_discards(&mut self) -> Result<(), ReadModelError> {
        self.generation.heed_discards(self.store).await.map(|_| ())
    }

    /// Whether what it has seen is still in the log.
    pub(crate) async fn agrees(&self) -> Result<bool, ReadModelError> {
        self.reader.agrees(&self.at).await
    }

    /// Takes in everything up to `target`.
    pub(crate) async fn up_to(&mut self, target: Checkpoint) -> Result<(), ReadModelError> {
        let mut stretch = self.reader.next(self.at, target).await?;
        while let Some(now) = stretch {
            if self.stop.is_cancelled() {
                return Err(ReadModelError::Interrupted);
            }
            self.renew().await?;
            (_, stretch) = try_join(self.take_in(&now), self.reader.next(now.to, target)).await?;
            self.at = now.to;
            self.report.tell(Progress { name: self.generation.model.name, position: self.at.position, target: target.position });
        }
        Ok(())
    }

    async fn take_in(&self, stretch: &Stretch) -> Result<(), ReadModelError> {
        let step = Step { fence: self.lease.fence(), from: self.at, to: stretch.to };
        self.generation.apply(step, &stretch.events).await.map(|_| ())
    }

    async fn renew(&self) -> Result<(), ReadModelError> {
        if self.lease.renew().await? {
            return Ok(());
        }
        Err(ReadModelError::LostLease(self.generation.schema.to_string()))
    }

    /// Lets others have it.
    pub(crate) async fn release(self) -> Result<Generation, ReadModelError> {
        self.lease.release().await?;
        Ok(self.generation)
    }
}

/// Drops a generation in the making whose filler is gone.
pub(crate) async fn drop_unless_busy(model: &ReadModel, slot: Slot, pool: &PgPool) -> Result<(), ReadModelError> {
    let schema = Schema::of(model, slot);
    if !schema.exists(pool).await? {
        return Ok(());
    }
    acquire(pool, schema.as_str(), model.name).await?;
    let mut tx = pool.begin().await?;
    schema.drop(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Waits longer than a lease lasts: one that was killed just now still seems to hold it.
async fn acquire(pool: &PgPool, schema: &str, name: &str) -> Result<Lease, ReadModelError> {
    let deadline = Instant::now() + LEASE + LEASE / 5;
    loop {
        if let Some(lease) = Lease::acquire(pool, schema, name, &holder(), LEASE).await? {
            return Ok(lease);
        }
        if Instant::now() >= deadline {
            return Err(ReadModelError::Busy(schema.to_owned()));
        }
        sleep(LEASE / 20).await;
    }
}
