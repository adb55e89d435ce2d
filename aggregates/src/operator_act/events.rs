//! What was ever stored of operators' acts on the machinery, and what follows from it. Names and payloads are the storage format: add, never alter.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::OperatorAct;
use crate::stored::stored_events;

stored_events! {
    /// An act of an operator on the machinery: who (the event's actor) did what to what, and why.
    OperatorActEvent:
    /// A read model was or is being built anew.
    RebuildRequested = "operator_act.rebuild_requested", version "1";
    /// A read model was put back to its former generation.
    RollbackRequested = "operator_act.rollback_requested", version "1";
    /// What a rebuild had built so far was dropped.
    RebuildCanceled = "operator_act.rebuild_canceled", version "1";
    /// A read model is kept where it is.
    ProjectionPaused = "operator_act.projection_paused", version "1";
    /// A read model follows the log again.
    ProjectionResumed = "operator_act.projection_resumed", version "1";
    /// A history that was made elsewhere is brought in.
    ImportStarted = "operator_act.import_started", version "1";
    /// Events that a follower of the log could not take in were given to it again.
    LettersRetried = "operator_act.letters_retried", version "1";
    /// A follower of the log goes on without an event that it could not take in, now and whenever it is built anew.
    LetterDiscarded = "operator_act.letter_discarded", version "1";
}

/// See [`OperatorActEvent::RebuildRequested`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RebuildRequested {
    /// The projections.
    pub projections: Vec<String>,
    /// Why, in the operator's words.
    pub reason: Option<String>,
}

/// See [`OperatorActEvent::RollbackRequested`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RollbackRequested {
    /// The projection.
    pub projection: String,
    /// Why, in the operator's words.
    pub reason: Option<String>,
}

/// See [`OperatorActEvent::RebuildCanceled`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RebuildCanceled {
    /// The projection.
    pub projection: String,
    /// Why, in the operator's words.
    pub reason: Option<String>,
}

/// See [`OperatorActEvent::ProjectionPaused`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectionPaused {
    /// The projection.
    pub projection: String,
    /// Why, in the operator's words.
    pub reason: Option<String>,
}

/// See [`OperatorActEvent::ProjectionResumed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectionResumed {
    /// The projection.
    pub projection: String,
    /// Why, in the operator's words.
    pub reason: Option<String>,
}

/// See [`OperatorActEvent::ImportStarted`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportStarted {
    /// What kind of source, such as `postgres-es`, and the table there.
    pub source: String,
    /// Why, in the operator's words.
    pub reason: Option<String>,
}

/// See [`OperatorActEvent::LettersRetried`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LettersRetried {
    /// Who follows the log: the name of a read model, or of a process.
    pub follower: String,
    /// Only those of this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Only those behind the event at this position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// Only those whose cause says this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Why, in the operator's words.
    pub reason: Option<String>,
}

/// The stored name of [`OperatorActEvent::LetterDiscarded`], for those who look for it.
pub const LETTER_DISCARDED: &str = "operator_act.letter_discarded";

/// See [`OperatorActEvent::LetterDiscarded`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LetterDiscarded {
    /// Who follows the log: the name of a read model, or of a process.
    pub follower: String,
    /// The key that goes on without the event.
    pub key: String,
    /// Where the event stands in the log.
    pub position: i64,
    /// The event.
    pub event_id: Uuid,
    /// Its stored name.
    pub event_type: String,
    /// Why, in the operator's words.
    pub reason: String,
}

// What follows from what happened.
impl OperatorAct {
    pub(super) fn evolve(&mut self, event: OperatorActEvent) {
        self.recorded = Some(event);
    }
}
