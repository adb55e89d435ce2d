//! Calls to gateways and carriers. A call is sent under its operation until it has an outcome; an outcome that is unknown is looked up before the same
//! call is sent again. No transaction and no lease write waits for it.

use aggregates::decisions::shipping::DispatchShipment;
use aggregates::shipment::CarrierBooking;
use chrono::{DateTime, Utc};
use gateways::{BookCall, Booking, GatewayError, OperationOutcome};
use tokio::time::timeout;
use tracing::warn;
use uuid::Uuid;

use crate::dispatcher::Worker;
use crate::order_fulfillment::{Call, Effect, GatewayCall};
use crate::pause::{Pauses, wait};
use crate::retries;

mod outcomes;

/// How a call ended.
enum Ended<T> {
    With(T),
    Never(GatewayError),
    Stopped,
}

impl Worker {
    /// Makes a call and records its outcome.
    pub(crate) async fn call(&self, effect: &Effect, call: Call) {
        match call {
            Call::Gateway { call, requested_at, again } => self.ask_gateway(effect, call, requested_at, again).await,
            Call::BookAndDispatch(call, command) => self.book_and_dispatch(effect, call, command).await,
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

    async fn book_and_dispatch(&self, effect: &Effect, call: BookCall, command: DispatchShipment) {
        match self.until_it_ends(effect, || self.outside.carrier.book(call.clone())).await {
            Ended::With(Booking { carrier, tracking }) => {
                let command = DispatchShipment { carrier: Some(CarrierBooking { carrier, tracking }), ..command };
                self.execute(effect, command).await;
            }
            Ended::Never(error) => self.park(effect, error.to_string()).await,
            Ended::Stopped => {}
        }
    }

    /// Tries until there is an outcome, it is certain that there will be none, or the program stops.
    async fn until_it_ends<T, F: Future<Output = Result<T, GatewayError>>>(
        &self,
        effect: &Effect,
        mut attempt: impl FnMut() -> F,
    ) -> Ended<T> {
        let mut pauses = Pauses::up_to(self.args.longest_pause());
        loop {
            let error = match self.on_a_line(attempt()).await {
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
        }
    }

    /// So many calls at once, each with its time.
    async fn on_a_line<T>(&self, attempt: impl Future<Output = Result<T, GatewayError>>) -> Result<T, GatewayError> {
        let _line = self.lines.acquire().await;
        if self.stop.is_cancelled() {
            return Err(self.unanswered("the program stops"));
        }
        timeout(self.args.call_timeout(), attempt).await.unwrap_or_else(|_| Err(self.unanswered("no answer in time")))
    }

    fn unanswered(&self, why: &str) -> GatewayError {
        GatewayError::Unknown { gateway: self.outside.gateway.name().to_owned(), message: why.to_owned() }
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
