use decider::{State, StoredEvent, StreamId};
use serde_json::value::RawValue;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::HeldKey;
use super::outcome::place_of;
use crate::StoreError;
use crate::loading::{StreamHead, apply};

/// What is to be read under the log's lock: keys, and streams with their heads as far as they are known.
pub(crate) struct LockRequest {
    pub(crate) keys: Vec<KeyProbe>,
    pub(crate) streams: Vec<(StreamId, StreamHead)>,
}

/// A command whose key may be there already.
pub(crate) struct KeyProbe {
    /// None: nobody can ask again, so no key is held.
    pub(crate) command_id: Option<Uuid>,
    pub(crate) instance: Option<String>,
}

/// What stands in the log while its lock is held.
pub(crate) struct LockedRead {
    pub(crate) epoch: i64,
    /// By the command's place in the request.
    pub(crate) held: Vec<(usize, HeldKey)>,
    /// In the order of the request.
    pub(crate) streams: Vec<Tail>,
}

/// A stream behind its known head.
#[derive(Default)]
pub(crate) struct Tail {
    /// Whether the head is where it was known; if not, `events` is the whole stream.
    pub(crate) known: bool,
    pub(crate) head: StreamHead,
    pub(crate) events: Vec<TailEvent>,
}

/// An event of a tail, as it stands in the log.
pub(crate) struct TailEvent {
    pub(crate) position: i64,
    pub(crate) event_type: String,
    pub(crate) event_version: String,
    pub(crate) payload: Box<RawValue>,
}

impl LockRequest {
    /// Takes the log's lock in the transaction of `connection` and reads.
    pub(crate) async fn read(&self, connection: &mut PgConnection) -> Result<LockedRead, sqlx::Error> {
        let rows = sqlx::query(
            "select kind, place, epoch, known, position, event_id, sequence, event_type, event_version, payload,
                    (held).append_id as held_append_id, (held).fingerprint as held_fingerprint, (held).aggregate_type as held_type,
                    (held).aggregate_id as held_id, (held).version as held_version, (held).epoch as held_epoch,
                    (held).\"position\" as held_position, (held).events as held_events, (held).refusal as held_refusal
             from log.lock_and_read_v1($1, $2, $3, $4, $5, $6)",
        )
        .bind(self.keys.iter().map(|key| key.command_id).collect::<Vec<_>>())
        .bind(self.keys.iter().map(|key| key.instance.as_deref()).collect::<Vec<_>>())
        .bind(self.streams.iter().map(|(stream, _)| stream.aggregate_type()).collect::<Vec<_>>())
        .bind(self.streams.iter().map(|(stream, _)| stream.aggregate_id()).collect::<Vec<_>>())
        .bind(self.streams.iter().map(|(_, head)| head.sequence).collect::<Vec<_>>())
        .bind(self.streams.iter().map(|(_, head)| head.event_id).collect::<Vec<_>>())
        .fetch_all(connection)
        .await?;
        let mut read = LockedRead { epoch: 0, held: Vec::new(), streams: self.streams.iter().map(|_| Tail::default()).collect() };
        rows.iter().try_for_each(|row| read.take_in(row))?;
        Ok(read)
    }
}

impl LockedRead {
    fn take_in(&mut self, row: &PgRow) -> Result<(), sqlx::Error> {
        self.epoch = row.try_get("epoch")?;
        let place = place_of(row)?;
        let kind: &str = row.try_get("kind")?;
        if kind == "key" {
            self.held.push((place, HeldKey::read(row)?));
            return Ok(());
        }
        let tail = self.streams.get_mut(place).ok_or_else(|| sqlx::Error::Protocol("lock_and_read_v1 answered too much".to_owned()))?;
        if kind == "head" {
            tail.known = row.try_get("known")?;
            tail.head = StreamHead { sequence: row.try_get("sequence")?, event_id: row.try_get("event_id")? };
        } else {
            tail.events.push(TailEvent::read(row)?);
        }
        Ok(())
    }
}

impl Tail {
    /// Folds the events into the state at the known head (or the empty one), answering their bytes.
    pub(crate) fn fold_into(&self, state: &mut dyn State, stream: &StreamId) -> Result<usize, StoreError> {
        for event in &self.events {
            let stored = StoredEvent { event_type: &event.event_type, event_version: &event.event_version, payload: &event.payload };
            apply(state, stream, event.position, stored)?;
        }
        Ok(self.events.iter().map(|event| event.payload.get().len()).sum())
    }
}

impl TailEvent {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.try_get("position")?,
            event_type: row.try_get("event_type")?,
            event_version: row.try_get("event_version")?,
            payload: row.try_get::<Json<Box<RawValue>>, _>("payload")?.0,
        })
    }
}
