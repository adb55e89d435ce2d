//! Events of one order, folded into its process.

use aggregates::values::OrderId;
use event_store::RecordedEvent;
use tracing::error;

use crate::instances::Instance;
use crate::order_fulfillment::{Asked, Effect, Happened, Known, Occurrence, Rules, UnreadableEvent};

impl Instance {
    /// Folds events in the log's order; answers the steps that they led to and that are not done by a later one of them. An event that cannot be read stops
    /// this order and no other: what follows it waits until the program knows it.
    pub(crate) fn take_in(&mut self, events: &[&RecordedEvent], rules: &Rules) -> Vec<Asked> {
        let mut asked = vec![];
        for event in events {
            if self.unreadable.is_some() {
                break;
            }
            match occurrence(event) {
                Ok(Some(occurrence)) => asked.extend(self.react(&occurrence, rules)),
                Ok(None) => {}
                Err(unreadable) => self.stop_at(event, &unreadable),
            }
        }
        asked.retain(|asked| self.state.under_way().any(|still| still.step == asked.step && still.cause == asked.cause));
        asked
    }

    pub(crate) fn react(&mut self, occurrence: &Occurrence, rules: &Rules) -> Vec<Asked> {
        let (state, asked) = std::mem::take(&mut self.state).react(occurrence, rules);
        self.state = state;
        asked
    }

    fn stop_at(&mut self, event: &RecordedEvent, unreadable: &UnreadableEvent) {
        error!(order.id = %event.partition_key, position = event.position, error = %unreadable, "an order's process stops at an event it cannot read");
        self.unreadable = Some(format!("position {}: {unreadable}", event.position));
    }

    /// Everything that is under way.
    pub(crate) fn effects(&self, order: OrderId, known: &Known) -> Vec<Effect> {
        match self.unreadable {
            Some(_) => vec![],
            None => self.state.under_way().filter_map(|asked| self.state.effect(order, asked, known)).collect(),
        }
    }
}

/// What an event of the log means to a process.
pub(crate) fn occurrence(event: &RecordedEvent) -> Result<Option<Occurrence>, UnreadableEvent> {
    let happened = Happened::read(event.stream.aggregate_type(), event.stream.aggregate_id(), event.stored())?;
    let Some(happened) = happened else { return Ok(None) };
    let order = event.partition_key.parse()?;
    Ok(Some(Occurrence { order, event_id: event.event_id, position: event.position, recorded_at: event.recorded_at, happened }))
}

#[cfg(test)]
mod tests {
    use decider::StreamId;
    use event_store::{Metadata, Recorded};
    use serde_json::value::RawValue;
    use uuid::Uuid;

    use super::*;

    const ORDER: &str = "00000000-0000-0000-0000-000000000001";

    fn recorded(position: i64, event_type: &str, payload: &str) -> RecordedEvent {
        let recorded = Recorded {
            position,
            event_id: Uuid::from_u128(position.unsigned_abs().into()),
            stream: StreamId::new("process", ORDER),
            sequence: position,
            partition_key: ORDER.to_owned(),
            event_type: event_type.to_owned(),
            event_version: "1".to_owned(),
            payload: RawValue::from_string(payload.to_owned()).unwrap(),
            metadata: Metadata::default(),
            recorded_at: "2026-11-21T12:00:00Z".parse().unwrap(),
        };
        recorded.into()
    }

    #[test]
    fn an_event_that_cannot_be_read_stops_its_order_before_anything_that_follows() {
        let rules = Rules { refusal_limit: 5, gateway_silent: chrono::TimeDelta::minutes(2) };
        let known = |position| recorded(position, "process.resumed", r#"{"process.resumed": {"reason": "mended"}}"#);
        let (first, unknown, last) = (known(1), recorded(2, "process.of_tomorrow", "{}"), known(3));
        let mut instance = Instance::default();
        instance.take_in(&[&first, &unknown, &last], &rules);
        assert_eq!(instance.position(), 1);
        let why = instance.unreadable.clone().unwrap();
        assert!(why.starts_with("position 2: unknown event type process.of_tomorrow"), "{why}");
        assert_eq!(instance.take_in(&[&last], &rules), vec![]);
        assert_eq!(instance.position(), 1, "what follows waits");
    }
}
