//! Which steps are under way: asked for by an event, not yet answered by a fact.

use aggregates::ids;
use aggregates::values::OrderId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Occurrence, OrderFulfillment, Step};

/// A step under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What was asked for.
    pub step: Step,
    /// The event that made it due; with the step it makes the command's id.
    pub cause: Uuid,
    /// When that event was recorded.
    pub at: DateTime<Utc>,
    /// How often the domain said no.
    pub refusals: u32,
    /// It said no to the last one: asked again at the order's next event.
    pub refused: bool,
    /// The order has moved on since it was asked: a refusal may speak of a state that is gone, so it is asked again at once.
    pub overtaken: bool,
}

impl Asked {
    fn now(step: Step, event: &Occurrence) -> Self {
        Self { step, cause: event.event_id, at: event.recorded_at, refusals: 0, refused: false, overtaken: false }
    }

    /// The id of its command: the same however often it is delivered.
    #[must_use]
    pub fn command_id(&self, order: OrderId) -> Uuid {
        let (order, cause) = (order.to_string(), self.cause.to_string());
        ids::derive(&[&order, &cause, self.step.name(), &self.step.subject()])
    }

    fn again(&mut self, event: &Occurrence) -> Self {
        (self.cause, self.at, self.refused, self.overtaken) = (event.event_id, event.recorded_at, false, false);
        self.clone()
    }
}

impl OrderFulfillment {
    /// What is under way and not waiting for another event.
    pub fn under_way(&self) -> impl Iterator<Item = &Asked> {
        self.asked.iter().filter(|asked| !asked.refused)
    }

    /// What was refused and waits for the order's next event.
    pub fn waiting(&self) -> impl Iterator<Item = &Asked> {
        self.asked.iter().filter(|asked| asked.refused)
    }

    /// Forgets what is not due any more; answers what is to be asked for now.
    pub(super) fn ask(&mut self, due: Vec<Step>, event: &Occurrence) -> Vec<Asked> {
        self.asked.retain(|asked| due.contains(&asked.step));
        due.into_iter().filter_map(|step| self.ask_one(step, event)).collect()
    }

    fn ask_one(&mut self, step: Step, event: &Occurrence) -> Option<Asked> {
        let Some(asked) = self.asked.iter_mut().find(|asked| asked.step == step) else {
            let asked = Asked::now(step, event);
            self.asked.push(asked.clone());
            return Some(asked);
        };
        (asked.refused && asked.overtaken).then(|| asked.again(event))
    }
}
