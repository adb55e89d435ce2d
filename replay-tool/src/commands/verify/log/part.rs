//! What is seen in one part of the log: all events of a stream are in one part, and all streams of an order. Only stock items stand in many orders' lives.

use std::collections::{HashMap, HashSet};

use aggregates::invariants::OrderInvariants;
use aggregates::registry::{AGGREGATE_TYPES, DomainEvent};
use aggregates::stock_item::StockItem;
use decider::kind_of;
use event_store::{Filter, RecordedEvent};

use super::found::{Findings, place};
use super::sequences::Sequences;
use crate::commands::verify::Event;

/// The events of one part, looked at one by one.
pub(super) struct Part {
    orders: OrderInvariants,
    sequences: Sequences,
    /// The last event of each order.
    last: HashMap<String, Event>,
    /// Orders with an event that cannot be read: what is known of them is known up to it.
    lost: HashSet<String>,
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
        let (orders, sequences) = (OrderInvariants::default(), Sequences::default());
        Self { orders, sequences, last: HashMap::new(), lost: HashSet::new(), findings }
    }

    pub(super) fn take_in(&mut self, event: &RecordedEvent) {
        let place = place(event);
        self.sequences.take_in(event, &place, &mut self.findings);
        match DomainEvent::decode(event.stream.aggregate_type(), event.stored()) {
            Ok(_) if self.lost.contains(&event.partition_key) => {}
            Ok(decoded) => {
                for violation in self.orders.apply(event.position, &event.stream, &decoded) {
                    self.findings.violated(&violation, &place);
                }
                self.last.insert(event.partition_key.clone(), place);
            }
            // It was told of when the whole was looked at.
            Err(_) => {
                self.lost.insert(event.partition_key.clone());
            }
        }
    }

    /// All of it was seen.
    pub(super) fn finish(mut self, is_settled: impl Fn(&str) -> bool) -> Findings {
        let lost = self.lost;
        for violation in self.orders.finish(|order| is_settled(order) && !lost.contains(order)) {
            // What does not hold at the end shows in the last event of the order.
            if let Some(place) = self.last.get(violation.stream.aggregate_id()).or(self.findings.end.as_ref()).cloned() {
                self.findings.violated(&violation, &place);
            }
        }
        self.findings
    }
}
