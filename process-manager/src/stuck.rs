use aggregates::values::OrderId;
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use crate::ProcessError;
use crate::instances;
use crate::order_fulfillment::{Phase, Stuck};

/// An order whose process waits for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StuckOrder {
    /// Which.
    pub order: OrderId,
    /// Where it stands.
    pub phase: Phase,
    /// The steps that wait for an operator, each with what stood in the way; the one that has waited longest first.
    pub steps: Vec<Stuck>,
    /// The event that could not be read, with its position, and why; what is known of the order is known up to it.
    pub unreadable: Option<String>,
    /// When something last happened to its process.
    pub since: DateTime<Utc>,
}

/// The orders whose process waits for people, those first that have waited longest: for an operator, or for a program that can read their events.
///
/// # Errors
/// The database cannot be read, or a stored process.
pub async fn stuck(pool: &PgPool, limit: i64) -> Result<Vec<StuckOrder>, ProcessError> {
    let rows: Vec<(Uuid, DateTime<Utc>)> = sqlx::query_as(
        "(select order_id, updated_at from process.instances where parked and not final)
         union
         (select order_id, updated_at from process.instances where unreadable is not null)
         order by updated_at, order_id limit $1",
    )
    .bind(limit)
    .fetch_all(pool)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|(order, _)| *order).collect();
    let mut instances = instances::load(pool, &ids).await?;
    let of = |(order, since): (Uuid, DateTime<Utc>)| {
        let instance = instances.remove(&order).unwrap_or_default();
        let (phase, steps) = (instance.state.phase(), instance.state.parked().to_vec());
        StuckOrder { order: OrderId::new(order), phase, steps, unreadable: instance.unreadable, since }
    };
    Ok(rows.into_iter().map(of).collect())
}
