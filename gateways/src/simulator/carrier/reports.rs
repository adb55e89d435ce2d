//! What the carrier has to report, kept until it was heard.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::PgPool;
use uuid::Uuid;

/// News to be sent.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) event_id: Uuid,
    pub(super) body: String,
    pub(super) due_in: TimeDelta,
    pub(super) copies: i16,
}

/// News that is being sent by the one who has it.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Claimed {
    pub(super) event_id: Uuid,
    pub(super) body: String,
    pub(super) attempts: i32,
}

/// Takes what is due for as long as a sending may take; whoever dies meanwhile has it sent by another later.
pub(super) async fn claim(pool: &PgPool, limit: i64) -> Result<Vec<Claimed>, sqlx::Error> {
    sqlx::query_as(include_str!("claim.sql")).bind(limit).fetch_all(pool).await
}

/// How long until something is due.
pub(super) async fn next_due_in(pool: &PgPool) -> Result<Option<Duration>, sqlx::Error> {
    let next = "select (extract(epoch from min(due_at) - now()) * 1000)::bigint from simulator.reports where copies_left > 0";
    let milliseconds: Option<i64> = sqlx::query_scalar(next).fetch_one(pool).await?;
    Ok(milliseconds.map(|milliseconds| Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0))))
}

/// They were heard: a copy less to send.
pub(super) async fn heard(pool: &PgPool, events: &[Uuid]) -> Result<(), sqlx::Error> {
    let less = "update simulator.reports set copies_left = copies_left - 1, attempts = 0, due_at = now() where event_id = any($1)";
    sqlx::query(less).bind(events).execute(pool).await?;
    Ok(())
}

/// They were not: again after their waits.
pub(super) async fn unheard(pool: &PgPool, events: &[Uuid], waits_ms: &[i64]) -> Result<(), sqlx::Error> {
    let later = "update simulator.reports r set due_at = now() + u.wait_ms * interval '1 millisecond'
        from unnest($1::uuid[], $2::bigint[]) as u (event_id, wait_ms) where r.event_id = u.event_id";
    sqlx::query(later).bind(events).bind(waits_ms).execute(pool).await?;
    Ok(())
}
