//! Events that one of two generations could not take in, or neither could.

use std::collections::{BTreeMap, BTreeSet};

use decider::StreamId;
use event_store::EventStore;
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow, PgConnection};

use super::MAX_ROWS;
use crate::ReadModelError;
use crate::schema::Schema;

/// An event that could not be taken in: what is known of its group is known up to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Untaken {
    /// Of which group.
    pub key: String,
    /// Where it stands in the log.
    pub position: i64,
    /// Its stored name.
    pub event_type: String,
    /// The stream that it belongs to, where the log still has it.
    #[serde(serialize_with = "as_text")]
    pub stream: Option<StreamId>,
    /// Why; none where it waits behind another.
    pub cause: Option<String>,
    /// Whether the live generation could not.
    pub live: bool,
    /// Whether the log, folded anew, could not.
    pub replayed: bool,
}

fn as_text<S: serde::Serializer>(stream: &Option<StreamId>, serializer: S) -> Result<S::Ok, S::Error> {
    match stream {
        Some(stream) => serializer.collect_str(stream),
        None => serializer.serialize_none(),
    }
}

/// What the letters of two generations come to.
#[derive(Debug, Default)]
pub(super) struct Letters {
    /// How many the live one has.
    pub(super) of_live: i64,
    /// The groups in which the two stopped at different events: their rows cannot be the same.
    pub(super) parted: BTreeSet<String>,
    /// How many only one of them has.
    pub(super) differing: i64,
    /// The first [`MAX_ROWS`] that say why, or that only one of them has.
    pub(super) told: Vec<Untaken>,
}

#[derive(FromRow)]
struct Found {
    key: String,
    position: i64,
    event_type: String,
    cause: Option<String>,
    live: bool,
    replayed: bool,
}

/// Both at the same position, the caller sees to that.
pub(super) async fn letters(
    conn: &mut PgConnection,
    store: &EventStore,
    live: &Schema,
    scratch: &Schema,
) -> Result<Letters, ReadModelError> {
    let sql = format!(
        "select key, position, coalesce(l.event_type, s.event_type) as event_type, coalesce(l.cause, s.cause) as cause, \
                l.number is not null as live, s.number is not null as replayed \
         from {live}.dead_letters l full join {scratch}.dead_letters s using (key, position) order by position, key"
    );
    let found: Vec<Found> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(conn).await?;
    let differ = |letter: &&Found| letter.live != letter.replayed;
    let of_live = found.iter().filter(|letter| letter.live).count() as i64;
    let differing = found.iter().filter(differ).count() as i64;
    let parted = found.iter().filter(differ).map(|letter| letter.key.clone()).collect();
    let told: Vec<Found> =
        found.into_iter().filter(|letter| letter.cause.is_some() || letter.live != letter.replayed).take(MAX_ROWS).collect();
    let streams = streams(store, &told).await?;
    let untaken = |Found { key, position, event_type, cause, live, replayed }| Untaken {
        key,
        position,
        event_type,
        stream: streams.get(&position).cloned(),
        cause,
        live,
        replayed,
    };
    Ok(Letters { of_live, parted, differing, told: told.into_iter().map(untaken).collect() })
}

async fn streams(store: &EventStore, letters: &[Found]) -> Result<BTreeMap<i64, StreamId>, ReadModelError> {
    let positions: Vec<i64> = letters.iter().map(|letter| letter.position).collect();
    let events = store.events_at(&positions).await?;
    Ok(events.iter().map(|event| (event.position, event.stream.clone())).collect())
}
