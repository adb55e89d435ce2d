//! Reading the log: a range of positions, a stream, its end.

use decider::StreamId;
use md5::{Digest, Md5};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::{Head, RecordedEvent, StoreError};

/// Which events a reader is after.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    aggregate_types: Option<Vec<String>>,
    partition: Option<Partition>,
}

/// One of `count` parts of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Partition {
    index: i64,
    count: i64,
}

impl Filter {
    /// Every event.
    pub fn all() -> Self {
        Self::default()
    }

    /// The events of these types of aggregates.
    pub fn aggregates<T: Into<String>>(types: impl IntoIterator<Item = T>) -> Self {
        Self { aggregate_types: Some(types.into_iter().map(Into::into).collect()), partition: None }
    }

    /// Of these, the events whose partition key falls into part `index` of `count`, counted from 0: all events of one key, so all of one order, are in the
    /// same part, and every event is in exactly one. The hash is MD5, which is the same on every server and version, so that a checkpoint keeps its meaning.
    ///
    /// # Panics
    /// If there is no such part.
    #[must_use]
    pub fn partition(self, index: u32, count: u32) -> Self {
        assert!(index < count, "there is no part {index} of {count}");
        Self { partition: Some(Partition { index: index.into(), count: count.into() }), ..self }
    }

    /// Whether a reader is after this event: the same answer as [`range`] gives.
    pub(crate) fn lets_through(&self, event: &RecordedEvent) -> bool {
        let of_type = self.aggregate_types.as_ref().is_none_or(|types| types.iter().any(|name| name == event.stream.aggregate_type()));
        of_type && self.partition.is_none_or(|partition| partition.holds(&event.partition_key))
    }
}

impl Partition {
    fn holds(self, key: &str) -> bool {
        i64::from(hash_of(key)) % self.count == self.index
    }
}

/// Into which of `count` parts of the log the events of this key fall, counted from 0.
///
/// # Panics
/// If there are none.
pub fn partition_of(key: &str, count: u32) -> u32 {
    hash_of(key) % count
}

/// As [`range`] has it in SQL.
fn hash_of(key: &str) -> u32 {
    let hash = Md5::digest(key);
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

/// What stands behind a position, and what the log was like then. One statement, one snapshot.
pub(crate) struct Behind {
    pub(crate) epoch: i64,
    /// The log's last position.
    pub(crate) head: i64,
    /// The event at the position itself.
    pub(crate) event_id: Option<Uuid>,
    /// In order, without gaps.
    pub(crate) events: Vec<RecordedEvent>,
}

/// The events in `(after, after + limit]`, all of them.
pub(crate) async fn behind(pool: &PgPool, after: i64, limit: i64) -> Result<Behind, StoreError> {
    let rows = sqlx::query(
        "select coalesce(log.epoch, 0) as epoch, coalesce(log.head, 0) as head, log.seen, e.*
         from (select (select e.epoch from log.epochs e order by e.epoch desc limit 1) as epoch,
                      (select e.position from log.events e order by e.position desc limit 1) as head,
                      (select e.event_id from log.events e where e.position = $1) as seen) log
         left join lateral (
             select position, event_id, aggregate_type, aggregate_id, sequence, partition_key, event_type, event_version, payload, metadata, recorded_at
             from log.events
             where position > $1 and position <= $1 + $2
             order by position
         ) e on true",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    let first = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    let (epoch, head, event_id) = (first.try_get("epoch")?, first.try_get("head")?, first.try_get("seen")?);
    let is_empty = first.try_get::<Option<i64>, _>("position")?.is_none();
    let mut events = if is_empty { Vec::new() } else { recorded(&rows)? };
    events.sort_unstable_by_key(|event| event.position);
    Ok(Behind { epoch, head, event_id, events })
}

/// Where a reader is, and where its next step ends.
pub(crate) struct Step {
    pub(crate) epoch: i64,
    /// The log's last position.
    pub(crate) head: i64,
    /// The event at the reader's position.
    pub(crate) seen: Option<Uuid>,
    /// The event at the end of the step: of `limit` positions, or at the head.
    pub(crate) last: Option<Uuid>,
}

/// A step of at most `limit` positions behind `after`. One statement, one snapshot.
pub(crate) async fn step(pool: &PgPool, after: i64, limit: i64) -> Result<Step, StoreError> {
    let row = sqlx::query(
        "select coalesce(log.epoch, 0) as epoch, coalesce(log.head, 0) as head,
                (select e.event_id from log.events e where e.position = $1) as seen,
                (select e.event_id from log.events e where e.position = least(log.head, $1 + $2)) as last
         from (select (select e.epoch from log.epochs e order by e.epoch desc limit 1) as epoch,
                      (select e.position from log.events e order by e.position desc limit 1) as head) log",
    )
    .bind(after)
    .bind(limit)
    .fetch_one(pool)
    .await?;
    Ok(Step { epoch: row.try_get("epoch")?, head: row.try_get("head")?, seen: row.try_get("seen")?, last: row.try_get("last")? })
}

/// The events in `(after, upto]` that the filter lets through, oldest first, at most `limit`.
pub(crate) async fn range(pool: &PgPool, after: i64, upto: i64, limit: i64, filter: &Filter) -> Result<Vec<RecordedEvent>, StoreError> {
    let rows = sqlx::query(
        "select position, event_id, aggregate_type, aggregate_id, sequence, partition_key, event_type, event_version, payload, metadata, recorded_at
         from log.events
         where position > $1 and position <= $2 and ($3::text[] is null or aggregate_type = any ($3))
           and ($5::bigint is null or ('x' || left(md5(partition_key), 8))::bit(32)::bigint % $6 = $5)
         order by position limit $4",
    )
    .bind(after)
    .bind(upto)
    .bind(filter.aggregate_types.as_deref())
    .bind(limit)
    .bind(filter.partition.map(|partition| partition.index))
    .bind(filter.partition.map(|partition| partition.count))
    .fetch_all(pool)
    .await?;
    recorded(&rows)
}

/// The events of a stream behind `after_sequence`, oldest first, at most `limit`.
pub(crate) async fn stream(pool: &PgPool, stream: &StreamId, after_sequence: i64, limit: i64) -> Result<Vec<RecordedEvent>, StoreError> {
    let rows = sqlx::query(
        "select position, event_id, aggregate_type, aggregate_id, sequence, partition_key, event_type, event_version, payload, metadata, recorded_at
         from log.events
         where aggregate_type = $1 and aggregate_id = $2 and sequence > $3
         order by sequence limit $4",
    )
    .bind(stream.aggregate_type())
    .bind(stream.aggregate_id())
    .bind(after_sequence)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    recorded(&rows)
}

/// The events at these positions, oldest first.
pub(crate) async fn at(pool: &PgPool, positions: &[i64]) -> Result<Vec<RecordedEvent>, StoreError> {
    let rows = sqlx::query(
        "select position, event_id, aggregate_type, aggregate_id, sequence, partition_key, event_type, event_version, payload, metadata, recorded_at
         from log.events where position = any ($1) order by position",
    )
    .bind(positions)
    .fetch_all(pool)
    .await?;
    recorded(&rows)
}

/// All events of some names that the aggregates of one type have, oldest first. Found by the type, before they are put in order: of a log there may be very
/// much else.
pub(crate) async fn named(pool: &PgPool, aggregate_type: &str, names: &[&str]) -> Result<Vec<RecordedEvent>, StoreError> {
    let rows = sqlx::query(
        "with found as materialized (
             select position, event_id, aggregate_type, aggregate_id, sequence, partition_key, event_type, event_version, payload, metadata, recorded_at
             from log.events where aggregate_type = $1 and event_type = any ($2)
         )
         select * from found order by position",
    )
    .bind(aggregate_type)
    .bind(names)
    .fetch_all(pool)
    .await?;
    recorded(&rows)
}

fn recorded(rows: &[PgRow]) -> Result<Vec<RecordedEvent>, StoreError> {
    rows.iter().map(RecordedEvent::from_row).collect()
}

/// The end of the log. One statement, one snapshot: epoch and position belong together.
pub(crate) async fn head(pool: &PgPool) -> Result<Head, StoreError> {
    let row = sqlx::query(
        "select coalesce(epochs.epoch, 0) as epoch, coalesce(events.position, 0) as position, events.event_id, events.recorded_at
         from (select 1) as always
         left join lateral (select e.epoch from log.epochs e order by e.epoch desc limit 1) epochs on true
         left join lateral (select e.position, e.event_id, e.recorded_at from log.events e order by e.position desc limit 1) events on true",
    )
    .fetch_one(pool)
    .await?;
    Ok(Head {
        epoch: row.try_get("epoch")?,
        position: row.try_get("position")?,
        event_id: row.try_get("event_id")?,
        recorded_at: row.try_get("recorded_at")?,
    })
}

/// The ids of this type that begin so, in order behind one of them. Each is found by a step of its own in the index, however many events it has.
pub(crate) async fn ids(pool: &PgPool, aggregate_type: &str, (prefix, after): (&str, &str), limit: i64) -> Result<Vec<String>, StoreError> {
    let beyond = format!("{prefix}{}", char::MAX);
    let ids = sqlx::query_scalar(
        "with recursive found (id) as (
             (select aggregate_id from log.events
               where aggregate_type = $1 and aggregate_id >= $2 and aggregate_id > $3 and aggregate_id < $4 order by aggregate_id limit 1)
             union all
             select (select e.aggregate_id from log.events e
                      where e.aggregate_type = $1 and e.aggregate_id > found.id and e.aggregate_id < $4 order by e.aggregate_id limit 1)
               from found where found.id is not null
         )
         select id from found where id is not null limit $5",
    );
    Ok(ids.bind(aggregate_type).bind(prefix).bind(after).bind(beyond).bind(limit).fetch_all(pool).await?)
}
