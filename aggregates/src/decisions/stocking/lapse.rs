//! The lapse of a reservation: an order that is not confirmed in time gives its stock back. The order and the stock are written and the payments looked at in
//! one append: a confirmation or an authorization that comes at the same moment comes before or after, never between.

use chrono::{DateTime, Utc};
use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::StockingRefusal;
use crate::decisions::looking::{held_stock, payments_of};
use crate::loaded::loaded;
use crate::order::{Order, OrderReservationLapsed, PaymentAttempt, Terms};
use crate::payment::Payment;
use crate::stock_item::StockItem;
use crate::values::{Money, OrderId};

/// Ends the reservations of an order that was not confirmed in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LapseReservation {
    /// Which order.
    pub order: OrderId,
    /// When the reservations were to lapse: others stand.
    pub until: DateTime<Utc>,
}

impl Decision for LapseReservation {
    type Refusal = StockingRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let id = self.order.to_string();
        let mut needed = vec![Needed::of::<Order>(id.as_str())];
        if let Some(order) = states.get::<Order>(&id) {
            needed.extend(held_stock(self.order, order));
            needed.extend(payments_of(order.live_payments()));
        }
        needed
    }

    /// What is certain does not lapse, nor what is paid and will be certain at once.
    fn decide(&self, states: &States<'_>) -> Result<Changes, StockingRefusal> {
        let order = loaded::<Order>(states, &self.order.to_string());
        let terms = order.terms_of(self.order)?;
        if order.reserved_until() != Some(self.until) || is_paid(order, terms, states) {
            return Ok(Changes::none());
        }
        Ok(self.lapse(order, states))
    }
}

impl LapseReservation {
    fn lapse(&self, order: &Order, states: &States<'_>) -> Changes {
        let mut changes = Changes::none();
        for hold in order.holds(self.order) {
            let id = hold.item.to_string();
            changes.append(Changes::of::<StockItem>(&id, loaded::<StockItem>(states, &id).expire(&hold)));
        }
        let lapsed = order.reservations();
        changes.push::<Order>(self.order.to_string(), OrderReservationLapsed { lapsed }.into());
        changes
    }
}

/// Whether the gateway holds what is due, whether or not the order has heard of it.
fn is_paid(order: &Order, terms: &Terms, states: &States<'_>) -> bool {
    let standing = |attempt: &PaymentAttempt| loaded::<Payment>(states, &attempt.payment.to_string()).standing_authorization();
    order.live_payments().filter_map(standing).map(Money::minor).sum::<i64>() >= order.due_minor(terms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decisions::paying::SettleAuthorization;
    use crate::decisions::placing::ConfirmOrder;
    use crate::world::*;

    #[test]
    fn an_order_that_is_not_confirmed_in_time_gives_its_stock_back_and_may_be_allocated_again() {
        let mut world = World::with_stock(&[("berlin", "A-17", 3), ("munich", "B-4", 3)]);
        let id = world.allocated(1, &[("A-17", 2, 1999), ("B-4", 3, 333)]);
        let position = world.log.len();
        world.must(&lapse(id));
        assert_eq!(
            world.names_since(position),
            ["stock_item.reservation_expired", "stock_item.reservation_expired", "order.reservation_lapsed"]
        );
        assert_eq!((world.stock("berlin", "A-17").available(), world.order(id).reserved_until()), (3, None));
        assert_eq!(world.must(&lapse(id)), 0, "it has lapsed");
        assert_eq!(world.refused(&ConfirmOrder { order: id }), "stock_not_reserved");
        world.must(&allocate(id));
        world.assert_whole();
    }

    #[test]
    fn other_reservations_than_those_that_were_to_lapse_stand() {
        let mut world = World::with_stock(&[("berlin", "A-17", 3)]);
        let id = world.allocated(1, &[("A-17", 2, 1999)]);
        assert_eq!(world.must(&LapseReservation { order: id, until: instant(29) }), 0);
    }

    #[test]
    fn a_lapse_does_not_wait_for_an_authorization_that_has_no_outcome() {
        let mut world = World::with_stock(&[("berlin", "A-17", 3)]);
        let id = world.paying(1, &[("A-17", 2, 1999)]);
        assert!(world.must(&lapse(id)) > 0);
        world.authorize(1);
        world.must(&SettleAuthorization { order: id, payment: payment(1) });
        assert_eq!(world.refused(&ConfirmOrder { order: id }), "stock_not_reserved", "the money is there, the stock is not");
    }

    #[test]
    fn what_is_paid_does_not_lapse_whether_or_not_the_order_has_heard_of_it() {
        let mut world = World::with_stock(&[("berlin", "A-17", 9)]);
        let id = world.paying(1, &[("A-17", 2, 1999)]);
        world.authorize(1);
        assert_eq!(world.must(&lapse(id)), 0, "the gateway holds the money");
        world.must(&SettleAuthorization { order: id, payment: payment(1) });
        assert_eq!(world.must(&lapse(id)), 0, "the order counts it");
        world.must(&void(1, 90));
        assert!(world.must(&lapse(id)) > 0, "the gateway was asked to let go of it");
        world.assert_whole();
        let mut world = World::with_stock(&[("berlin", "A-17", 9)]);
        let id = world.confirmed(1, &[("A-17", 2, 1999)]);
        assert_eq!(world.must(&lapse(id)), 0, "it is certain");
    }
}
