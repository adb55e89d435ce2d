use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use decider::{StoredEvent, StreamId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::StoreError;

/// An event as it stands in the log. Clones are the same event: who follow the log in one process share them.
#[derive(Debug, Clone)]
pub struct RecordedEvent(Arc<Recorded>);

/// What the log says of an event.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its place in the whole log: 1, 2, 3 …
    pub position: i64,
    /// Its own id.
    pub event_id: Uuid,
    /// The stream that it is on.
    pub stream: StreamId,
    /// Its place in its stream: 1, 2, 3 …
    pub sequence: i64,
    /// Events with the same key stay in order with each other.
    pub partition_key: String,
    /// Its stored name, such as `order.placed`.
    pub event_type: String,
    /// Its version, a whole number as text.
    pub event_version: String,
    /// Its exact bytes, personal data sealed.
    pub payload: Box<RawValue>,
    /// Who, why and when.
    pub metadata: Metadata,
    /// When it was recorded; never before the event at an earlier position.
    pub recorded_at: DateTime<Utc>,
}

/// Who, why and when: a flat object of strings in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// Who wanted it: `role:subject-id`.
    pub actor: String,
    /// The command that it came of.
    pub command_id: Uuid,
    /// What it all began with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<Uuid>,
    /// The event or command that it follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
    /// The W3C trace that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// When it happened, if that was before it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<DateTime<Utc>>,
}

impl Deref for RecordedEvent {
    type Target = Recorded;

    fn deref(&self) -> &Recorded {
        &self.0
    }
}

impl DerefMut for RecordedEvent {
    /// What is changed becomes an event of its own.
    fn deref_mut(&mut self) -> &mut Recorded {
        Arc::make_mut(&mut self.0)
    }
}

impl From<Recorded> for RecordedEvent {
    fn from(recorded: Recorded) -> Self {
        Self(Arc::new(recorded))
    }
}

impl RecordedEvent {
    /// As the domain reads it.
    pub fn stored(&self) -> StoredEvent<'_> {
        StoredEvent { event_type: &self.event_type, event_version: &self.event_version, payload: &self.payload }
    }

    /// About what it takes in memory: its texts, and what holds them.
    pub(crate) fn bytes(&self) -> usize {
        const HOLDING: usize = 512;
        let texts = self.stream.aggregate_id().len() + self.partition_key.len() + self.event_type.len() + self.metadata.actor.len();
        HOLDING + texts + self.payload.get().len()
    }

    /// What every query that answers events selects.
    pub(crate) fn from_row(row: &PgRow) -> Result<Self, StoreError> {
        let position = row.try_get("position")?;
        let stream = StreamId::read(row.try_get::<String, _>("aggregate_type")?, row.try_get::<String, _>("aggregate_id")?);
        let Json(metadata) = row.try_get::<Json<&RawValue>, _>("metadata")?;
        let metadata = serde_json::from_str(metadata.get()).map_err(|source| StoreError::UnreadableMetadata {
            position,
            stream: stream.clone(),
            source,
        })?;
        let recorded = Recorded {
            position,
            event_id: row.try_get("event_id")?,
            stream,
            sequence: row.try_get("sequence")?,
            partition_key: row.try_get("partition_key")?,
            event_type: row.try_get("event_type")?,
            event_version: row.try_get("event_version")?,
            payload: row.try_get::<Json<Box<RawValue>>, _>("payload")?.0,
            metadata,
            recorded_at: row.try_get("recorded_at")?,
        };
        Ok(recorded.into())
    }
}
