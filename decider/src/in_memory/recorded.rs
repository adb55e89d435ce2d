use std::any::Any;

use serde_json::value::RawValue;

use crate::{Change, StoredEvent, StreamId};

/// An event as it stands in the log.
pub struct Recorded {
    position: i64,
    sequence: i64,
    change: Change,
    name: String,
    version: String,
    payload: Box<RawValue>,
}

impl Recorded {
    pub(super) fn new(position: i64, sequence: i64, change: Change) -> Self {
        let (name, version) = change.event().name_and_version();
        let payload = change.event().to_json().expect("an event is written as JSON");
        Self { position, sequence, change, name, version, payload }
    }

    /// Its number in the log, from 1.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// Its number on its stream, from 1.
    pub fn sequence(&self) -> i64 {
        self.sequence
    }

    /// Where it stands.
    pub fn stream(&self) -> &StreamId {
        self.change.stream()
    }

    /// Its stored name, such as `order.placed`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As it is stored.
    pub fn stored(&self) -> StoredEvent<'_> {
        StoredEvent { event_type: &self.name, event_version: &self.version, payload: &self.payload }
    }

    /// The event itself, if it is one of these.
    pub fn event<E: Any>(&self) -> Option<&E> {
        self.change.event().as_any().downcast_ref()
    }
}

impl std::fmt::Debug for Recorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.position, self.stream(), self.payload)
    }
}
