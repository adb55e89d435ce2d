use aggregates::order::Order;
use aggregates::values::OrderId;
use event_store::Moment;
use identity::Caller;

use crate::caller::{is_staff, sight};
use crate::problem::Problem;
use crate::state::ApiState;
use crate::unreadable::known_at;

/// Whether the caller sees what belongs to this order, which exists.
///
/// # Errors
/// What the log says when it cannot be read.
pub(crate) async fn sees_what_belongs_to(state: &ApiState, caller: &Caller, order: Option<OrderId>) -> Result<bool, Problem> {
    match order {
        Some(_) if is_staff(caller) => Ok(true),
        Some(order) => {
            let known = known_at::<Order>(state.store(), &order.to_string(), Moment::Now).await?;
            Ok(known.is_some_and(|(order, _)| is_seen(caller, &order.state)))
        }
        None => Ok(false),
    }
}

/// Whether the order is there, as far as the caller can tell: to a customer, another's order does not exist.
pub(super) fn is_seen(caller: &Caller, order: &Order) -> bool {
    sight(caller).sees_order(order)
}

/// Where an order is in its life, and in words that the customer may read why it was or is being undone.
pub(crate) fn status_of(order: &Order) -> (&'static str, Option<String>) {
    (order.status().as_str(), order.cancelation().map(|cancelation| cancelation.reason.code.clone()))
}
