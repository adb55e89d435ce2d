//! The log by itself: 1, 2, 3 …, each stream 1, 2, 3 …, time forwards, no event twice.

use std::collections::{HashMap, HashSet};

use crate::faults::log::EventLog;
use crate::faults::mistake::Mistake;

pub(super) fn check(log: &EventLog) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut sequences = HashMap::new();
    let mut ids = HashSet::new();
    for (expected, event) in (1_i64..).zip(&log.events) {
        let position = event.position;
        if position != expected {
            mistakes.push(Mistake::Positions { expected, found: position });
        }
        let sequence = sequences.entry(&event.stream).or_insert(0_i64);
        if event.sequence != *sequence + 1 {
            mistakes.push(Mistake::Sequences { stream: event.stream.clone(), expected: *sequence + 1, found: event.sequence, position });
        }
        *sequence = event.sequence;
        if !ids.insert(event.event_id) {
            mistakes.push(Mistake::SameEvent { event_id: event.event_id, position });
        }
    }
    for pair in log.events.windows(2).filter(|pair| pair[1].recorded_at < pair[0].recorded_at) {
        mistakes.push(Mistake::TimeWentBack { position: pair[1].position });
    }
    mistakes
}
