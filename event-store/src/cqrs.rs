//! For who knows cqrs-es: the log as its repository.

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, ReplayFeed, ReplayStream, SerializedEvent, SerializedSnapshot};
use decider::StreamId;
use serde_json::Value;
use uuid::Uuid;

use crate::appending::{Append, Call, Event, Outcome, Status};
use crate::loading::StreamHead;
use crate::vault::Sealing;
use crate::{EventStore, Filter, Metadata, RecordedEvent, StoreError};

const PAGE: i64 = 500;
/// How far a replay may read ahead of its consumer.
const READ_AHEAD: usize = 1000;

/// The log as a cqrs-es repository: `PersistedEventStore::new_event_store(CqrsRepository::new(store))` is a cqrs-es event store.
///
/// Commands that go this way are appended one by one, without an idempotency key, each on one stream; [`EventStore::execute`] has all the rest.
/// Snapshots are the log's own: those of cqrs-es are neither kept nor offered.
#[derive(Clone)]
pub struct CqrsRepository(EventStore);

impl CqrsRepository {
    /// The log behind `store`.
    pub fn new(store: EventStore) -> Self {
        Self(store)
    }

    /// The head that the events follow on, if it is there.
    async fn head_before(&self, stream: &StreamId, first_sequence: i64) -> Result<StreamHead, PersistenceError> {
        let sequence = first_sequence - 1;
        if sequence == 0 {
            return Ok(StreamHead::default());
        }
        let last = self.0.stream_events(stream, sequence - 1, 1).await.map_err(failed)?;
        match last.first().filter(|event| event.sequence == sequence) {
            Some(event) => Ok(StreamHead { sequence, event_id: Some(event.event_id) }),
            None => Err(PersistenceError::OptimisticLockError),
        }
    }

    async fn event(&self, stream: &StreamId, event: &SerializedEvent) -> Result<Event, PersistenceError> {
        let payload = serde_json::value::to_raw_value(&event.payload)?;
        let payload = loop {
            match self.0.vault().seal(payload.clone()).map_err(failed)? {
                Sealing::Plain(payload) | Sealing::Sealed(payload) => break payload,
                Sealing::KeyMissing(subject) => self.0.vault().ensure_subjects(&[subject]).await.map_err(failed)?,
            }
        };
        Ok(Event {
            id: Uuid::now_v7(),
            stream: stream.clone(),
            sequence: i64::try_from(event.sequence).unwrap_or(i64::MAX),
            partition_key: event.aggregate_id.clone(),
            name: event.event_type.clone(),
            version: event.event_version.clone(),
            payload,
            change: None,
        })
    }

    async fn append(&self, append: Append) -> Result<(), PersistenceError> {
        let mut connection = self.0.pool().acquire().await.map_err(|error| failed(error.into()))?;
        let verdicts = Call { appends: vec![append.into()] }.send(&mut connection).await.map_err(|error| failed(error.into()))?;
        match verdicts.outcomes.first() {
            Some(Outcome::Done { .. }) => Ok(()),
            Some(Outcome::Conflict(_) | Outcome::Held(_) | Outcome::Undone) | None => Err(PersistenceError::OptimisticLockError),
        }
    }

    async fn events_after(&self, stream: &StreamId, after: usize) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let (mut events, mut after) = (Vec::new(), i64::try_from(after).unwrap_or(i64::MAX));
        loop {
            let page = self.0.stream_events(stream, after, PAGE).await.map_err(failed)?;
            let Some(last) = page.last() else { return Ok(events) };
            after = last.sequence;
            for event in &page {
                events.push(serialized(event)?);
            }
        }
    }

    async fn feed_all(self, mut feed: ReplayFeed, filter: Filter) -> Result<(), PersistenceError> {
        let head = self.0.head().await.map_err(failed)?.position;
        let mut after = 0;
        loop {
            let page = self.0.read(after, head, PAGE, &filter).await.map_err(failed)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.position;
            for event in &page {
                feed.push(serialized(event)).await?;
            }
        }
    }
}

impl PersistedEventRepository for CqrsRepository {
    async fn get_events<A: Aggregate>(&self, aggregate_id: &str) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.events_after(&StreamId::new(A::TYPE, aggregate_id), 0).await
    }

    async fn get_last_events<A: Aggregate>(&self, aggregate_id: &str, last: usize) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.events_after(&StreamId::new(A::TYPE, aggregate_id), last).await
    }

    async fn get_snapshot<A: Aggregate>(&self, _: &str) -> Result<Option<SerializedSnapshot>, PersistenceError> {
        Ok(None)
    }

    async fn persist<A: Aggregate>(&self, events: &[SerializedEvent], _: Option<(String, Value, usize)>) -> Result<(), PersistenceError> {
        let Some(first) = events.first() else { return Ok(()) };
        let stream = StreamId::new(A::TYPE, first.aggregate_id.as_str());
        let head = self.head_before(&stream, i64::try_from(first.sequence).unwrap_or(i64::MAX)).await?;
        let mut decided = Vec::with_capacity(events.len());
        for event in events {
            decided.push(self.event(&stream, event).await?);
        }
        let command_id = Uuid::now_v7();
        let metadata = Metadata { command_id, ..serde_json::from_value(first.metadata.clone()).unwrap_or_default() };
        self.append(Append {
            id: Uuid::now_v7(),
            command_id,
            keyed: true,
            instance: None,
            fingerprint: [0; 32],
            status: Status::Appended,
            own: stream.clone(),
            own_version: decided.last().map_or(head.sequence, |event| event.sequence),
            heads: vec![(stream, head)],
            events: decided,
            metadata: Some(serde_json::to_string(&metadata)?),
        })
        .await
    }

    async fn stream_events<A: Aggregate>(&self, aggregate_id: &str) -> Result<ReplayStream, PersistenceError> {
        let events = self.get_events::<A>(aggregate_id).await?;
        let (mut feed, stream) = ReplayStream::new(events.len().max(1));
        for event in events {
            feed.push(Ok(event)).await?;
        }
        Ok(stream)
    }

    /// In the order of the log: stock cqrs-es has none across aggregates.
    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        let (feed, stream) = ReplayStream::new(READ_AHEAD);
        let repository = self.clone();
        // Ends with the log's present end, or when the stream is dropped: a push then fails.
        tokio::spawn(async move { repository.feed_all(feed, Filter::aggregates([A::TYPE])).await });
        Ok(stream)
    }
}

fn serialized(event: &RecordedEvent) -> Result<SerializedEvent, PersistenceError> {
    Ok(SerializedEvent::new(
        event.stream.aggregate_id().to_owned(),
        usize::try_from(event.sequence).unwrap_or(usize::MAX),
        event.stream.aggregate_type().to_owned(),
        event.event_type.clone(),
        event.event_version.clone(),
        serde_json::from_str(event.payload.get())?,
        serde_json::to_value(&event.metadata)?,
    ))
}

fn failed(error: StoreError) -> PersistenceError {
    let StoreError::Database(error) = error else { return PersistenceError::UnknownError(Box::new(error)) };
    PersistenceError::ConnectionError(Box::new(error))
}
