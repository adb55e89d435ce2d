//! Follows the log for a share of all orders. Any number of programs may run it: each holds as many parts as the others, and who joins or dies changes that.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aggregates::values::OrderId;
use event_store::{EventStore, SubscriptionError};
use gateways::{Carrier, PaymentGateway};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

use crate::dispatcher::{Hands, Outside};
use crate::following::{Follower, Heard};
use crate::instances::Of;
use crate::order_fulfillment::Effect;
use crate::parts::{Change, Parts, Taken};
use crate::pause::{Pauses, wait};
use crate::rebuilding::rebuild_outdated;
use crate::{ProcessArgs, ProcessError, deadlines, housekeeping, instances};

const PAGE: i64 = 1_000;
/// How often what orders that are over have left behind is dropped.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// Runs the order process until `shutdown`: takes its share of the orders' parts, follows the log for them and does what the saga says.
/// What is in flight at the end is finished; an outage of the database or of a gateway is waited out.
///
/// # Errors
/// What waiting cannot mend: a gateway that takes the money of an authorization only once, a checkpoint ahead of the log, a stored state that cannot
/// be read, another number of parts.
pub async fn run(
    store: EventStore,
    gateway: Arc<dyn PaymentGateway>,
    carrier: Arc<dyn Carrier>,
    args: ProcessArgs,
    shutdown: CancellationToken,
) -> Result<(), ProcessError> {
    if !gateway.capabilities().multicapture() {
        return Err(ProcessError::OneCaptureOnly { gateway: gateway.name().to_owned() });
    }
    let runner = Runner { store, outside: Outside { gateway, carrier }, args, shutdown, told: AtomicBool::new(false) };
    let holder = format!("{}/{}", std::process::id(), Uuid::now_v7());
    let longest = runner.args.longest_pause().min(Duration::from_secs(5));
    let mut pauses = Pauses::up_to(longest);
    while !runner.shutdown.is_cancelled() {
        let began = Instant::now();
        let ended = runner.take_part(&holder).await;
        // That another program holds a part is no failure, and what went well for a while is not held against what went wrong before.
        if matches!(ended, Ok(()) | Err(ProcessError::LeaseLost)) || began.elapsed() > longest {
            pauses = Pauses::up_to(longest);
        }
        match ended {
            Ok(()) => {}
            Err(error) if is_passing(&error) => {
                let pause = pauses.next(None);
                warn!(error = %error, pause_ms = pause.as_millis(), "the order process pauses");
                wait(pause, &runner.shutdown).await;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether it may be over later: an outage never stops the process for good.
fn is_passing(error: &ProcessError) -> bool {
    match error {
        ProcessError::Store(_) | ProcessError::Database(_) | ProcessError::LeaseLost => true,
        ProcessError::Subscription(error) => matches!(error, SubscriptionError::Store(_)),
        ProcessError::BrokenState { .. } | ProcessError::OneCaptureOnly { .. } | ProcessError::OtherParts { .. } => false,
    }
}

struct Runner {
    store: EventStore,
    outside: Outside,
    args: ProcessArgs,
    shutdown: CancellationToken,
    /// It was said that an older program is waited for.
    told: AtomicBool,
}

impl Runner {
    /// Takes part until the program stops or a lease is lost. Leases are renewed beside the work; whoever slept past one writes nothing, because every write names
    /// its fence.
    async fn take_part(&self, holder: &str) -> Result<(), ProcessError> {
        let parts = Arc::new(Parts::new(self.store.pool().clone(), holder, &self.args));
        if !parts.prepare().await? {
            if !self.told.swap(true, Ordering::Relaxed) {
                info!("an older program follows the orders: the order process waits until it stops");
            }
            wait(self.args.lease() / 4, &self.shutdown).await;
            return Ok(());
        }
        let stop = self.shutdown.child_token();
        let hands = Hands::new(&self.store, &self.outside, &self.args, stop.clone());
        let ended = housekeeping::Ended::default();
        let (changes, told) = mpsc::unbounded_channel();
        let worked = tokio::select! {
            worked = stop.run_until_cancelled(self.work(&parts, &hands, &ended, told)) => worked.unwrap_or(Ok(())),
            lost = self.keep(&parts, changes) => Err(lost),
            never = self.keep_house(&ended) => match never {},
        };
        stop.cancel();
        hands.drain().await;
        if let Err(error) = housekeeping::forget_what_is_over(&self.store).await {
            warn!(error = %error, "keys of orders that are over are dropped by whoever takes over");
        }
        if let Err(error) = parts.leave().await {
            warn!(error = %error, "the leases on the order process lapse by themselves");
        }
        worked
    }

    /// Holds what is held, and sees to it that every program has its share, until a lease is lost. It never waits for the work, or all leases would lapse
    /// while that is busy; a part is taken and given back once before the work hears of it, which bounds the changes. An outage is waited out while the leases last.
    async fn keep(&self, parts: &Parts, changes: mpsc::UnboundedSender<Change>) -> ProcessError {
        let mut held_since = Instant::now();
        loop {
            let asked_at = Instant::now();
            match parts.balance().await {
                Ok(change) => {
                    held_since = asked_at;
                    // Nobody hears it any more only when the work has ended, and this with it.
                    change.map(|change| changes.send(change).ok());
                }
                Err(ProcessError::LeaseLost) => return ProcessError::LeaseLost,
                Err(error) if is_passing(&error) && held_since.elapsed() < self.args.lease() / 2 => {
                    warn!(error = %error, "the leases on the order process are renewed a little later");
                }
                Err(error) => return error,
            }
            tokio::time::sleep(self.args.lease() / 4).await;
        }
    }

    /// Drops now and then what orders that are over have left behind.
    async fn keep_house(&self, ended: &housekeeping::Ended) -> Infallible {
        loop {
            tokio::time::sleep(HOUSEKEEPING).await;
            if let Err(error) = ended.forget(&self.store).await {
                warn!(error = %error, "what orders that are over have left behind is dropped later");
            }
        }
    }

    /// Until a lease is lost or the program stops, which may be at any point: what is under way stands in the orders' rows.
    async fn work(
        &self,
        parts: &Arc<Parts>,
        hands: &Hands,
        ended: &housekeeping::Ended,
        mut changes: mpsc::UnboundedReceiver<Change>,
    ) -> Result<(), ProcessError> {
        let outside = (self.outside.gateway.name().to_owned(), self.outside.carrier.name().to_owned());
        let mut follower = Follower::start(&self.store, outside, &self.args).await?;
        loop {
            let heard = tokio::select! {
                Some(change) = changes.recv() => {
                    self.change(change, parts, hands, &mut follower).await?;
                    continue;
                }
                () = hands.have_room_again() => {
                    self.take_up(&follower.of(), hands, &follower, Effect::waits).await?;
                    continue;
                }
                heard = follower.listen() => heard?,
            };
            match heard {
                Heard::Batch(batch) => {
                    let news = follower.take_in(batch).await?;
                    ended.note(news.ended);
                    hands.dispatch(news.effects).await;
                }
                Heard::Alarm => follower.look().await?,
            }
            if let Some(due_by) = follower.overdue() {
                deadlines::fire(&hands.worker(self.shutdown.child_token()), &follower.of(), due_by).await?;
                follower.fired();
            }
        }
    }

    async fn change(&self, change: Change, parts: &Arc<Parts>, hands: &Hands, follower: &mut Follower) -> Result<(), ProcessError> {
        match change {
            Change::Join(taken) => self.join(taken, hands, follower).await,
            Change::Leave(leaving) => {
                info!(parts = ?leaving, "parts of the orders are given to another program");
                follower.leave(&leaving);
                for part in leaving {
                    let parts = parts.clone();
                    hands.close(part, async move {
                        if let Err(error) = parts.release(part).await {
                            warn!(error = %error, part, "the lease of a part lapses by itself");
                        }
                    });
                }
                Ok(())
            }
        }
    }

    /// Takes parts over: their rows as this program writes them, and whatever the last holder may have left undone.
    async fn join(&self, taken: Vec<Taken>, hands: &Hands, follower: &mut Follower) -> Result<(), ProcessError> {
        let numbers: Vec<u32> = taken.iter().map(|taken| taken.part).collect();
        info!(parts = ?numbers, "parts of the orders are followed here");
        for part in &taken {
            rebuild_outdated(&self.store, part, &self.args).await?;
            hands.open(part.part);
        }
        let of = Of::parts(numbers, self.args.process_parts);
        housekeeping::take_over(&self.store, &of).await?;
        follower.join(taken).await?;
        self.take_up(&of, hands, follower, |_| true).await
    }

    /// Does what is under way of what is wanted. A call that is being made here is not made twice.
    async fn take_up(&self, of: &Of, hands: &Hands, follower: &Follower, wanted: fn(&Effect) -> bool) -> Result<(), ProcessError> {
        let (mut after, known) = (Uuid::nil(), follower.known());
        loop {
            let page = instances::open_page(self.store.pool(), of, after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = *last;
            for (order, instance) in &page {
                let effects = instance.effects(OrderId::new(*order), &known).into_iter().filter(wanted);
                hands.dispatch(effects.map(Effect::taken_up).collect()).await;
            }
        }
    }
}
