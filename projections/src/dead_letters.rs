//! Dead letters: events that could not be folded into a row, and those that wait behind them.

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::schema::{Schema, Slot};
use crate::{ReadDatabase, ReadModelError};

/// An event that could not be folded into a row, or that waits behind one.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct DeadLetter {
    /// Its number within the generation.
    pub number: i64,
    /// The key of the row.
    pub key: String,
    /// Where the event stands in the log.
    pub position: i64,
    /// The event.
    pub event_id: Uuid,
    /// Its stored name.
    pub event_type: String,
    /// Why; none where it waits behind another of its key.
    pub cause: Option<String>,
}

/// The dead letters of a read model, by key and position.
///
/// # Errors
/// There is no such read model, or the database cannot be asked.
pub async fn dead_letters(read: &ReadDatabase, name: &str, limit: i64) -> Result<Vec<DeadLetter>, ReadModelError> {
    let schema = Schema::of(read.models().model(name)?, Slot::Live);
    if !schema.exists(read.pool()).await? {
        return Ok(Vec::new());
    }
    let sql =
        format!("select number, key, position, event_id, event_type, cause from {schema}.dead_letters order by key, position limit $1");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(limit).fetch_all(read.pool()).await?)
}
