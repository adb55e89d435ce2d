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
}

/// All parts in order; none before a process manager ran for the first time. Where an older program followed all orders as one, that one.
///
/// # Errors
/// The database cannot be read.
pub async fn parts(pool: &PgPool) -> Result<Vec<PartStatus>, ProcessError> {
    let rows: Vec<(String, i64, Option<String>)> = sqlx::query_as(
        "select name, position, case when leased_until >= clock_timestamp() then holder end from process.checkpoints
          where starts_with(name, $1) order by name",
    )
    .bind(NAME)
    .fetch_all(pool)
    .await?;
    let whole = rows.iter().find(|(name, ..)| name == NAME).map(|(_, position, holder)| PartStatus {
        part: 0,
        position: *position,
        holder: holder.clone(),
    });
    let status = |(name, position, holder): (String, i64, Option<String>)| Some(PartStatus { part: part_named(&name)?, position, holder });
    let mut parts: Vec<PartStatus> = rows.into_iter().filter_map(status).collect();
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
