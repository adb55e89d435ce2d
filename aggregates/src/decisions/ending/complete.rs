//! Completing an order: everything arrived, everything due was captured, and nothing is open at a gateway. The order is written, its payments are
//! looked at, in one append.

use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::EndingRefusal;
use crate::decisions::looking::with_its_payments;
use crate::loaded::loaded;
use crate::order::{Order, OrderCompleted, OrderLine, OrderStatus, Terms};
use crate::payment::Payment;
use crate::values::{Money, OrderId, PaymentId};

/// Ends the order well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompleteOrder {
    /// Which order.
    pub order: OrderId,
}

impl Decision for CompleteOrder {
    type Refusal = EndingRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        with_its_payments(self.order, states)
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, EndingRefusal> {
        let id = self.order.to_string();
        let order = loaded::<Order>(states, &id);
        if order.status() == OrderStatus::Completed {
            return Ok(Changes::none());
        }
        let terms = order.terms_while(self.order, OrderStatus::Confirmed)?;
        everything_arrived(order)?;
        let captured = everything_is_paid(order, terms, states)?;
        Ok(Changes::of::<Order>(&id, [OrderCompleted { captured }.into()]))
    }
}

fn everything_arrived(order: &Order) -> Result<(), EndingRefusal> {
    let sum = |units: fn(&OrderLine) -> u32| -> u32 { order.lines().map(units).sum() };
    let waiting = sum(OrderLine::open) + sum(OrderLine::in_fulfillment);
    if waiting > 0 {
        return Err(EndingRefusal::OpenQuantity { units: waiting });
    }
    match sum(OrderLine::shipped).saturating_sub(sum(OrderLine::delivered)) {
        0 => Ok(()),
        units => Err(EndingRefusal::NotDelivered { units }),
    }
}

fn everything_is_paid(order: &Order, terms: &Terms, states: &States<'_>) -> Result<Money, EndingRefusal> {
    let payments = || order.payments().iter().map(|attempt| (attempt.payment, loaded::<Payment>(states, &attempt.payment.to_string())));
    let captured = Money::from_minor_within_bounds(payments().map(|(_, payment)| payment.captured_minor()).sum(), terms.currency);
    if let Some((payment, _)) = payments().find(is_unsettled) {
        return Err(EndingRefusal::PaymentUnsettled { payment });
    }
    match order.due() {
        Some(due) if due != captured => Err(EndingRefusal::PaymentOutstanding { due, captured }),
        Some(_) | None => Ok(captured),
    }
}

/// A call without an outcome, or money that the gateway still holds.
fn is_unsettled((_, payment): &(PaymentId, &Payment)) -> bool {
    payment.is_capture_pending()
        || (payment.holds_money() && payment.captured_minor() == 0)
        || (payment.open_minor() > 0 && !payment.is_voided())
}
