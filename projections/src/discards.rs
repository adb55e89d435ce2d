//! Events that operators took out of a read model: they are left out live, in a rebuild and in a verification alike, because the log says so.

use std::collections::HashMap;

use aggregates::operator_act::{LETTER_DISCARDED, OperatorAct, OperatorActEvent};
use decider::kind_of;
use event_store::EventStore;
use uuid::Uuid;

use crate::ReadModelError;
use crate::model::ReadModel;

/// The groups that go on without an event, by the event.
#[derive(Debug, Default)]
pub(crate) struct Discards(HashMap<Uuid, Vec<String>>);

impl Discards {
    /// Those of a read model, as the log has them by now.
    pub(crate) async fn of(store: &EventStore, model: &ReadModel) -> Result<Self, ReadModelError> {
        let mut discards = Self::default();
        for event in store.events_named(kind_of::<OperatorAct>().aggregate_type(), &[LETTER_DISCARDED]).await? {
            // An act that a later program recorded in another form is none of this program's.
            let Ok(act) = event.stored().decode::<OperatorAct>() else { continue };
            if let OperatorActEvent::LetterDiscarded(discarded) = &act
                && discarded.follower == model.name
            {
                discards.0.entry(discarded.event_id).or_default().push(discarded.key.clone());
            }
        }
        Ok(discards)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a group goes on without an event.
    pub(crate) fn has(&self, key: &str, event: Uuid) -> bool {
        self.0.get(&event).is_some_and(|keys| keys.iter().any(|discarded| discarded == key))
    }
}

/// Which groups events are taken in by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    discards: &'a Discards,
    /// Where it is not by all: the groups, by the position of an event.
    waiting: Option<&'a HashMap<i64, Vec<String>>>,
}

impl<'a> Scope<'a> {
    /// All that an event touches, but for those that go on without it.
    pub(crate) fn all(discards: &'a Discards) -> Self {
        Self { discards, waiting: None }
    }

    /// Of these only those in which an event waits.
    pub(crate) fn waiting(discards: &'a Discards, waiting: &'a HashMap<i64, Vec<String>>) -> Self {
        Self { discards, waiting: Some(waiting) }
    }

    /// Whether a group takes in an event.
    pub(crate) fn has(self, key: &str, position: i64, event: Uuid) -> bool {
        let waits = |waiting: &HashMap<i64, Vec<String>>| waiting.get(&position).is_some_and(|keys| keys.iter().any(|waits| waits == key));
        self.waiting.is_none_or(waits) && !self.discards.has(key, event)
    }
}
