//! Confirming an order: its stock and its money become certain together. The order and its stock items are written, its payments looked at, in one
//! append: a void that is asked for at the same moment comes before or after, never between.

use decider::{Changes, Decision, Needed, States};

use crate::loaded::loaded;
use crate::order::{ConfirmOrder, Order, OrderConfirmed, OrderRefusal, OrderStatus};
use crate::payment::Payment;
use crate::stock_item::StockItem;

impl Decision for ConfirmOrder {
    type Refusal = OrderRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let id = self.order.to_string();
        let mut needed = vec![Needed::of::<Order>(id.as_str())];
        if let Some(order) = states.get::<Order>(&id) {
            needed.extend(order.holds(self.order).iter().map(|hold| Needed::of::<StockItem>(hold.item.to_string())));
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
        let mut changes = self.confirm_reservations(order, states)?;
        changes.push::<Order>(id, OrderConfirmed {}.into());
        Ok(changes)
    }
}

impl ConfirmOrder {
    fn confirm_reservations(&self, order: &Order, states: &States<'_>) -> Result<Changes, OrderRefusal> {
        let mut changes = Changes::none();
        for hold in order.holds(self.order) {
            let id = hold.item.to_string();
            changes.append(Changes::of::<StockItem>(&id, loaded::<StockItem>(states, &id).confirm(&hold)?));
        }
        Ok(changes)
    }
}
