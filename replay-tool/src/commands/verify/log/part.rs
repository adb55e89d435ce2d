//! What is seen in one part of the log: all events of a stream are in one part, and all streams of an order. Only stock items stand in many orders' lives.

use aggregates::invariants::OrderInvariants;
use aggregates::registry::{AGGREGATE_TYPES, DomainEvent};
use aggregates::stock_item::StockItem;
use decider::kind_of;
use event_store::{Filter, RecordedEvent};

use super::found::{Findings, place};
use super::sequences::Sequences;

/// The events of one part, looked at one by one.
pub(super) struct Part {
    orders: OrderInvariants,
    sequences: Sequences,
    findings: Findings,
}

/// The events that are looked at in parts.
pub(super) fn filter() -> Filter {
    Filter::aggregates(types())
}

/// Whether an event is one of them.
pub(super) fn has(event: &RecordedEvent) -> bool {
    types().any(|of| of == event.stream.aggregate_type())
}

fn types() -> impl Iterator<Item = &'static str> {
    AGGREGATE_TYPES.iter().copied().filter(|of| *of != kind_of::<StockItem>().aggregate_type())
}

impl Part {
    /// From its first event on.
    pub(super) fn new(findings: Findings) -> Self {
        Self { orders: OrderInvariants::default(), sequences: Sequences::default(), findings }
    }

    pub(super) fn take_in(&mut self, event: &RecordedEvent) {
        let place = place(event);
        self.sequences.take_in(event, &place, &mut self.findings);
        // What cannot be read was told of when the whole was looked at.
        if let Ok(decoded) = DomainEvent::decode(event.stream.aggregate_type(), event.stored()) {
            for violation in self.orders.apply(event.position, &event.stream, &decoded) {
                self.findings.violated(&violation, &place);
            }
        }
    }

    /// All of it was seen.
    pub(super) fn finish(mut self, is_settled: impl Fn(&str) -> bool) -> Findings {
        if let Some(end) = self.findings.end.clone() {
            for violation in self.orders.finish(is_settled) {
                self.findings.violated(&violation, &end);
            }
        }
        self.findings
    }
}
