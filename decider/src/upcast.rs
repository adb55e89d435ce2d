use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde_json::Value;

/// Reads an event of one version as one of the next, by changing its body: what stands inside its stored name.
///
/// cqrs-es brings an upcaster for semantic versions, which would write `2.0.0` where the log has `2`.
pub struct Upcast {
    event_type: &'static str,
    from: &'static str,
    to: &'static str,
    change: fn(&mut Value),
}

impl Upcast {
    /// Of the event with this stored name, from one version to the next.
    pub fn boxed(event_type: &'static str, from: &'static str, to: &'static str, change: fn(&mut Value)) -> Box<dyn EventUpcaster> {
        Box::new(Self { event_type, from, to, change })
    }
}

impl EventUpcaster for Upcast {
    fn can_upcast(&self, event_type: &str, event_version: &str) -> bool {
        (event_type, event_version) == (self.event_type, self.from)
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        if let Some(body) = event.payload.get_mut(self.event_type) {
            (self.change)(body);
        }
        self.to.clone_into(&mut event.event_version);
        event
    }
}
