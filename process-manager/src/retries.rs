//! Calls that have failed for now: noted for operators, decided on by nobody.

use std::time::Duration;

use aggregates::values::OrderId;
use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::instances::Of;
use crate::order_fulfillment::Effect;

/// Notes that a call failed and when it is tried again, by the database's clock.
pub(crate) async fn remember(pool: &PgPool, effect: &Effect, tries: u32, pause: Duration, error: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into process.retries (order_id, step, subject, tries, next_try_at, last_error)
         values ($1, $2, $3, $4, clock_timestamp() + $5 * interval '1 millisecond', $6)
         on conflict (order_id, step, subject) do update set tries = excluded.tries, next_try_at = excluded.next_try_at,
                last_error = excluded.last_error",
    )
    .bind(effect.order.uuid())
    .bind(effect.step.name())
    .bind(effect.step.subject())
    .bind(i32::try_from(tries).unwrap_or(i32::MAX))
    .bind(i32::try_from(pause.as_millis()).unwrap_or(i32::MAX))
    .bind(error)
    .execute(pool)
    .await?;
    Ok(())
}

/// A call that had failed is not made any more: it has its outcome, or never will.
pub(crate) async fn forget(pool: &PgPool, effect: &Effect) -> Result<(), sqlx::Error> {
    sqlx::query("delete from process.retries where order_id = $1 and step = $2 and subject = $3")
        .bind(effect.order.uuid())
        .bind(effect.step.name())
        .bind(effect.step.subject())
        .execute(pool)
        .await?;
    Ok(())
}

/// Nobody makes any call of these parts' orders now.
pub(crate) async fn forget_parts(pool: &PgPool, of: &Of) -> Result<(), sqlx::Error> {
    sqlx::query("delete from process.retries where process.part_v1(order_id, $2) = any ($1)")
        .bind(&of.parts)
        .bind(of.count)
        .execute(pool)
        .await?;
    Ok(())
}

/// These orders are over.
pub(crate) async fn forget_orders(pool: &PgPool, orders: &[String]) -> Result<(), sqlx::Error> {
    sqlx::query("delete from process.retries where order_id = any ($1::uuid[])").bind(orders).execute(pool).await?;
    Ok(())
}

/// A call that has failed for now.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(crate) struct Retry {
    pub(crate) step: String,
    pub(crate) subject: String,
    pub(crate) tries: i32,
    pub(crate) next_try_at: DateTime<Utc>,
    pub(crate) last_error: String,
}

/// The calls of an order that have failed for now.
pub(crate) async fn of_order(pool: &PgPool, order: OrderId) -> Result<Vec<Retry>, sqlx::Error> {
    sqlx::query_as("select step, subject, tries, next_try_at, last_error from process.retries where order_id = $1 order by step, subject")
        .bind(order.uuid())
        .fetch_all(pool)
        .await
}
