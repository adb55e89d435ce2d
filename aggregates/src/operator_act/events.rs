//! What was ever stored of operators' acts on the machinery, and what follows from it. Names and payloads are the storage format: add, never alter.

use serde::{Deserialize, Serialize};

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

// What follows from what happened.
impl OperatorAct {
    pub(super) fn evolve(&mut self, event: OperatorActEvent) {
        self.recorded = Some(event);
    }
}
