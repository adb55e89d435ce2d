//! Cold loads: the states of streams from their snapshots and the events behind them.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use decider::{AggregateKind, EventSourced, Needed, State, StoredEvent, StreamId};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::StoreError;

/// The last event of a stream: its number *and* its id, since a number can be given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct StreamHead {
    pub(crate) sequence: i64,
    pub(crate) event_id: Option<Uuid>,
}

/// A stream as it was read.
pub(crate) struct LoadedStream {
    pub(crate) state: Box<dyn State>,
    pub(crate) head: StreamHead,
    /// Bytes of the events behind the snapshot.
    pub(crate) tail_bytes: usize,
    /// Bytes of the snapshot and the events behind it: about what the state holds.
    pub(crate) bytes: usize,
}

/// Reads these streams. Heads may be behind by the time they are used: the append checks them.
pub(crate) async fn load(connection: &mut PgConnection, needed: &[Needed]) -> Result<Vec<Result<LoadedStream, StoreError>>, StoreError> {
    let snapshots = read_snapshots(connection, needed).await?;
    let mut loaded: Vec<Result<LoadedStream, StoreError>> = needed
        .iter()
        .enumerate()
        .map(|(place, needed)| Ok(snapshots.get(&place).and_then(|row| restore(row, needed)).unwrap_or_else(|| absent(needed.kind))))
        .collect();
    for row in read_tails(connection, needed, &loaded).await? {
        let place = usize::try_from(row.try_get::<i64, _>("place")? - 1).unwrap_or(usize::MAX);
        if let Some(stream @ Ok(_)) = loaded.get_mut(place) {
            let folded = stream.as_mut().map_err(|_| ()).map(|stream| fold_row(stream, &needed[place].stream, &row));
            if let Ok(Err(error)) = folded {
                *stream = Err(error);
            }
        }
    }
    Ok(loaded)
}

pub(crate) fn absent(kind: &'static dyn AggregateKind) -> LoadedStream {
    LoadedStream { state: kind.empty(), head: StreamHead::default(), tail_bytes: 0, bytes: 0 }
}

/// The snapshots of this program's layout whose very event is in the log.
async fn read_snapshots(connection: &mut PgConnection, needed: &[Needed]) -> Result<HashMap<usize, PgRow>, StoreError> {
    let rows = sqlx::query(
        "select u.place, s.sequence, s.event_id, s.state
         from unnest($1::text[], $2::text[], $3::bytea[]) with ordinality u(aggregate_type, aggregate_id, layout, place)
         cross join lateral (
             select s.sequence, s.event_id, s.state from log.snapshots s
             where s.aggregate_type = u.aggregate_type and s.aggregate_id = u.aggregate_id and s.layout = u.layout
             limit 1
         ) s
         cross join lateral (
             select from log.events e
             where e.aggregate_type = u.aggregate_type and e.aggregate_id = u.aggregate_id and e.sequence = s.sequence and e.event_id = s.event_id
             limit 1
         ) e",
    )
    .bind(types_of(needed))
    .bind(ids_of(needed))
    .bind(needed.iter().map(|needed| layout_of(needed.kind)).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((usize::try_from(row.try_get::<i64, _>("place")? - 1).unwrap_or(usize::MAX), row))).collect()
}

/// A snapshot is a shortcut: one that does not read is as good as none.
fn restore(row: &PgRow, needed: &Needed) -> Option<LoadedStream> {
    let Json(body) = row.try_get::<Json<Box<RawValue>>, _>("state").ok()?;
    let state = needed.kind.restore(&body).ok()?;
    let head = StreamHead { sequence: row.try_get("sequence").ok()?, event_id: row.try_get("event_id").ok() };
    Some(LoadedStream { state, head, tail_bytes: 0, bytes: body.get().len() })
}

async fn read_tails(
    connection: &mut PgConnection,
    needed: &[Needed],
    loaded: &[Result<LoadedStream, StoreError>],
) -> Result<Vec<PgRow>, StoreError> {
    let after: Vec<i64> = loaded.iter().map(|stream| stream.as_ref().map_or(0, |stream| stream.head.sequence)).collect();
    Ok(sqlx::query(
        "select u.place, e.position, e.event_id, e.sequence, e.event_type, e.event_version, e.payload
         from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality u(aggregate_type, aggregate_id, after, place)
         cross join lateral (
             select e.position, e.event_id, e.sequence, e.event_type, e.event_version, e.payload from log.events e
             where e.aggregate_type = u.aggregate_type and e.aggregate_id = u.aggregate_id and e.sequence > u.after
             order by e.sequence
         ) e
         order by u.place, e.sequence",
    )
    .bind(types_of(needed))
    .bind(ids_of(needed))
    .bind(after)
    .fetch_all(connection)
    .await?)
}

/// Folds a row with `position`, `event_id`, `sequence`, `event_type`, `event_version` and `payload` into a stream.
pub(crate) fn fold_row(stream: &mut LoadedStream, id: &StreamId, row: &PgRow) -> Result<(), StoreError> {
    let Json(payload) = row.try_get::<Json<Box<RawValue>>, _>("payload")?;
    let event = StoredEvent { event_type: row.try_get("event_type")?, event_version: row.try_get("event_version")?, payload: &payload };
    apply(&mut *stream.state, id, row.try_get("position")?, event)?;
    stream.head = StreamHead { sequence: row.try_get("sequence")?, event_id: row.try_get("event_id")? };
    stream.tail_bytes += payload.get().len();
    stream.bytes += payload.get().len();
    Ok(())
}

/// Folds an event from the log; one that this program cannot read is named with its position.
pub(crate) fn apply(state: &mut dyn State, stream: &StreamId, position: i64, event: StoredEvent<'_>) -> Result<(), StoreError> {
    state.apply_stored(event).map_err(|source| StoreError::Unreadable { position, stream: stream.clone(), source: source.into() })
}

/// The state as its aggregate's own type.
pub(crate) fn downcast<A: EventSourced>(state: &dyn State, stream: &StreamId) -> Result<A, StoreError> {
    state.as_any().downcast_ref::<A>().cloned().ok_or_else(|| StoreError::WrongType(stream.clone()))
}

/// What a snapshot's layout is known by: the hash of golden ones.
pub(crate) fn layout_of(kind: &'static dyn AggregateKind) -> Vec<u8> {
    static LAYOUTS: OnceLock<Mutex<HashMap<&'static str, Vec<u8>>>> = OnceLock::new();
    let mut layouts = LAYOUTS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    layouts.entry(kind.aggregate_type()).or_insert_with(|| hash_golden(kind)).clone()
}

fn hash_golden(kind: &dyn AggregateKind) -> Vec<u8> {
    let mut hash = Sha256::new();
    for json in kind.golden().iter().filter_map(|state| state.to_json().ok()) {
        hash.update(json.get());
    }
    hash.finalize().to_vec()
}

pub(crate) fn types_of(needed: &[Needed]) -> Vec<&str> {
    needed.iter().map(|needed| needed.stream.aggregate_type()).collect()
}

pub(crate) fn ids_of(needed: &[Needed]) -> Vec<&str> {
    needed.iter().map(|needed| needed.stream.aggregate_id()).collect()
}
