//! Confirming an order: its stock and its money become certain together. The order is written, its payments looked at, in one append: a void that is
//! asked for at the same moment comes before or after, never between. The shelf is not asked: it holds what the order says, since both are written together.

use decider::{Changes, Decision, Needed, States};

use crate::loaded::loaded;
use crate::order::{ConfirmOrder, Order, OrderConfirmed, OrderRefusal, OrderStatus};
use crate::payment::Payment;

impl Decision for ConfirmOrder {
    type Refusal = OrderRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let id = self.order.to_string();
        let mut needed = vec![Needed::of::<Order>(id.as_str())];
        if let Some(order) = states.get::<Order>(&id) {
            needed.extend(order.live_payments().map(|attempt| Needed::of::<Payment>(attempt.payment.to_string())));
        }
        needed
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, OrderRefusal> {
        let id = self.order.to_string();
        let order = loaded::<Order>(states, &id);
        if order.status() == OrderStatus::Confirmed {
            return Ok(Changes::none());
        }
        order.terms_while(self.order, OrderStatus::Placed)?;
        match order.unreserved() {
            0 => {}
            units => return Err(OrderRefusal::StockNotReserved { order: self.order, units }),
        }
        order.authorized_suffices(self.order, |payment| states.get::<Payment>(&payment.to_string()))?;
        Ok(Changes::of::<Order>(&id, [OrderConfirmed {}.into()]))
    }
}
