use aggregates::order::Order;
use aggregates::values::OrderId;
use identity::Caller;

use crate::caller::{is_staff, sees};
use crate::problem::Problem;
use crate::state::ApiState;

/// Whose order it is, if the caller may see it: to a customer, another's order does not exist.
///
/// # Errors
/// What the log says when it cannot be read.
pub(crate) async fn owner_for(state: &ApiState, caller: &Caller, order: OrderId) -> Result<Option<String>, Problem> {
    let loaded = state.store().load::<Order>(&order.to_string()).await?;
    Ok(owner(&loaded.state).filter(|owner| sees(caller, owner)))
}

/// Whether the caller sees what belongs to this order, which exists.
///
/// # Errors
/// What the log says when it cannot be read.
pub(crate) async fn sees_what_belongs_to(state: &ApiState, caller: &Caller, order: Option<OrderId>) -> Result<bool, Problem> {
    match order {
        Some(_) if is_staff(caller) => Ok(true),
        Some(order) => Ok(owner_for(state, caller, order).await?.is_some()),
        None => Ok(false),
    }
}

/// Whose order it is, if there is one.
pub(super) fn owner(order: &Order) -> Option<String> {
    order.terms().map(|terms| terms.customer.to_string())
}

/// Where an order is in its life, and in words that the customer may read why it was or is being undone.
pub(crate) fn status_of(order: &Order) -> (&'static str, Option<String>) {
    (order.status().as_str(), order.cancelation().map(|cancelation| cancelation.reason.code.clone()))
}
