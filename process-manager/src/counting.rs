use serde::Serialize;
use sqlx::PgPool;

use crate::ProcessError;

/// How many processes there are, by what they wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Orders that are not final.
    pub instances_open: i64,
    /// Steps under way in them.
    pub pending: i64,
    /// Steps that were refused and wait for another event of their order.
    pub waiting: i64,
    /// Orders that wait for an operator.
    pub parked: i64,
    /// Orders with an event that could not be read, those among them that were final before it came.
    pub dead_letters: i64,
}

/// How many processes there are, by what they wait for, as of the last event that was taken in.
///
/// # Errors
/// The database cannot be read.
pub async fn counts(pool: &PgPool) -> Result<Counts, ProcessError> {
    let (instances_open, pending, waiting, parked, dead_letters) = sqlx::query_as(
        "select count(*), coalesce(sum(pending), 0), coalesce(sum(waiting), 0), count(*) filter (where parked),
                (select count(*) from process.instances where unreadable is not null)
           from process.instances where not final",
    )
    .fetch_one(pool)
    .await?;
    Ok(Counts { instances_open, pending, waiting, parked, dead_letters })
}
