//! Epochs: which positions of an earlier history still mean what they meant.

use sqlx::{PgPool, Row};

use crate::{PositionToken, StoreError};

/// The position that a token names, if the history that it was given in still holds there: no later epoch began at or before it, and the log reaches so far
/// (a promoted server starts its epoch only with its first append; until then what it lost is simply beyond its end).
pub(crate) async fn resolve(pool: &PgPool, token: PositionToken) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "select coalesce((select max(e.epoch) from log.epochs e), 0) < $1
             or exists (select from log.epochs e where e.epoch > $1 and e.first_position <= $2)
             or coalesce((select e.position from log.events e order by e.position desc limit 1), 0) < $2 as lost",
    )
    .bind(token.epoch)
    .bind(token.position)
    .fetch_one(pool)
    .await?;
    if row.try_get("lost")? { Err(StoreError::LostPosition(token)) } else { Ok(token.position) }
}
