use aggregates::invariants::Violation;
use event_store::RecordedEvent;

use crate::commands::verify::{Detail, Event, Found};

/// What was found so far, and how much was looked at.
pub(super) struct Findings {
    /// How many events were looked at.
    pub(super) checked: i64,
    count: i64,
    first: Option<Event>,
    details: Vec<Detail>,
    limit: usize,
    /// The last event of the log.
    pub(super) end: Option<Event>,
}

impl Findings {
    /// None; the first `limit` will be shown in full.
    pub(super) fn new(limit: usize) -> Self {
        Self { checked: 0, count: 0, first: None, details: Vec::new(), limit, end: None }
    }

    /// Of the stream that is violated, seen at this event.
    pub(super) fn violated(&mut self, violation: &Violation, place: &Event) {
        self.tell(violation.stream.to_string(), place, violation.to_string());
    }

    pub(super) fn add(&mut self, place: &Event, message: String) {
        self.tell(place.stream.clone(), place, message);
    }

    fn tell(&mut self, what: String, place: &Event, message: String) {
        self.count += 1;
        if self.first.as_ref().is_none_or(|first| place.position < first.position) {
            self.first = Some(place.clone());
        }
        if self.details.len() < self.limit {
            let last_event = Some(place.clone());
            self.details.push(Detail { what, field: String::new(), live: None, replayed: None, message: Some(message), last_event });
        }
    }

    pub(super) fn into_found(self, head: i64) -> Found {
        Found {
            checked: "log",
            generation: None,
            position: head,
            compared: self.checked,
            findings: self.count,
            dead_letters: None,
            first: self.first,
            details: self.details,
        }
    }
}

/// The event, as something that a finding is to be blamed on.
pub(super) fn place(event: &RecordedEvent) -> Event {
    Event {
        position: event.position,
        event_type: event.event_type.clone(),
        stream: event.stream.to_string(),
        recorded_at: Some(event.recorded_at),
    }
}
