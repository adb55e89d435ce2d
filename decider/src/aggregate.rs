use std::any::Any;
use std::borrow::Cow;
use std::marker::PhantomData;

use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use cqrs_es::{Aggregate, DomainEvent};
use serde_json::value::RawValue;

use crate::{Change, StreamId};

/// An aggregate that can be kept in the log: a cqrs-es [`Aggregate`] that also says which events it was ever stored as.
pub trait EventSourced: Aggregate<Event: 'static> + Clone + 'static {
    /// Every stored event name with its current version, a whole number as text.
    const EVENTS: &'static [(&'static str, &'static str)];

    /// How events of older versions are read, each from one version to the next, oldest first.
    fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
        Vec::new()
    }

    /// States in which every field and variant is filled, best one after each of a row of sample events. The hash of their JSON is the layout of
    /// snapshots: when it changes, older snapshots are ignored.
    fn golden_states() -> Vec<Self> {
        vec![Self::default()]
    }

    /// Which events must stay in order with those of other streams: the same key is the same partition.
    /// The aggregate's own id, unless the event belongs to another aggregate's life.
    fn partition_key<'a>(aggregate_id: &'a str, _event: &'a Self::Event) -> Cow<'a, str> {
        Cow::Borrowed(aggregate_id)
    }
}

/// An event as the log holds it, borrowed from what was read.
#[derive(Debug, Clone, Copy)]
pub struct StoredEvent<'a> {
    /// Its stored name, such as `order.placed`.
    pub event_type: &'a str,
    /// Its version, a whole number as text.
    pub event_version: &'a str,
    /// Its exact bytes: `{"order.placed": {…}}`.
    pub payload: &'a RawValue,
}

/// A stored event that this program cannot read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Written by a newer program, or not an event of this aggregate.
    #[error("unknown event type {event_type} (version {event_version}) on a {aggregate_type} stream")]
    UnknownType {
        /// The aggregate that was being read.
        aggregate_type: String,
        /// The stored name.
        event_type: String,
        /// The stored version.
        event_version: String,
    },
    /// Its bytes are not what its name and version promise.
    #[error("event {event_type} version {event_version} of a {aggregate_type} cannot be decoded: {source}")]
    Undecodable {
        /// The aggregate that was being read.
        aggregate_type: String,
        /// The stored name.
        event_type: String,
        /// The stored version.
        event_version: String,
        /// What serde says.
        source: serde_json::Error,
    },
}

/// The state of one aggregate, its type forgotten: what the log keeps in its cache.
pub trait State: Any + Send + Sync {
    /// Folds an event as it stands in the log, upcasting it where it is old.
    ///
    /// # Errors
    /// [`ReadError`] if this program does not know the event or its bytes are broken.
    fn apply_stored(&mut self, event: StoredEvent<'_>) -> Result<(), ReadError>;

    /// Folds an event that was just decided.
    fn apply_change(&mut self, change: &Change);

    /// A copy.
    fn boxed_clone(&self) -> Box<dyn State>;

    /// The state as JSON: the body of a snapshot.
    ///
    /// # Errors
    /// What serde says.
    fn to_json(&self) -> Result<Box<RawValue>, serde_json::Error>;

    /// For [`crate::States::get`].
    fn as_any(&self) -> &dyn Any;
}

struct Typed<A>(A);

impl<A: EventSourced> State for Typed<A> {
    fn apply_stored(&mut self, event: StoredEvent<'_>) -> Result<(), ReadError> {
        self.0.apply(decode::<A>(event)?);
        Ok(())
    }

    fn apply_change(&mut self, change: &Change) {
        let event = change.event().as_any().downcast_ref::<A::Event>();
        self.0.apply(event.expect("a change names the aggregate that its event belongs to").clone());
    }

    fn boxed_clone(&self) -> Box<dyn State> {
        Box::new(Self(self.0.clone()))
    }

    fn to_json(&self) -> Result<Box<RawValue>, serde_json::Error> {
        serde_json::value::to_raw_value(&self.0)
    }

    fn as_any(&self) -> &dyn Any {
        &self.0
    }
}

/// What the log must know of an aggregate's type to load it: one per type, see [`kind_of`].
pub trait AggregateKind: Send + Sync {
    /// The aggregate's type, such as `stock_item`.
    fn aggregate_type(&self) -> &'static str;

    /// The state before the first event.
    fn empty(&self) -> Box<dyn State>;

    /// The states whose JSON is the layout of snapshots, see [`EventSourced::golden_states`].
    fn golden(&self) -> Vec<Box<dyn State>>;

    /// A state from a snapshot's body.
    ///
    /// # Errors
    /// What serde says when the layout is another one.
    fn restore(&self, snapshot: &RawValue) -> Result<Box<dyn State>, serde_json::Error>;
}

struct KindOf<A>(PhantomData<fn() -> A>);

impl<A: EventSourced> AggregateKind for KindOf<A> {
    fn aggregate_type(&self) -> &'static str {
        A::TYPE
    }

    fn empty(&self) -> Box<dyn State> {
        Box::new(Typed(A::default()))
    }

    fn golden(&self) -> Vec<Box<dyn State>> {
        A::golden_states().into_iter().map(|state| Box::new(Typed(state)) as Box<dyn State>).collect()
    }

    fn restore(&self, snapshot: &RawValue) -> Result<Box<dyn State>, serde_json::Error> {
        Ok(Box::new(Typed(serde_json::from_str::<A>(snapshot.get())?)))
    }
}

/// The kind of the aggregate `A`.
pub fn kind_of<A: EventSourced>() -> &'static dyn AggregateKind {
    &KindOf::<A>(PhantomData)
}

/// Reads a stored event of `A`: straight when its version is the current one, through the upcasters otherwise.
///
/// # Errors
/// [`ReadError`] if this program does not know the event or its bytes are broken.
pub(crate) fn decode<A: EventSourced>(event: StoredEvent<'_>) -> Result<A::Event, ReadError> {
    let undecodable = |source| ReadError::Undecodable {
        aggregate_type: A::TYPE.to_owned(),
        event_type: event.event_type.to_owned(),
        event_version: event.event_version.to_owned(),
        source,
    };
    match A::EVENTS.iter().find(|(name, _)| *name == event.event_type) {
        Some((_, current)) if *current == event.event_version => serde_json::from_str(event.payload.get()).map_err(undecodable),
        Some(_) | None => {
            let upcast = upcast::<A>(event).map_err(undecodable)?;
            let known = A::EVENTS.contains(&(upcast.event_type.as_str(), upcast.event_version.as_str()));
            if !known {
                return Err(ReadError::UnknownType {
                    aggregate_type: A::TYPE.to_owned(),
                    event_type: event.event_type.to_owned(),
                    event_version: event.event_version.to_owned(),
                });
            }
            serde_json::from_value(upcast.payload).map_err(undecodable)
        }
    }
}

fn upcast<A: EventSourced>(event: StoredEvent<'_>) -> Result<SerializedEvent, serde_json::Error> {
    let serialized = SerializedEvent::new(
        String::new(),
        0,
        A::TYPE.to_owned(),
        event.event_type.to_owned(),
        event.event_version.to_owned(),
        serde_json::from_str(event.payload.get())?,
        serde_json::Value::Null,
    );
    Ok(A::upcasters().iter().fold(serialized, |event, upcaster| {
        if upcaster.can_upcast(&event.event_type, &event.event_version) { upcaster.upcast(event) } else { event }
    }))
}

impl StreamId {
    /// The stream of an aggregate `A`.
    pub fn of<A: EventSourced>(aggregate_id: impl Into<std::sync::Arc<str>>) -> Self {
        Self::new(A::TYPE, aggregate_id)
    }
}

/// Reads a stored event of `A`.
impl StoredEvent<'_> {
    /// The event in its current version.
    ///
    /// # Errors
    /// [`ReadError`] if this program does not know the event or its bytes are broken.
    pub fn decode<A: EventSourced>(self) -> Result<A::Event, ReadError> {
        decode::<A>(self)
    }
}

/// The stored name and version of an event, as cqrs-es asks for them.
pub(crate) fn name_and_version<E: DomainEvent>(event: &E) -> (String, String) {
    (event.event_type(), event.event_version())
}
