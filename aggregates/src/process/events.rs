//! What was ever stored of an order's process. This file is the storage format: add, never alter.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::stored::stored_events;

stored_events! {
    /// An event of an order's process: what decided its path and stands in no other stream. The stream's id is the order's.
    ProcessEvent:
    /// A step was refused by the domain.
    CommandRefused = "process.command_refused", version "1";
    /// A step of the process waits for an operator, or all of them.
    ProcessParked = "process.parked", version "1";
    /// All that was parked goes on.
    ProcessResumed = "process.resumed", version "1";
    /// An instant has passed by which something should have happened.
    DeadlinePassed = "process.deadline_passed", version "1";
}

/// See [`ProcessEvent::CommandRefused`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommandRefused {
    /// The command's id.
    pub command_id: Uuid,
    /// Which step, such as `confirm_order`.
    pub step: String,
    /// Stable, such as `stock_not_reserved`.
    pub code: String,
    /// One sentence with the values.
    pub message: String,
}

/// See [`ProcessEvent::ProcessParked`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessParked {
    /// Which step.
    pub step: String,
    /// What the step is about, empty for the order itself. Without it the step was parked with everything else of its order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What stood in the way.
    pub cause: String,
}

/// See [`ProcessEvent::ProcessResumed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessResumed {
    /// Why, in the operator's words.
    pub reason: String,
}

/// See [`ProcessEvent::DeadlinePassed`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeadlinePassed {
    /// Which deadline, such as `reservation`.
    pub which: String,
    /// What it is about, empty for the order itself.
    pub subject: String,
    /// The instant.
    pub due_at: DateTime<Utc>,
}
