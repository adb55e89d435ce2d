//! The event log as it stands in the end, read past the crate that wrote it.

use chrono::{DateTime, Utc};
use decider::{StoredEvent, StreamId};
use serde_json::value::RawValue;
use sqlx::types::Json;
use sqlx::{Connection, PgConnection, Row};
use uuid::Uuid;

/// One event.
#[derive(Debug, Clone)]
pub(crate) struct Logged {
    pub(crate) position: i64,
    pub(crate) event_id: Uuid,
    pub(crate) stream: StreamId,
    pub(crate) sequence: i64,
    pub(crate) name: String,
    pub(crate) payload: Box<RawValue>,
    pub(crate) command_id: Uuid,
    /// The client's name for the invocation that it came of.
    pub(crate) invocation: Uuid,
    pub(crate) recorded_at: DateTime<Utc>,
}

impl Logged {
    pub(crate) fn stored(&self) -> StoredEvent<'_> {
        StoredEvent { event_type: &self.name, event_version: "1", payload: &self.payload }
    }
}

/// All events, and where each epoch begins.
#[derive(Debug, Clone)]
pub(crate) struct EventLog {
    pub(crate) events: Vec<Logged>,
    pub(crate) epochs: Vec<(i64, i64)>,
}

impl EventLog {
    pub(crate) async fn read(url: &str) -> Self {
        let mut connection = PgConnection::connect(url).await.expect("the log's server answers");
        let events = "select position, event_id, aggregate_type, aggregate_id, sequence, event_type, payload,
                             (metadata->>'command_id')::uuid as command_id, (metadata->>'correlation_id')::uuid as correlation_id, recorded_at
                      from log.events order by position";
        let rows = sqlx::query(events).fetch_all(&mut connection).await.expect("the log can be read");
        let epochs = sqlx::query_as("select epoch, first_position from log.epochs order by epoch").fetch_all(&mut connection);
        Self { events: rows.iter().map(logged).collect(), epochs: epochs.await.expect("the epochs can be read") }
    }

    /// The epoch in which a position was given.
    pub(crate) fn epoch_of(&self, position: i64) -> Option<i64> {
        self.epochs.iter().rev().find(|(_, first)| *first <= position).map(|(epoch, _)| *epoch)
    }
}

fn logged(row: &sqlx::postgres::PgRow) -> Logged {
    Logged {
        position: row.get("position"),
        event_id: row.get("event_id"),
        stream: StreamId::read(row.get::<String, _>("aggregate_type"), row.get::<String, _>("aggregate_id")),
        sequence: row.get("sequence"),
        name: row.get("event_type"),
        payload: row.get::<Json<Box<RawValue>>, _>("payload").0,
        command_id: row.get("command_id"),
        invocation: row.get("correlation_id"),
        recorded_at: row.get("recorded_at"),
    }
}
