use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgPool;

use super::{NAME, part_named};
use crate::ProcessError;

/// How far the log was followed for a part, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartStatus {
    /// Which, from 0.
    pub part: u32,
    /// The last position that was taken in.
    pub position: i64,
    /// The program that follows it; nothing: none does.
    pub holder: Option<String>,
    /// The program that followed it until its lease ended, and when that was: it died, or cannot reach the database. Nothing: somebody follows it, or who did gave
    /// it back.
    pub lost: Option<Lost>,
}

/// A program that followed a part and was not heard of any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// Which.
    pub holder: String,
    /// When its lease ended.
    pub at: DateTime<Utc>,
}

type Row = (String, i64, Option<String>, Option<DateTime<Utc>>, bool);

fn status(part: u32, (_, position, holder, leased_until, is_held): Row) -> PartStatus {
    let lost = holder.clone().zip(leased_until).filter(|_| !is_held).map(|(holder, at)| Lost { holder, at });
    PartStatus { part, position, holder: holder.filter(|_| is_held), lost }
}

/// All parts in order; none before a process manager ran for the first time. Where an older program followed all orders as one, that one.
///
/// # Errors
/// The database cannot be read.
pub async fn parts(pool: &PgPool) -> Result<Vec<PartStatus>, ProcessError> {
    let rows: Vec<Row> = sqlx::query_as(
        "select name, position, holder, case when isfinite(leased_until) then leased_until end, coalesce(leased_until >= clock_timestamp(), false)
           from process.checkpoints where starts_with(name, $1) order by name",
    )
    .bind(NAME)
    .fetch_all(pool)
    .await?;
    let whole = rows.iter().find(|(name, ..)| name == NAME).cloned().map(|row| status(0, row));
    let mut parts: Vec<PartStatus> = rows.into_iter().filter_map(|row| Some(status(part_named(&row.0)?, row))).collect();
    parts.sort_by_key(|part| part.part);
    Ok(if parts.is_empty() { whole.into_iter().collect() } else { parts })
}

/// Up to where the log was followed for every order; 0 before a process manager ran for the first time.
///
/// # Errors
/// The database cannot be read.
pub async fn followed(pool: &PgPool) -> Result<i64, ProcessError> {
    Ok(parts(pool).await?.iter().map(|part| part.position).min().unwrap_or(0))
}
