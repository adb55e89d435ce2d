//! What was ever stored of operators' acts on the machinery. This file is the storage format: add, never alter.

use serde::{Deserialize, Serialize};

use crate::stored::stored_events;

stored_events! {
    /// An act of an operator on the machinery: who (the event's actor) did what to what, and why.
    OperatorActEvent:
    /// A read model was or is being built anew.
    RebuildRequested = "operator_act.rebuild_requested", version "1";
    /// A read model was put back to its former generation.
    RollbackRequested = "operator_act.rollback_requested", version "1";
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
