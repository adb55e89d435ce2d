//! Follows the log under a lease. Any number of programs may run it: one holds the lease, the others wait until it lapses.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use aggregates::values::OrderId;
use event_store::lease::{self, Lease};
use event_store::{EventStore, SubscriptionError};
use gateways::{Carrier, PaymentGateway};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

use crate::batch::Follower;
use crate::dispatcher::{Dispatcher, Outside};
use crate::order_fulfillment::Known;
use crate::pause::{Pauses, wait};
use crate::rebuilding::rebuild_outdated;
use crate::{ProcessArgs, ProcessError, housekeeping, instances};

/// The schema of the process manager's tables.
pub(crate) const SCHEMA: &str = "process";
/// The name of its checkpoint and lease.
pub(crate) const NAME: &str = "order_fulfillment";

const PAGE: i64 = 1_000;
/// How often what orders that are over have left behind is dropped.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// Runs the order process until `shutdown`: takes part in the lease, and while it holds it, follows the log and does what the saga says.
/// What is in flight at the end is finished; an outage of the database or of a gateway is waited out.
///
/// # Errors
/// What waiting cannot mend: a gateway that takes the money of an authorization only once, a checkpoint ahead of the log, a stored state that cannot
/// be read.
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
    let runner = Runner { store, outside: Outside { gateway, carrier }, args, shutdown };
    let holder = format!("{}/{}", std::process::id(), Uuid::now_v7());
    let mut pauses = Pauses::up_to(runner.args.longest_pause().min(Duration::from_secs(5)));
    while !runner.shutdown.is_cancelled() {
        match runner.take_part(&holder).await {
            Ok(()) => pauses = Pauses::up_to(runner.args.longest_pause().min(Duration::from_secs(5))),
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
        ProcessError::BrokenState { .. } | ProcessError::OneCaptureOnly { .. } => false,
    }
}

struct Runner {
    store: EventStore,
    outside: Outside,
    args: ProcessArgs,
    shutdown: CancellationToken,
}

impl Runner {
    async fn take_part(&self, holder: &str) -> Result<(), ProcessError> {
        match Lease::acquire(self.store.pool(), SCHEMA, NAME, holder, self.args.lease()).await? {
            Some(lease) => self.hold(lease).await,
            None => {
                wait(self.args.lease() / 4, &self.shutdown).await;
                Ok(())
            }
        }
    }

    /// While the lease lasts. It is renewed beside the work; whoever slept past it writes nothing, because every write names its fence.
    async fn hold(&self, lease: Lease) -> Result<(), ProcessError> {
        info!(lease.fence = lease.fence(), "the order process runs here");
        let stop = self.shutdown.child_token();
        let dispatcher = Dispatcher::new(self.store.clone(), self.outside.clone(), &self.args, stop.clone());
        let ended = housekeeping::Ended::default();
        let worked = tokio::select! {
            worked = stop.run_until_cancelled(self.work(&lease, &dispatcher, &ended)) => worked.unwrap_or(Ok(())),
            lost = self.keep(&lease) => Err(lost),
            never = self.keep_house(&ended) => match never {},
        };
        stop.cancel();
        dispatcher.drain().await;
        if let Err(error) = housekeeping::forget_what_is_over(&self.store).await {
            warn!(error = %error, "keys of orders that are over are dropped by whoever takes over");
        }
        if let Err(error) = lease.release().await {
            warn!(error = %error, "the lease on the order process lapses by itself");
        }
        worked
    }

    /// Renews the lease until it is lost.
    async fn keep(&self, lease: &Lease) -> ProcessError {
        loop {
            tokio::time::sleep(self.args.lease() / 3).await;
            match lease.renew().await {
                Ok(true) => {}
                Ok(false) => return ProcessError::LeaseLost,
                Err(error) => return error.into(),
            }
        }
    }

    /// Drops now and then what orders that are over have left behind.
    async fn keep_house(&self, ended: &housekeeping::Ended) -> Infallible {
        loop {
            tokio::time::sleep(HOUSEKEEPING).await;
            self.tidy(ended).await;
        }
    }

    async fn tidy(&self, ended: &housekeeping::Ended) {
        if let Err(error) = ended.forget(&self.store).await {
            warn!(error = %error, "what orders that are over have left behind is dropped later");
        }
    }

    /// Until the lease is lost or the program stops, which may be at any point: what is under way stands in the orders' rows.
    async fn work(&self, lease: &Lease, dispatcher: &Dispatcher, ended: &housekeeping::Ended) -> Result<(), ProcessError> {
        let checkpoint = lease::checkpoint(&mut *self.store.pool().acquire().await?, SCHEMA, NAME).await?.unwrap_or_default();
        rebuild_outdated(&self.store, lease.fence(), &checkpoint, &self.args).await?;
        let mut follower = Follower::start(&self.store, self.outside.gateway.name(), checkpoint, lease.fence(), &self.args).await?;
        housekeeping::take_over(&self.store).await?;
        self.take_up(dispatcher, &follower.known()).await?;
        loop {
            let news = follower.next().await?;
            ended.note(news.ended);
            dispatcher.dispatch(news.effects).await;
        }
    }

    /// Does again whatever the last holder may have left undone.
    async fn take_up(&self, dispatcher: &Dispatcher, known: &Known) -> Result<(), ProcessError> {
        let mut after = Uuid::nil();
        loop {
            let page = instances::open_page(self.store.pool(), after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = *last;
            for (order, instance) in &page {
                dispatcher.dispatch(instance.effects(OrderId::new(*order), known)).await;
            }
        }
    }
}
