//! What several decisions look at.

use decider::{Needed, States};

use crate::order::{Order, PaymentAttempt};
use crate::payment::Payment;
use crate::stock_item::StockItem;
use crate::values::OrderId;

/// An order and all its payments.
pub(super) fn with_its_payments(order: OrderId, states: &States<'_>) -> Vec<Needed> {
    let id = order.to_string();
    let payments = payments_of(states.get::<Order>(&id).into_iter().flat_map(Order::payments));
    [Needed::of::<Order>(id.as_str())].into_iter().chain(payments).collect()
}

/// The payments of these attempts.
pub(super) fn payments_of<'a>(attempts: impl Iterator<Item = &'a PaymentAttempt>) -> impl Iterator<Item = Needed> {
    attempts.map(|attempt| Needed::of::<Payment>(attempt.payment.to_string()))
}

/// The stock items that hold something for an order.
pub(super) fn held_stock(id: OrderId, order: &Order) -> impl Iterator<Item = Needed> {
    order.holds(id).into_iter().map(|hold| Needed::of::<StockItem>(hold.item.to_string()))
}
