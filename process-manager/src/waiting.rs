use aggregates::values::OrderId;
use serde::Serialize;
use sqlx::PgPool;

use crate::ProcessError;
use crate::instances;
use crate::order_fulfillment::{Phase, Stuck};

/// An order of which a step waits for an operator.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParkedOrder {
    /// Which.
    pub order: OrderId,
    /// Where it stands.
    pub phase: Phase,
    /// The steps, each with what stood in the way; the one that has waited longest first.
    pub steps: Vec<Stuck>,
}

/// A page of the orders that wait for an operator, in the order of their ids, after one of them.
///
/// # Errors
/// The processes cannot be read.
pub async fn parked(pool: &PgPool, after: Option<OrderId>, limit: i64) -> Result<Vec<ParkedOrder>, ProcessError> {
    let page = instances::parked_page(pool, after.map(OrderId::uuid).unwrap_or_default(), limit).await?;
    let of = |(order, instance): (uuid::Uuid, instances::Instance)| ParkedOrder {
        order: OrderId::new(order),
        phase: instance.state.phase(),
        steps: instance.state.parked().to_vec(),
    };
    Ok(page.into_iter().map(of).collect())
}
