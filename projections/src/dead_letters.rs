//! Dead letters: events that a read model could not take in, and those that wait behind them; what operators do about them.

use chrono::{DateTime, Utc};
use event_store::EventStore;
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::generation::Generation;
use crate::letter::TakenUp;
use crate::schema::{Schema, Slot};
use crate::{ReadDatabase, ReadModelError};

/// An event that could not be taken in by a group of rows, or that waits behind one.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct DeadLetter {
    /// Who could not take it in: the read model.
    pub follower: String,
    /// The key of the group.
    pub key: String,
    /// Where the event stands in the log.
    pub position: i64,
    /// The event.
    pub event_id: Uuid,
    /// Its stored name.
    pub event_type: String,
    /// Why; none where it waits behind another of its key.
    pub cause: Option<String>,
    /// Since when it waits.
    pub parked_at: DateTime<Utc>,
}

/// Which letters.
#[derive(Debug, Clone, Default)]
pub struct LetterFilter {
    /// Only those of this group.
    pub key: Option<String>,
    /// Only the event at this position.
    pub position: Option<i64>,
    /// Only those whose cause has this text in it.
    pub cause: Option<String>,
}

/// The dead letters of a read model, by key and position.
///
/// # Errors
/// There is no such read model, or the database cannot be asked.
pub async fn dead_letters(read: &ReadDatabase, name: &str, filter: &LetterFilter, limit: i64) -> Result<Vec<DeadLetter>, ReadModelError> {
    let schema = Schema::of(read.models().model(name)?, Slot::Live);
    if !schema.exists(read.pool()).await? {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select $1::text as follower, key, position, event_id, event_type, cause, parked_at from {schema}.dead_letters \
         where ($2::text is null or key = $2) and ($3::bigint is null or position = $3) \
           and ($4::text is null or strpos(lower(cause), lower($4)) > 0) \
         order by key, position limit $5"
    );
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(name).bind(&filter.key).bind(filter.position).bind(&filter.cause);
    Ok(query.bind(limit).fetch_all(read.pool()).await?)
}

/// Gives a read model its letters again: all that wait in the groups of these, in the order of the log.
///
/// # Errors
/// There is no such read model or it was never built, or a database is away.
pub async fn retry(store: &EventStore, read: &ReadDatabase, name: &str, filter: &LetterFilter) -> Result<TakenUp, ReadModelError> {
    let generation = live(store, read, name).await?;
    let mut keys: Vec<String> = dead_letters(read, name, filter, i64::MAX).await?.into_iter().map(|letter| letter.key).collect();
    keys.dedup();
    generation.take_up(store, &keys).await
}

/// Lets a read model go on without the letters that the log says are discarded; answers what became of all that waited in their groups.
///
/// # Errors
/// There is no such read model or it was never built, or a database is away.
pub async fn heed_discards(store: &EventStore, read: &ReadDatabase, name: &str) -> Result<TakenUp, ReadModelError> {
    live(store, read, name).await?.heed_discards(store).await
}

async fn live(store: &EventStore, read: &ReadDatabase, name: &str) -> Result<Generation, ReadModelError> {
    let folding = read.models().folding(name)?;
    let schema = Schema::of(folding.model(), Slot::Live);
    if !schema.exists(read.pool()).await? {
        return Err(ReadModelError::Absent(schema.to_string()));
    }
    Generation::open(folding, Slot::Live, store, read.pool(), true).await
}
