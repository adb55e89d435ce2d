//! Undoing an order ends: recorded last, when no money is held or in flight.

use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::EndingRefusal;
use crate::decisions::looking::with_its_payments;
use crate::loaded::loaded;
use crate::order::{Cancelation, CancelationOutcome, Order, OrderCanceled, OrderEvent, OrderExpired, OrderRefusal, OrderRejected};
use crate::payment::Payment;
use crate::values::{OrderId, PaymentId};

/// Ends the undoing, once no money is held or in flight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FinishCancelation {
    /// Which order.
    pub order: OrderId,
}

impl Decision for FinishCancelation {
    type Refusal = EndingRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        with_its_payments(self.order, states)
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, EndingRefusal> {
        let id = self.order.to_string();
        let order = loaded::<Order>(states, &id);
        order.terms_of(self.order)?;
        let Some(cancelation) = order.cancelation() else {
            return Err(OrderRefusal::WrongOrderStatus { order: self.order, status: order.status() }.into());
        };
        if order.status().is_final() {
            return Ok(Changes::none());
        }
        self.no_money_is_held(order, states)?;
        Ok(Changes::of::<Order>(&id, [end(cancelation)]))
    }
}

impl FinishCancelation {
    fn no_money_is_held(&self, order: &Order, states: &States<'_>) -> Result<(), EndingRefusal> {
        let holding = |payment: &PaymentId| loaded::<Payment>(states, &payment.to_string()).holds_money();
        match order.payments().iter().map(|attempt| attempt.payment).find(holding) {
            None => Ok(()),
            Some(payment) => Err(EndingRefusal::MoneyHeld { payment }),
        }
    }
}

fn end(cancelation: &Cancelation) -> OrderEvent {
    let reason = cancelation.reason.clone();
    match cancelation.outcome {
        CancelationOutcome::Rejected => OrderRejected { reason }.into(),
        CancelationOutcome::Expired => OrderExpired { reason }.into(),
        CancelationOutcome::Canceled => OrderCanceled { reason }.into(),
    }
}
