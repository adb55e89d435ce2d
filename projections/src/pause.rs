//! Pausing one read model without stopping a process.

use sqlx::AssertSqlSafe;

use crate::schema::{Schema, Slot};
use crate::{ReadDatabase, ReadModelError};

/// Lets a read model stand where it is.
///
/// # Errors
/// There is no such read model, it was never built, or the database is away.
pub async fn pause(read: &ReadDatabase, name: &str) -> Result<(), ReadModelError> {
    set(read, name, true).await
}

/// Lets it go on.
///
/// # Errors
/// There is no such read model, it was never built, or the database is away.
pub async fn resume(read: &ReadDatabase, name: &str) -> Result<(), ReadModelError> {
    set(read, name, false).await
}

async fn set(read: &ReadDatabase, name: &str, paused: bool) -> Result<(), ReadModelError> {
    let schema = Schema::of(read.models().model(name)?, Slot::Live);
    if !schema.exists(read.pool()).await? {
        return Err(ReadModelError::Absent(schema.to_string()));
    }
    let sql = format!("update {schema}.control set paused = $1");
    sqlx::query(AssertSqlSafe(sql)).bind(paused).execute(read.pool()).await?;
    Ok(())
}

pub(crate) async fn is_paused(read: &ReadDatabase, schema: &Schema) -> Result<bool, ReadModelError> {
    let sql = format!("select paused from {schema}.control");
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(read.pool()).await?)
}
