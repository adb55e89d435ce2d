use decider::{Changes, Decision, Needed, States};

use super::{
    AUTHORIZED_AFTER_DECLINE, Authorization, AuthorizationOutcome, CONTRADICTING_OUTCOME, CapturePayment, OTHER_AMOUNT_AUTHORIZED, Payment,
    PaymentAuthorized, PaymentDeclined, PaymentEvent, PaymentInitiated, PaymentRefusal, RecordAuthorization, RecordCapture, RecordVoid,
    UNKNOWN_OPERATION, VoidPayment,
};
use crate::loaded::loaded;
use crate::values::{Money, OperationId, OrderId};

/// One decision for each command: the payment's own stream, and its own answer, once it exists.
macro_rules! decided_by {
    ($($command:ident by $method:ident),+ $(,)?) => {$(
        impl Decision for $command {
            type Refusal = PaymentRefusal;

            fn streams(&self, _: &States<'_>) -> Vec<Needed> {
                vec![Needed::of::<Payment>(self.payment.to_string())]
            }

            fn decide(&self, states: &States<'_>) -> Result<Changes, PaymentRefusal> {
                let id = self.payment.to_string();
                let payment = loaded::<Payment>(states, &id);
                match &payment.initiated {
                    None => Err(PaymentRefusal::PaymentNotFound { payment: self.payment }),
                    Some(initiated) => Ok(Changes::of::<Payment>(&id, payment.$method(initiated, self)?)),
                }
            }
        }
    )+};
}

decided_by! {
    RecordAuthorization by record_authorization,
    CapturePayment by capture, RecordCapture by record_capture,
    VoidPayment by void, RecordVoid by record_void,
}

pub(super) type Decided = Result<Vec<PaymentEvent>, PaymentRefusal>;

impl Payment {
    fn record_authorization(&self, initiated: &PaymentInitiated, c: &RecordAuthorization) -> Decided {
        if self.authorization.operation() != Some(c.operation) {
            return Ok(self.unknown_operation(initiated.order, c.operation));
        }
        // A void closes the attempt's open calls: what the gateway says of them later is no news.
        if self.is_voided() {
            return Ok(vec![]);
        }
        let event = match &c.outcome {
            AuthorizationOutcome::Authorized { amount, .. } => self.authorized_now(initiated.order, c, *amount),
            AuthorizationOutcome::Declined { code } => self.declined_now(initiated.order, c.operation, code),
        };
        Ok(event.into_iter().collect())
    }

    fn authorized_now(&self, order: OrderId, c: &RecordAuthorization, held: Money) -> Option<PaymentEvent> {
        match &self.authorization {
            Authorization::Requested { amount, .. } if *amount == held => authorized(order, c),
            Authorization::Requested { amount, .. } => {
                self.anomaly(order, OTHER_AMOUNT_AUTHORIZED, format!("{held} authorized, {amount} asked for"))
            }
            Authorization::Authorized { amount, .. } if *amount == held => None,
            Authorization::Authorized { amount, .. } => {
                self.anomaly(order, CONTRADICTING_OUTCOME, format!("{held} authorized after {amount} for the same call"))
            }
            Authorization::Declined { code, .. } => {
                self.anomaly(order, AUTHORIZED_AFTER_DECLINE, format!("{held} authorized after the call was declined ({code})"))
            }
            Authorization::Contradicted { .. } | Authorization::NotRequested => None,
        }
    }

    fn declined_now(&self, order: OrderId, operation: OperationId, code: &str) -> Option<PaymentEvent> {
        match &self.authorization {
            Authorization::Requested { .. } => Some(PaymentDeclined { order, operation, code: code.to_owned() }.into()),
            Authorization::Authorized { amount, .. } => {
                self.anomaly(order, CONTRADICTING_OUTCOME, format!("declined ({code}) after {amount} was authorized by the same call"))
            }
            Authorization::Declined { .. } | Authorization::Contradicted { .. } | Authorization::NotRequested => None,
        }
    }

    pub(super) fn unknown_operation(&self, order: OrderId, operation: OperationId) -> Vec<PaymentEvent> {
        let message = format!("the gateway answered call {operation}, which this payment never made");
        self.anomaly(order, UNKNOWN_OPERATION, message).into_iter().collect()
    }
}

fn authorized(order: OrderId, c: &RecordAuthorization) -> Option<PaymentEvent> {
    match c.outcome.clone() {
        AuthorizationOutcome::Authorized { amount, expires_at, gateway_reference } => {
            Some(PaymentAuthorized { order, operation: c.operation, amount, expires_at, gateway_reference }.into())
        }
        AuthorizationOutcome::Declined { .. } => None,
    }
}

impl Authorization {
    fn operation(&self) -> Option<OperationId> {
        match self {
            Self::NotRequested => None,
            Self::Requested { operation, .. }
            | Self::Authorized { operation, .. }
            | Self::Declined { operation, .. }
            | Self::Contradicted { operation } => Some(*operation),
        }
    }
}
