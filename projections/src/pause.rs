//! Pausing one read model without stopping a process. A pause belongs to the model: a rebuild, a rollback and a later version leave it as it is.

use crate::schema::{Schema, Slot, lock_generations};
use crate::{ReadDatabase, ReadModelError, lasting};

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
    let model = read.models().model(name)?;
    let schema = Schema::of(model, Slot::Live);
    if !schema.exists(read.pool()).await? {
        return Err(ReadModelError::Absent(schema.to_string()));
    }
    let mut tx = read.pool().begin().await?;
    lock_generations(&mut tx, model).await?;
    lasting::prepare(&mut tx, model, schema.as_str()).await?;
    lasting::set_paused(&mut tx, model, schema.as_str(), paused).await?;
    Ok(tx.commit().await?)
}
