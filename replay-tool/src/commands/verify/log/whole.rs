//! What is seen only in the whole log: its positions, its times, whether its events can be read, and what holds between stock and orders.

use aggregates::invariants::GoodsInvariants;
use aggregates::registry::DomainEvent;
use event_store::RecordedEvent;
use uuid::Uuid;

use super::found::{Findings, place};
use super::part;
use super::sequences::Sequences;
use crate::commands::verify::Event;

/// The log, looked at event by event.
pub(super) struct Whole {
    goods: GoodsInvariants,
    /// Of the streams that are not looked at in parts: as many as there are stock items.
    sequences: Sequences,
    last: Option<Event>,
    append: Option<Uuid>,
    findings: Findings,
}

impl Whole {
    /// From its first position on.
    pub(super) fn new(findings: Findings) -> Self {
        Self { goods: GoodsInvariants::default(), sequences: Sequences::default(), last: None, append: None, findings }
    }

    pub(super) fn take_in(&mut self, event: &RecordedEvent) {
        self.append_ends_before(event);
        let place = place(event);
        self.positions_and_times(event, &place);
        if !part::has(event) {
            self.sequences.take_in(event, &place, &mut self.findings);
        }
        match DomainEvent::decode(event.stream.aggregate_type(), event.stored()) {
            Ok(decoded) => {
                self.as_it_says(event, &decoded, &place);
                for violation in self.goods.apply(event.position, &event.stream, &decoded) {
                    self.findings.violated(&violation, &place);
                }
            }
            Err(problem) => {
                self.goods.lose(&event.stream, &event.partition_key);
                self.findings.add(&place, format!("it cannot be read: {problem}"));
            }
        }
        self.findings.checked += 1;
        self.last = Some(place);
    }

    /// The events of one append stand together, under one command.
    fn append_ends_before(&mut self, event: &RecordedEvent) {
        let append = Some(event.metadata.command_id);
        if self.append != append {
            self.end_append();
            self.append = append;
        }
    }

    /// What spans streams agrees only at the end of an append.
    fn end_append(&mut self) {
        if let Some(end) = self.last.clone() {
            for violation in self.goods.end_of_append() {
                self.findings.violated(&violation, &end);
            }
        }
    }

    /// Positions have no gaps and times never go back: anything else is tampering.
    fn positions_and_times(&mut self, event: &RecordedEvent, place: &Event) {
        let expected = self.last.as_ref().map_or(1, |last| last.position + 1);
        if event.position != expected {
            self.findings.add(place, format!("positions {expected} to {} are missing", event.position - 1));
        }
        let before = self.last.as_ref().and_then(|last| last.recorded_at);
        if before.is_some_and(|before| event.recorded_at < before) {
            self.findings.add(place, "recorded before the event before it".to_owned());
        }
    }

    /// An event is what its columns say.
    fn as_it_says(&mut self, event: &RecordedEvent, decoded: &DomainEvent, place: &Event) {
        if decoded.name() != event.event_type {
            self.findings.add(place, format!("it holds {}", decoded.name()));
        }
        let partition = decoded.partition_key(event.stream.aggregate_id());
        if partition != event.partition_key {
            self.findings.add(place, format!("partition key {} where {partition} belongs", event.partition_key));
        }
    }

    /// All of it was seen, and ends here.
    pub(super) fn finish(mut self, head: i64) -> Findings {
        self.end_append();
        let missing = head - self.last.as_ref().map_or(0, |last| last.position);
        if let (Some(end), 1..) = (&self.last, missing) {
            self.findings.add(end, format!("the last {missing} positions are missing"));
        }
        self.findings.end = self.last;
        self.findings
    }
}
