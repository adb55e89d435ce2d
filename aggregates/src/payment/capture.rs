use super::decide::Decided;
use super::{
    AuthorizationReleased, CAPTURED_TWICE, CONTRADICTING_OUTCOME, Capture, CaptureFailed, CaptureOutcome, CapturePayment, CaptureRequested,
    OTHER_AMOUNT_CAPTURED, Outcome, Payment, PaymentCaptured, PaymentEvent, PaymentInitiated, PaymentRefusal, RecordCapture,
};
use crate::values::{Money, OperationId, OrderId};

/// The most captures of one payment.
const CAPTURE_LIMIT: usize = 50;

impl Payment {
    pub(super) fn capture(&self, initiated: &PaymentInitiated, c: &CapturePayment) -> Decided {
        if self.captures.iter().any(|capture| capture.is_asked_by(c)) {
            return Ok(vec![]);
        }
        self.subject_free(c)?;
        self.capturable(initiated, c)?;
        let (shipment, operation) = (c.shipment, c.operation);
        Ok(vec![CaptureRequested { order: initiated.order, shipment, operation, amount: c.amount, r#final: c.r#final }.into()])
    }

    /// Two causes for one capture are one capture: a shipment is captured once, and an operation is one call.
    fn subject_free(&self, c: &CapturePayment) -> Result<(), PaymentRefusal> {
        let taken =
            |capture: &&Capture| capture.operation == c.operation || (capture.shipment == c.shipment && capture.outcome != Outcome::Failed);
        match self.captures.iter().find(taken) {
            None => Ok(()),
            Some(capture) => Err(PaymentRefusal::SubjectDone { shipment: capture.shipment, operation: capture.operation }),
        }
    }

    fn capturable(&self, initiated: &PaymentInitiated, c: &CapturePayment) -> Result<(), PaymentRefusal> {
        let currency = initiated.amount.currency();
        if c.amount.currency() != currency {
            let (expected, found) = (currency.code().to_owned(), c.amount.currency().code().to_owned());
            return Err(PaymentRefusal::CurrencyMismatch { expected, found });
        }
        if !c.amount.is_positive() {
            return Err(PaymentRefusal::AmountNotPositive { amount: c.amount });
        }
        if self.is_void_pending() {
            return Err(PaymentRefusal::VoidPending);
        }
        if self.standing_authorization().is_none() {
            return Err(PaymentRefusal::AuthorizationLapsed { status: self.status() });
        }
        self.within_limits(c)
    }

    fn within_limits(&self, c: &CapturePayment) -> Result<(), PaymentRefusal> {
        if self.captures.len() >= CAPTURE_LIMIT {
            return Err(PaymentRefusal::CaptureLimitReached { limit: CAPTURE_LIMIT });
        }
        if c.amount.minor() > self.open_minor() {
            let available = minor(self.open_minor(), c.amount);
            return Err(PaymentRefusal::CaptureExceedsAuthorized { available, amount: c.amount });
        }
        Ok(())
    }

    pub(super) fn record_capture(&self, initiated: &PaymentInitiated, c: &RecordCapture) -> Decided {
        let order = initiated.order;
        let Some(capture) = self.captures.iter().find(|capture| capture.operation == c.operation) else {
            return Ok(self.unknown_operation(order, c.operation));
        };
        match &c.outcome {
            CaptureOutcome::Captured { amount, gateway_reference } => Ok(self.captured_now(order, capture, *amount, gateway_reference)),
            CaptureOutcome::Failed { code } => Ok(self.failed_now(order, capture, code).into_iter().collect()),
        }
    }

    /// Money that moved is counted, whatever was asked for; what contradicts is recorded before it.
    fn captured_now(&self, order: OrderId, capture: &Capture, amount: Money, gateway_reference: &str) -> Vec<PaymentEvent> {
        if capture.outcome == Outcome::Done {
            return self.captured_again(order, capture, amount).into_iter().collect();
        }
        let (shipment, operation) = (capture.shipment, capture.operation);
        let captured = PaymentCaptured { order, shipment, operation, amount, gateway_reference: gateway_reference.to_owned() };
        let mut events: Vec<PaymentEvent> = self.surprises(order, capture, amount).collect();
        events.push(captured.into());
        events.extend(self.rest_after(order, capture, amount));
        events
    }

    fn captured_again(&self, order: OrderId, capture: &Capture, amount: Money) -> Option<PaymentEvent> {
        if capture.amount == amount {
            return None;
        }
        let message = format!("{amount} captured by call {}, which had captured {}", capture.operation, capture.amount);
        self.anomaly(order, CONTRADICTING_OUTCOME, message)
    }

    fn surprises(&self, order: OrderId, capture: &Capture, amount: Money) -> impl Iterator<Item = PaymentEvent> {
        let operation = capture.operation;
        let other_amount = (capture.amount != amount).then(|| {
            self.anomaly(order, OTHER_AMOUNT_CAPTURED, format!("{amount} captured by call {operation}, {} asked for", capture.amount))
        });
        let after_failure = (capture.outcome == Outcome::Failed)
            .then(|| self.anomaly(order, CONTRADICTING_OUTCOME, captured_after_failure(operation, amount)));
        let twice = self
            .captures
            .iter()
            .any(|other| other.operation != operation && other.shipment == capture.shipment && other.outcome != Outcome::Failed)
            .then(|| self.anomaly(order, CAPTURED_TWICE, format!("shipment {} is captured by more than one call", capture.shipment)));
        [other_amount, after_failure, twice].into_iter().flatten().flatten()
    }

    /// After the last capture the gateway lets go of what is left.
    fn rest_after(&self, order: OrderId, capture: &Capture, captured: Money) -> Option<PaymentEvent> {
        let asked = if capture.outcome == Outcome::Pending { capture.amount.minor() } else { 0 };
        let rest = self.open_minor() + asked - captured.minor();
        (capture.last && rest > 0).then(|| AuthorizationReleased { order, amount: minor(rest, captured) }.into())
    }

    fn failed_now(&self, order: OrderId, capture: &Capture, code: &str) -> Option<PaymentEvent> {
        let (shipment, operation) = (capture.shipment, capture.operation);
        match capture.outcome {
            Outcome::Pending => Some(CaptureFailed { order, shipment, operation, code: code.to_owned() }.into()),
            Outcome::Failed => None,
            Outcome::Done if self.is_known(CONTRADICTING_OUTCOME, &captured_after_failure(operation, capture.amount)) => None,
            Outcome::Done => self.anomaly(
                order,
                CONTRADICTING_OUTCOME,
                format!("call {operation} failed ({code}) after it had captured {}", capture.amount),
            ),
        }
    }
}

/// Whoever said so has told of the failure, too.
fn captured_after_failure(operation: OperationId, amount: Money) -> String {
    format!("{amount} captured by call {operation}, which had failed")
}

impl Capture {
    fn is_asked_by(&self, c: &CapturePayment) -> bool {
        (self.operation, self.shipment, self.amount, self.last) == (c.operation, c.shipment, c.amount, c.r#final)
    }
}

fn minor(units: i64, like: Money) -> Money {
    Money::from_minor(units, like.currency()).expect("a part of an authorized amount is within the bounds of money")
}
