use std::any::Any;
use std::borrow::Cow;
use std::marker::PhantomData;

use cqrs_es::DomainEvent;
use serde_json::value::RawValue;

use crate::{EventSourced, StreamId};

/// One event that was decided, with the stream it goes to; its type forgotten.
pub struct Change {
    stream: StreamId,
    event: Box<dyn Event>,
}

impl Change {
    /// Where it goes.
    pub fn stream(&self) -> &StreamId {
        &self.stream
    }

    /// What it says.
    pub fn event(&self) -> &dyn Event {
        &*self.event
    }

    /// Events with the same key stay in order with each other.
    pub fn partition_key(&self) -> Cow<'_, str> {
        self.event.partition_key(self.stream.aggregate_id())
    }
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.stream, self.event.name_and_version().0)
    }
}

/// A domain event, its type forgotten.
pub trait Event: Any + Send + Sync {
    /// Its stored name and version.
    fn name_and_version(&self) -> (String, String);

    /// Its payload, `{"order.placed": {…}}`.
    ///
    /// # Errors
    /// What serde says.
    fn to_json(&self) -> Result<Box<RawValue>, serde_json::Error>;

    /// See [`EventSourced::partition_key`].
    fn partition_key<'a>(&'a self, aggregate_id: &'a str) -> Cow<'a, str>;

    /// The event itself, for a downcast.
    fn as_any(&self) -> &dyn Any;
}

struct Typed<A: EventSourced>(A::Event, PhantomData<fn() -> A>);

impl<A: EventSourced> Event for Typed<A> {
    fn name_and_version(&self) -> (String, String) {
        (self.0.event_type(), self.0.event_version())
    }

    fn to_json(&self) -> Result<Box<RawValue>, serde_json::Error> {
        serde_json::value::to_raw_value(&self.0)
    }

    fn partition_key<'a>(&'a self, aggregate_id: &'a str) -> Cow<'a, str> {
        A::partition_key(aggregate_id, &self.0)
    }

    fn as_any(&self) -> &dyn Any {
        &self.0
    }
}

/// The events of one decision over any number of streams, in the order in which they happened. Empty: nothing new happened.
#[derive(Debug, Default)]
pub struct Changes(Vec<Change>);

impl Changes {
    /// Nothing new happened.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds an event of the aggregate `A`.
    pub fn push<A: EventSourced>(&mut self, aggregate_id: impl Into<std::sync::Arc<str>>, event: A::Event) {
        let stream = StreamId::of::<A>(aggregate_id);
        self.0.push(Change { stream, event: Box::new(Typed::<A>(event, PhantomData)) });
    }

    /// These events of one aggregate `A`.
    pub fn of<A: EventSourced>(aggregate_id: &str, events: impl IntoIterator<Item = A::Event>) -> Self {
        let mut changes = Self::none();
        for event in events {
            changes.push::<A>(aggregate_id, event);
        }
        changes
    }

    /// Adds what another decision wrote.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// Whether nothing new happened.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The events in order.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.0.iter()
    }

    /// The events of the aggregates `A`, with their ids: for tests and for decisions that look at each other.
    pub fn events_of<A: EventSourced>(&self) -> impl Iterator<Item = (&str, &A::Event)> {
        self.0
            .iter()
            .filter(|change| change.stream.aggregate_type() == A::TYPE)
            .filter_map(|change| change.event.as_any().downcast_ref::<A::Event>().map(|event| (change.stream.aggregate_id(), event)))
    }
}

impl IntoIterator for Changes {
    type Item = Change;
    type IntoIter = std::vec::IntoIter<Change>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
