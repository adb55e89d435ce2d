//! Calls to gateways and carriers. A call is sent under its operation until it has an outcome; an outcome that is unknown is looked up before the same
//! call is sent again. No transaction and no lease write waits for it.

use aggregates::decisions::shipping::{RecordBooking, RecordBookingCancelation};
use aggregates::payment::VoidPayment;
use aggregates::values::ShipmentId;
use chrono::{DateTime, TimeDelta, Utc};
use gateways::{AuthorizeCall, BookCall, BookingOutcome, CancelBookingCall, GatewayError, OperationOutcome};
use tokio::time::{Instant, timeout};
use tracing::warn;
use uuid::Uuid;

use crate::dispatcher::Worker;
use crate::instances;
use crate::order_fulfillment::{Call, CarrierCall, Effect, GatewayCall, Step};
use crate::pause::{Pauses, wait};
use crate::retries;

mod outcomes;

/// How a call ended.
enum Ended<T> {
    With(T),
    Never(GatewayError),
    /// The program stops, or the call is not to be made any more.
    Stopped,
}

impl Worker {
    /// Makes a call and records its outcome.
    pub(crate) async fn call(&self, effect: &Effect, call: Call) {
        match call {
            Call::Gateway { call, requested_at, again } => self.ask_gateway(effect, call, requested_at, again).await,
            Call::FindOut(call, let_go) => self.find_out(effect, call, let_go).await,
            Call::Carrier { call: CarrierCall::Book(call), at, again } => self.book(effect, call, at, again).await,
            Call::Carrier { call: CarrierCall::Cancel(call), at, .. } => self.cancel_booking(effect, call, at).await,
        }
    }

    async fn ask_gateway(&self, effect: &Effect, call: GatewayCall, requested_at: DateTime<Utc>, asked_again: bool) {
        let mut again = asked_again;
        let ended = self.until_it_ends(effect, || self.ask_once(&call, requested_at, std::mem::replace(&mut again, true)));
        match ended.await {
            Ended::With(outcome) => self.record(effect, &call, outcome).await,
            Ended::Never(error) => self.park(effect, error.to_string()).await,
            Ended::Stopped => {}
        }
    }

    /// A second try looks first: the one before may have been carried out, and a gateway knows a call for a limited time only.
    async fn ask_once(&self, call: &GatewayCall, requested_at: DateTime<Utc>, again: bool) -> Result<OperationOutcome, GatewayError> {
        let too_old = self.is_forgotten(requested_at);
        if (again || too_old)
            && let Some(outcome) = self.outside.gateway.look_up(call.operation()).await?
        {
            return Ok(outcome);
        }
        if too_old {
            return Err(self.forgotten(call));
        }
        self.send(call).await
    }

    async fn send(&self, call: &GatewayCall) -> Result<OperationOutcome, GatewayError> {
        let gateway = &self.outside.gateway;
        Ok(match call.clone() {
            GatewayCall::Authorize(call) => OperationOutcome::Authorization(gateway.authorize(call).await?),
            GatewayCall::Capture(call) => OperationOutcome::Capture(gateway.capture(call).await?),
            GatewayCall::Void(call) => OperationOutcome::Void(gateway.void(call).await?),
        })
    }

    /// Past half of the gateway's memory an operation is only looked up.
    fn is_forgotten(&self, requested_at: DateTime<Utc>) -> bool {
        let age = (Utc::now() - requested_at).to_std().unwrap_or_default();
        age > self.outside.gateway.capabilities().remembers / 2
    }

    fn forgotten(&self, call: &GatewayCall) -> GatewayError {
        GatewayError::Permanent {
            gateway: self.outside.gateway.name().to_owned(),
            code: "operation_forgotten".to_owned(),
            message: format!("operation {} is too old to be sent again, and the gateway does not know it", call.operation()),
        }
    }

    /// What was asked for so long ago has been carried out or never will be, unless it is still on its way: then it finds the door shut.
    async fn find_out(&self, effect: &Effect, call: AuthorizeCall, let_go: VoidPayment) {
        match self.until_it_ends(effect, || self.outside.gateway.look_up(call.operation)).await {
            Ended::With(Some(outcome)) => self.record(effect, &GatewayCall::Authorize(call), outcome).await,
            Ended::With(None) => self.execute(effect, let_go).await,
            Ended::Never(error) => self.park(effect, error.to_string()).await,
            Ended::Stopped => {}
        }
    }

    async fn book(&self, effect: &Effect, call: BookCall, at: DateTime<Utc>, asked_again: bool) {
        let (asked, mut again) = (Instant::now(), asked_again);
        let ended = self.until_it_ends(effect, || self.book_once(&call, std::mem::replace(&mut again, true)));
        match ended.await {
            Ended::With(outcome) => {
                let (shipment, order, operation) = (ShipmentId::new(call.shipment), effect.order, call.operation);
                let (outcome, at) = (outcomes::booking(outcome), answered(at, asked));
                self.execute(effect, RecordBooking { shipment, order, operation, outcome, at }).await;
            }
            Ended::Never(error) => self.park(effect, error.to_string()).await,
            Ended::Stopped => {}
        }
    }

    /// A second try looks first, as with money: the one before may have been carried out. So only of the first is a refusal an answer: of a later one it
    /// may be about the asking.
    async fn book_once(&self, call: &BookCall, again: bool) -> Result<BookingOutcome, GatewayError> {
        let carrier = &self.outside.carrier;
        if again && let Some(outcome) = carrier.look_up(call.operation).await? {
            return Ok(outcome);
        }
        match carrier.book(call.clone()).await {
            Err(GatewayError::Permanent { code, .. }) if !again => Ok(BookingOutcome::Failed { code }),
            said => said,
        }
    }

    /// Called off under the booking's own operation, a booking is over whether the carrier has heard of it or not.
    async fn cancel_booking(&self, effect: &Effect, call: CancelBookingCall, at: DateTime<Utc>) {
        let asked = Instant::now();
        match self.until_it_ends(effect, || self.outside.carrier.cancel(call)).await {
            Ended::With(outcome) => {
                let (shipment, order, operation) = (ShipmentId::new(call.shipment), effect.order, call.operation);
                let (outcome, at) = (outcomes::canceled_booking(outcome), answered(at, asked));
                self.execute(effect, RecordBookingCancelation { shipment, order, operation, outcome, at }).await;
            }
            Ended::Never(error) => self.park(effect, error.to_string()).await,
            Ended::Stopped => {}
        }
    }

    /// Tries until there is an outcome, it is certain that there will be none, the order does not ask for it any more, or the program stops.
    async fn until_it_ends<T, F: Future<Output = Result<T, GatewayError>>>(
        &self,
        effect: &Effect,
        mut attempt: impl FnMut() -> F,
    ) -> Ended<T> {
        let mut pauses = Pauses::up_to(self.args.longest_pause());
        loop {
            let error = match self.on_a_line(effect, attempt()).await {
                Ok(outcome) => {
                    self.forget_retries(effect, &pauses).await;
                    return Ended::With(outcome);
                }
                Err(error @ GatewayError::Permanent { .. }) => {
                    self.forget_retries(effect, &pauses).await;
                    return Ended::Never(error);
                }
                Err(error @ (GatewayError::Transient { .. } | GatewayError::Unknown { .. })) => error,
            };
            if !self.pause_before_retry(effect, &error, &mut pauses).await {
                return Ended::Stopped;
            }
            if !self.is_still_asked_for(effect).await {
                self.forget_retries(effect, &pauses).await;
                return Ended::Stopped;
            }
        }
    }

    /// So many calls at once, each with its time.
    async fn on_a_line<T>(&self, effect: &Effect, attempt: impl Future<Output = Result<T, GatewayError>>) -> Result<T, GatewayError> {
        let _line = self.lines.acquire().await;
        if self.stop.is_cancelled() {
            return Err(self.unanswered(effect, "the program stops"));
        }
        timeout(self.args.call_timeout(), attempt).await.unwrap_or_else(|_| Err(self.unanswered(effect, "no answer in time")))
    }

    fn unanswered(&self, effect: &Effect, why: &str) -> GatewayError {
        let who = match effect.step {
            Step::Goods(_) => self.outside.carrier.name(),
            Step::Stock(_) | Step::Money(_) | Step::Ending(_) | Step::Parking(_) => self.outside.gateway.name(),
        };
        GatewayError::Unknown { gateway: who.to_owned(), message: why.to_owned() }
    }

    /// Whether the order has not moved on meanwhile: what is not due any more, or is parked, is not sent again. Where that cannot be found out, it is.
    async fn is_still_asked_for(&self, effect: &Effect) -> bool {
        let order = effect.order.uuid();
        let Ok(mut stored) = instances::load(self.store.pool(), &[order]).await else { return true };
        stored.remove(&order).is_none_or(|instance| {
            instance.unreadable.is_some()
                || instance.state.under_way().any(|asked| asked.step == effect.step && asked.cause == effect.cause)
        })
    }

    async fn pause_before_retry(&self, effect: &Effect, error: &GatewayError, pauses: &mut Pauses) -> bool {
        let pause = pauses.next(asked_pause(error));
        warn!(order.id = %effect.order, step = effect.step.name(), error = %error, pause_ms = pause.as_millis(), "a call is tried again");
        if !self.stop.is_cancelled()
            && let Err(error) = retries::remember(self.store.pool(), effect, pauses.tries(), pause, &error.to_string()).await
        {
            warn!(error = %error, "a retry could not be noted");
        }
        wait(pause, &self.stop).await
    }

    async fn forget_retries(&self, effect: &Effect, pauses: &Pauses) {
        if pauses.tries() > 0
            && let Err(error) = retries::forget(self.store.pool(), effect).await
        {
            warn!(error = %error, "a call that is not made any more is still noted");
        }
    }
}

/// When an answer came to what was asked for at an instant: it may have taken long.
fn answered(at: DateTime<Utc>, asked: Instant) -> DateTime<Utc> {
    at + TimeDelta::from_std(asked.elapsed()).unwrap_or_default()
}

fn asked_pause(error: &GatewayError) -> Option<std::time::Duration> {
    match error {
        GatewayError::Transient { retry_after, .. } => *retry_after,
        GatewayError::Unknown { .. } | GatewayError::Permanent { .. } => None,
    }
}

impl GatewayCall {
    fn operation(&self) -> Uuid {
        match self {
            Self::Authorize(call) => call.operation,
            Self::Capture(call) => call.operation,
            Self::Void(call) => call.operation,
        }
    }
}
