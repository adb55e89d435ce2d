use std::borrow::Cow;

use cqrs_es::Aggregate;
use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde_json::value::RawValue;

use crate::StreamId;

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

/// Reads a stored event of `A`: straight when its version is the current one, through the upcasters otherwise.
///
/// # Errors
/// [`ReadError`] if this program does not know the event or its bytes are broken.
fn decode<A: EventSourced>(event: StoredEvent<'_>) -> Result<A::Event, ReadError> {
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
