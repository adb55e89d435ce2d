use super::decide::Decided;
use super::{
    Authorization, CONTRADICTING_OUTCOME, Outcome, Payment, PaymentEvent, PaymentInitiated, PaymentRefusal, PaymentVoided, RecordVoid,
    Void, VoidFailed, VoidOutcome, VoidPayment, VoidRequested,
};
use crate::values::{Money, OrderId};

impl Payment {
    pub(super) fn void(&self, initiated: &PaymentInitiated, c: &VoidPayment) -> Decided {
        let asked = self.voids.iter().any(|void| void.operation == c.operation);
        if asked || self.is_voided() || matches!(self.authorization, Authorization::Declined { .. }) {
            return Ok(vec![]);
        }
        if self.is_void_pending() {
            return Err(PaymentRefusal::VoidPending);
        }
        if self.is_capture_pending() {
            return Err(PaymentRefusal::CapturePending);
        }
        if self.captured_minor() > 0 {
            let captured = Money::from_minor_within_bounds(self.captured_minor(), initiated.amount.currency());
            return Err(PaymentRefusal::AlreadyCaptured { captured });
        }
        Ok(vec![VoidRequested { order: initiated.order, operation: c.operation }.into()])
    }

    pub(super) fn record_void(&self, initiated: &PaymentInitiated, c: &RecordVoid) -> Decided {
        let (order, operation) = (initiated.order, c.operation);
        let Some(void) = self.voids.iter().find(|void| void.operation == operation) else {
            return Ok(self.unknown_operation(order, operation));
        };
        match &c.outcome {
            VoidOutcome::Voided => Ok(self.voided_now(order, void)),
            VoidOutcome::Failed { code } => Ok(self.void_failed_now(order, void, code).into_iter().collect()),
        }
    }

    /// Money that was let go of is gone, whatever was said before; what contradicts is recorded before it.
    fn voided_now(&self, order: OrderId, void: &Void) -> Vec<PaymentEvent> {
        let operation = void.operation;
        let after_failure = || self.anomaly(order, CONTRADICTING_OUTCOME, format!("voided by call {operation}, which had failed"));
        let voided = PaymentVoided { order, operation }.into();
        match void.outcome {
            Outcome::Done => vec![],
            Outcome::Pending => vec![voided],
            Outcome::Failed => after_failure().into_iter().chain([voided]).collect(),
        }
    }

    fn void_failed_now(&self, order: OrderId, void: &Void, code: &str) -> Option<PaymentEvent> {
        let operation = void.operation;
        match void.outcome {
            Outcome::Failed => None,
            Outcome::Pending => Some(VoidFailed { order, operation, code: code.to_owned() }.into()),
            Outcome::Done => {
                self.anomaly(order, CONTRADICTING_OUTCOME, format!("call {operation} failed ({code}) after the payment was voided"))
            }
        }
    }
}
