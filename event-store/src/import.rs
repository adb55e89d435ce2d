//! Histories that were made elsewhere, brought in as they were: their sequences stay, their events get ids that follow from what they say.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use decider::StreamId;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sqlx::Row;
use uuid::Uuid;

use crate::appending::{Append, Call, Event, Outcome, Status};
use crate::loading::StreamHead;
use crate::{EventStore, Metadata, StoreError, ids};

/// An event from elsewhere.
#[derive(Debug, Clone)]
pub struct ImportedEvent {
    /// Where it belongs.
    pub stream: StreamId,
    /// Its place in its stream: 1, 2, 3 …
    pub sequence: i64,
    /// Events with the same key stay in order with each other.
    pub partition_key: String,
    /// Its stored name.
    pub event_type: String,
    /// Its version.
    pub event_version: String,
    /// Its bytes.
    pub payload: Box<RawValue>,
    /// Who, why and when, and whatever else was noted there: kept as a flat object of strings. What stands under a name of the log's own
    /// ([`Metadata`]) and cannot be read as that is kept with `source_` before its name; so is the command id, since the import gives its own.
    pub metadata: Map<String, Value>,
}

/// What became of a batch of imported events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Stored now.
    pub stored: usize,
    /// There already, from an earlier run.
    pub present: usize,
}

/// Why a batch was not imported. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The log has another event there: the stream has a life of its own, or the source was changed after it was imported.
    #[error("{stream} has another event at sequence {sequence}")]
    Taken {
        /// The stream.
        stream: StreamId,
        /// The first sequence at which they differ.
        sequence: i64,
    },
    /// The sequence of a stream is not 1, 2, 3 …
    #[error("{stream} goes from sequence {before} to {sequence}: an event is missing")]
    Gap {
        /// The stream.
        stream: StreamId,
        /// The last sequence that is there; 0: none.
        before: i64,
        /// The next one in the source.
        sequence: i64,
    },
    /// Somebody wrote to the stream meanwhile.
    #[error("{0} was written to while it was imported")]
    Moved(StreamId),
    /// The log could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportedEvent {
    /// The same event always gets the same id: an import that was interrupted is run again, and knows what is there.
    fn id(&self) -> Uuid {
        let (kind, id) = (self.stream.aggregate_type(), self.stream.aggregate_id());
        ids::derive(&["imported", kind, id, &self.sequence.to_string(), &self.event_type, &self.event_version, self.payload.get()])
    }
}

impl EventStore {
    /// Appends a batch of a history that was made elsewhere: all of it or nothing. What is there already, from an earlier run, is left as it is.
    /// Batches must come in an order in which the sequences of each stream grow.
    ///
    /// # Errors
    /// [`ImportError`], with the stream that is the matter.
    pub async fn import(&self, events: Vec<ImportedEvent>) -> Result<Imported, ImportError> {
        let ids: Vec<Uuid> = events.iter().map(ImportedEvent::id).collect();
        let mut heads = self.heads_of(&events).await?;
        let present = self.present(&events, &ids, &heads).await?;
        let mut appends = Vec::new();
        for ((event, id), _) in events.into_iter().zip(ids).zip(&present).filter(|(_, present)| !**present) {
            let head = heads.entry(event.stream.clone()).or_default();
            appends.push(Arc::new(append_of(event, id, *head)?));
            *head = StreamHead { sequence: head.sequence + 1, event_id: Some(id) };
        }
        let stored = appends.len();
        self.append_imported(appends).await?;
        Ok(Imported { stored, present: present.len() - stored })
    }

    async fn heads_of(&self, events: &[ImportedEvent]) -> Result<HashMap<StreamId, StreamHead>, StoreError> {
        let streams: Vec<&StreamId> = events.iter().map(|event| &event.stream).collect::<HashSet<_>>().into_iter().collect();
        let rows = sqlx::query(
            "select u.place, head.sequence, head.event_id
             from unnest($1::text[], $2::text[]) with ordinality u(aggregate_type, aggregate_id, place)
             cross join lateral (
                 select e.sequence, e.event_id from log.events e
                 where e.aggregate_type = u.aggregate_type and e.aggregate_id = u.aggregate_id
                 order by e.sequence desc limit 1
             ) head",
        )
        .bind(streams.iter().map(|stream| stream.aggregate_type()).collect::<Vec<_>>())
        .bind(streams.iter().map(|stream| stream.aggregate_id()).collect::<Vec<_>>())
        .fetch_all(self.pool())
        .await
        .map_err(StoreError::from)?;
        let head = |row: &sqlx::postgres::PgRow| -> Result<(StreamId, StreamHead), sqlx::Error> {
            let place = usize::try_from(row.try_get::<i64, _>("place")? - 1).unwrap_or(usize::MAX);
            let head = StreamHead { sequence: row.try_get("sequence")?, event_id: Some(row.try_get("event_id")?) };
            Ok((streams[place].clone(), head))
        };
        Ok(rows.iter().map(head).collect::<Result<_, _>>()?)
    }

    /// Which of them are there already.
    async fn present(
        &self,
        events: &[ImportedEvent],
        ids: &[Uuid],
        heads: &HashMap<StreamId, StreamHead>,
    ) -> Result<Vec<bool>, ImportError> {
        let behind_head = |event: &ImportedEvent| heads.get(&event.stream).is_some_and(|head| event.sequence <= head.sequence);
        let rows = sqlx::query(
            "select u.place, e.event_id
             from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality u(aggregate_type, aggregate_id, sequence, place)
             cross join lateral (
                 select e.event_id from log.events e
                 where e.aggregate_type = u.aggregate_type and e.aggregate_id = u.aggregate_id and e.sequence = u.sequence
                 limit 1
             ) e",
        )
        .bind(events.iter().map(|event| event.stream.aggregate_type()).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.stream.aggregate_id()).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.sequence).collect::<Vec<_>>())
        .fetch_all(self.pool())
        .await
        .map_err(StoreError::from)?;
        let mut stored: HashMap<i64, Uuid> = HashMap::new();
        for row in &rows {
            stored
                .insert(row.try_get::<i64, _>("place").map_err(StoreError::from)? - 1, row.try_get("event_id").map_err(StoreError::from)?);
        }
        (0_i64..)
            .zip(events.iter().zip(ids))
            .map(|(place, (event, id))| match stored.get(&place) {
                Some(found) if found == id => Ok(true),
                None if !behind_head(event) => Ok(false),
                Some(_) | None => Err(ImportError::Taken { stream: event.stream.clone(), sequence: event.sequence }),
            })
            .collect()
    }

    async fn append_imported(&self, appends: Vec<Arc<Append>>) -> Result<(), ImportError> {
        if appends.is_empty() {
            return Ok(());
        }
        let call = Call { appends };
        // In a transaction, so that a conflict of one stream leaves nothing of the others.
        let mut transaction = self.pool().begin().await.map_err(StoreError::from)?;
        let verdicts = call.send(&mut transaction).await.map_err(StoreError::from)?;
        for (append, outcome) in call.appends.iter().zip(&verdicts.outcomes) {
            match outcome {
                Outcome::Done { .. } => {}
                Outcome::Conflict(_) | Outcome::Held(_) | Outcome::Undone => return Err(ImportError::Moved(append.own.clone())),
            }
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }
}

/// An append of its own for each event, since each has its own metadata.
fn append_of(event: ImportedEvent, id: Uuid, head: StreamHead) -> Result<Append, ImportError> {
    if event.sequence != head.sequence + 1 {
        return Err(ImportError::Gap { stream: event.stream, before: head.sequence, sequence: event.sequence });
    }
    let command_id = ids::derive(&["import", event.stream.aggregate_type(), event.stream.aggregate_id(), &event.sequence.to_string()]);
    Ok(Append {
        id: Uuid::now_v7(),
        command_id,
        keyed: false,
        instance: None,
        fingerprint: [0; 32],
        status: Status::Appended,
        own: event.stream.clone(),
        own_version: event.sequence,
        heads: vec![(event.stream.clone(), head)],
        metadata: Some(metadata_of(event.metadata, command_id)),
        events: vec![Event {
            id,
            stream: event.stream,
            sequence: event.sequence,
            partition_key: event.partition_key,
            name: event.event_type,
            version: event.event_version,
            payload: event.payload,
            change: None,
        }],
    })
}

fn metadata_of(source: Map<String, Value>, command_id: Uuid) -> String {
    let mut metadata = Map::new();
    for (name, value) in source {
        let text = if value.is_string() { value } else { Value::String(value.to_string()) };
        let readable = serde_json::from_value::<Metadata>(Value::Object(Map::from_iter([(name.clone(), text.clone())]))).is_ok();
        let name = if name == "command_id" || !readable { format!("source_{name}") } else { name };
        metadata.insert(name, text);
    }
    metadata.insert("command_id".to_owned(), Value::String(command_id.to_string()));
    metadata.entry("actor").or_insert_with(|| Value::String("service:import".to_owned()));
    Value::Object(metadata).to_string()
}
