//! Reading the log: a range of positions, a stream, its end.

use decider::StreamId;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

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
