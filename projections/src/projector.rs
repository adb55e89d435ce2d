//! Keeping the read models up to date: one task for each, run by whichever process holds its lease.

mod args;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use event_store::lease::Lease;
use event_store::{Batch, Checkpoint, EventStore, Filter, Subscription};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

pub use self::args::ProjectorArgs;
use crate::folding::Folding;
use crate::generation::{Generation, Step, holder};
use crate::model::ReadModel;
use crate::opened::Opened;
use crate::schema::Slot;
use crate::swap::drop_expired;
use crate::watcher::Kept;
use crate::{ReadDatabase, ReadModelError, lasting};

/// A checkpoint that only passed over events of others is stored this late at most: most batches hold nothing for most read models.
const PASSED_OVER: Duration = Duration::from_millis(50);
/// What a projector that lags takes in at once, in batches and in bytes of events as they are stored: whichever is reached first.
const CATCH_UP_BATCHES: usize = 8;
const CATCH_UP_BYTES: usize = 4 * 1024 * 1024;
const HOUSEKEEPING: Duration = Duration::from_secs(60);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Keeps every read model up to date until `shutdown`, then finishes the batches in flight and gives the leases back.
///
/// # Errors
/// What cannot heal by itself, such as a log that has lost what a read model has seen. All others stop, too.
pub async fn run(store: EventStore, read: ReadDatabase, args: ProjectorArgs, shutdown: CancellationToken) -> Result<(), ReadModelError> {
    let mut tasks = JoinSet::new();
    let stop = shutdown.child_token();
    for folding in read.models().foldings() {
        let (store, read, args, stop) = (store.clone(), read.clone(), args.clone(), stop.clone());
        let keeper = Keeper { folding, model: folding.model(), store, read, args, stop, moved: AtomicBool::new(false) };
        tasks.spawn(keeper.run());
    }
    let mut outcome = Ok(());
    while let Some(ended) = tasks.join_next().await {
        stop.cancel();
        outcome = outcome.and(ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic())));
    }
    outcome
}

struct Keeper {
    folding: &'static dyn Folding,
    model: &'static ReadModel,
    store: EventStore,
    read: ReadDatabase,
    args: ProjectorArgs,
    stop: CancellationToken,
    /// It has taken something in since it last failed.
    moved: AtomicBool,
}

impl Keeper {
    /// Tries again after whatever heals by itself, later each time until something is taken in. That another holds the lease is no failure: a swap takes it
    /// away, and gives it back at once.
    async fn run(self) -> Result<(), ReadModelError> {
        let mut pause = FIRST_PAUSE;
        while !self.stop.is_cancelled() {
            let ended = self.keep().await;
            let moved = self.moved.swap(false, Ordering::Relaxed);
            match ended {
                Ok(()) => return Ok(()),
                Err(ReadModelError::LostLease(schema)) => {
                    info!(projection = self.model.name, "{schema} is not this process's any more");
                    pause = FIRST_PAUSE;
                }
                Err(problem) if problem.is_transient() => {
                    warn!(projection = self.model.name, "waiting to try again: {problem}");
                    pause = if moved { FIRST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
                }
                Err(problem) => {
                    error!(projection = self.model.name, "stopped: {problem}");
                    return Err(problem);
                }
            }
            self.rest(pause).await;
        }
        Ok(())
    }

    async fn rest(&self, pause: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = sleep(pause) => {}
        }
    }

    /// With the lease, once another process lets go of it.
    async fn keep(&self) -> Result<(), ReadModelError> {
        let mut generation = Generation::open(self.folding, Slot::Live, &self.store, self.read.pool(), true).await?;
        let Some(lease) = self.lease(&generation).await? else { return Ok(()) };
        let kept = self.follow(&mut generation, &lease).await;
        let released = lease.release().await;
        kept.and(released.map_err(Into::into))
    }

    async fn lease(&self, generation: &Generation) -> Result<Option<Lease>, ReadModelError> {
        let ttl = self.lease_time();
        while !self.stop.is_cancelled() {
            let lease = Lease::acquire(&generation.pool, generation.schema.as_str(), self.model.name, &holder(), ttl).await?;
            if lease.is_some() {
                return Ok(lease);
            }
            self.rest(ttl / 6).await;
        }
        Ok(None)
    }

    /// With so many something else must be wrong: going on would only make more of them.
    async fn assert_not_full(&self, generation: &Generation) -> Result<(), ReadModelError> {
        let (count, limit) = (generation.dead_letters().await?, self.args.projector_max_dead_letters);
        if count <= limit {
            return Ok(());
        }
        Err(ReadModelError::TooManyDeadLetters { name: self.model.name.to_owned(), count, limit })
    }

    fn lease_time(&self) -> Duration {
        Duration::from_millis(self.args.projector_lease_ms.max(100))
    }

    async fn follow(&self, generation: &mut Generation, lease: &Lease) -> Result<(), ReadModelError> {
        let at = generation.checkpoint().await?;
        let filter = Filter::aggregates(self.model.follows.iter().copied());
        let mut following = Following {
            keeper: self,
            kept: self.read.watcher.keep(self.model, at),
            generation,
            lease,
            subscription: Subscription::new(self.store.clone(), filter, at),
            stored: at,
            stored_at: Instant::now(),
            renewed_at: Instant::now(),
            cleaned_at: None,
        };
        following.run().await
    }
}

/// A read model that is being kept.
struct Following<'a> {
    keeper: &'a Keeper,
    kept: Kept<'a>,
    generation: &'a mut Generation,
    lease: &'a Lease,
    subscription: Subscription,
    /// The checkpoint in the database; the subscription may be further where there was nothing to fold.
    stored: Checkpoint,
    stored_at: Instant,
    renewed_at: Instant,
    cleaned_at: Option<Instant>,
}

impl Following<'_> {
    async fn run(&mut self) -> Result<(), ReadModelError> {
        self.heed_pause().await?;
        // Whoever waited for the lease or in a pause may have waited for long: what was discarded meanwhile keeps no group waiting.
        self.generation.heed_discards(&self.keeper.store).await?;
        self.keeper.assert_not_full(self.generation).await?;
        while !self.keeper.stop.is_cancelled() {
            self.keep_house().await?;
            let stop = self.keeper.stop.clone();
            let next = timeout(self.patience(), self.subscription.next_batch(self.keeper.args.projector_batch));
            let batch = tokio::select! {
                () = stop.cancelled() => break,
                batch = next => batch,
            };
            match batch {
                Ok(batch) => {
                    let batch = self.with_more(batch?).await?;
                    self.take_in(batch).await?;
                }
                Err(_) => self.store_passed_over().await?,
            }
        }
        self.store_passed_over().await
    }

    /// How long to wait for events before there is something else to do.
    fn patience(&self) -> Duration {
        let renewal = self.keeper.lease_time() / 3;
        if self.subscription.checkpoint() == &self.stored { renewal } else { PASSED_OVER.saturating_sub(self.stored_at.elapsed()) }
    }

    /// While it lags, more at once: a row is then read and written once for many of its events.
    async fn with_more(&mut self, mut batch: Batch) -> Result<Batch, ReadModelError> {
        let size = self.keeper.args.projector_batch;
        let mut bytes = payload_bytes(&batch);
        for _ in 1..CATCH_UP_BATCHES {
            if batch.checkpoint.position >= batch.head || bytes >= CATCH_UP_BYTES {
                break;
            }
            let Some(more) = self.subscription.try_next_batch(size).await? else { break };
            bytes += payload_bytes(&more);
            batch.events.extend(more.events);
            (batch.checkpoint, batch.head) = (more.checkpoint, more.head);
        }
        Ok(batch)
    }

    async fn take_in(&mut self, batch: Batch) -> Result<(), ReadModelError> {
        let at_head = batch.checkpoint.position >= batch.head;
        if batch.events.is_empty() && self.stored_at.elapsed() < PASSED_OVER {
            self.publish(batch.checkpoint);
        } else {
            let events = Opened::all(self.keeper.store.vault(), self.keeper.model, batch.events).await?;
            self.store(batch.checkpoint, &events).await?;
        }
        if at_head {
            self.keeper.rest(Duration::from_millis(self.keeper.args.projector_linger_ms)).await;
        }
        Ok(())
    }

    async fn store_passed_over(&mut self) -> Result<(), ReadModelError> {
        let to = *self.subscription.checkpoint();
        if to == self.stored { Ok(()) } else { self.store(to, &[]).await }
    }

    async fn store(&mut self, to: Checkpoint, events: &[Opened]) -> Result<(), ReadModelError> {
        let step = Step { fence: self.lease.fence(), from: self.stored, to };
        let letters = self.generation.apply(step, events).await?;
        (self.stored, self.stored_at) = (to, Instant::now());
        self.keeper.moved.store(true, Ordering::Relaxed);
        self.publish(to);
        metrics::counter!("orderly_projection_events_total", "projection" => self.keeper.model.name).increment(events.len() as u64);
        if letters.is_empty() { Ok(()) } else { self.mourn(&letters).await }
    }

    fn publish(&self, to: Checkpoint) {
        self.kept.at(to);
        metrics::gauge!("orderly_projection_position", "projection" => self.keeper.model.name).set(to.position as f64);
    }

    async fn mourn(&self, letters: &[crate::letter::Letter]) -> Result<(), ReadModelError> {
        for letter in letters.iter().filter(|letter| letter.cause.is_some()) {
            let cause = letter.cause.as_deref().unwrap_or_default();
            error!(projection = self.keeper.model.name, position = letter.position, "an event cannot be folded, its row waits: {cause}");
        }
        self.keeper.assert_not_full(self.generation).await
    }

    /// Renews the lease, waits while paused, drops a former generation that has had its time.
    async fn keep_house(&mut self) -> Result<(), ReadModelError> {
        if self.renewed_at.elapsed() >= self.keeper.lease_time() / 3 {
            self.renew().await?;
            self.heed_pause().await?;
        }
        if self.cleaned_at.is_none_or(|at| at.elapsed() >= HOUSEKEEPING) {
            drop_expired(self.keeper.model, &self.generation.pool).await?;
            self.cleaned_at = Some(Instant::now());
        }
        Ok(())
    }

    /// As long as it is told to wait: what is to go on is not begun either.
    async fn heed_pause(&mut self) -> Result<(), ReadModelError> {
        while self.is_paused().await? && !self.keeper.stop.is_cancelled() {
            self.keeper.rest(self.keeper.lease_time() / 6).await;
            self.renew().await?;
        }
        Ok(())
    }

    async fn is_paused(&self) -> Result<bool, ReadModelError> {
        lasting::is_paused(&mut *self.generation.pool.acquire().await?, self.keeper.model, self.generation.schema.as_str()).await
    }

    async fn renew(&mut self) -> Result<(), ReadModelError> {
        if !self.lease.renew().await? {
            return Err(ReadModelError::LostLease(self.generation.schema.to_string()));
        }
        self.renewed_at = Instant::now();
        Ok(())
    }
}

fn payload_bytes(batch: &Batch) -> usize {
    batch.events.iter().map(|event| event.payload.get().len()).sum()
}
