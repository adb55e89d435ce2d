use std::collections::HashMap;

use decider::StreamId;
use event_store::RecordedEvent;

use super::found::Findings;
use crate::commands::verify::Event;

/// The last sequence of every stream: they have no gaps, or somebody tampered with them.
#[derive(Default)]
pub(super) struct Sequences(HashMap<StreamId, i64>);

impl Sequences {
    pub(super) fn take_in(&mut self, event: &RecordedEvent, place: &Event, findings: &mut Findings) {
        let before = self.0.entry(event.stream.clone()).or_default();
        let follows = *before + 1;
        *before = event.sequence;
        if event.sequence != follows {
            findings.add(place, format!("sequence {} where {follows} follows", event.sequence));
        }
    }
}
