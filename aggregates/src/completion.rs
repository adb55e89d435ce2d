//! Completing an order: everything arrived, everything due was captured, and nothing is open at a gateway. The order is written, its payments are
//! looked at, in one append.

use decider::{Changes, Decision, Needed, States};

use crate::loaded::loaded;
use crate::order::{CompleteOrder, Order, OrderCompleted, OrderLine, OrderRefusal, OrderStatus, Terms};
use crate::payment::Payment;
use crate::values::{Money, PaymentId};

impl Decision for CompleteOrder {
    type Refusal = OrderRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        Order::with_its_payments(self.order, states)
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, OrderRefusal> {
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

fn everything_arrived(order: &Order) -> Result<(), OrderRefusal> {
    let sum = |units: fn(&OrderLine) -> u32| -> u32 { order.lines().map(units).sum() };
    let waiting = sum(OrderLine::open) + sum(OrderLine::in_fulfillment);
    if waiting > 0 {
        return Err(OrderRefusal::OpenQuantity { units: waiting });
    }
    match sum(OrderLine::shipped).saturating_sub(sum(OrderLine::delivered)) {
        0 => Ok(()),
        units => Err(OrderRefusal::NotDelivered { units }),
    }
}

fn everything_is_paid(order: &Order, terms: &Terms, states: &States<'_>) -> Result<Money, OrderRefusal> {
    let payments = || order.payments().iter().map(|attempt| (attempt.payment, loaded::<Payment>(states, &attempt.payment.to_string())));
    let captured = Money::from_minor_within_bounds(payments().map(|(_, payment)| payment.captured_minor()).sum(), terms.currency);
    if let Some((payment, _)) = payments().find(is_unsettled) {
        return Err(OrderRefusal::PaymentUnsettled { payment });
    }
    match order.due() {
        Some(due) if due != captured => Err(OrderRefusal::PaymentOutstanding { due, captured }),
        Some(_) | None => Ok(captured),
    }
}

/// A call without an outcome, or money that the gateway still holds.
fn is_unsettled((_, payment): &(PaymentId, &Payment)) -> bool {
    payment.is_capture_pending()
        || (payment.holds_money() && payment.captured_minor() == 0)
        || (payment.open_minor() > 0 && !payment.is_voided())
}
