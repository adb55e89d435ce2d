use decider::{Refusal, RefusalClass};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::DeadlinePassed;
use crate::values::OrderId;

/// Records that the domain refused a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordRefusal {
    /// Whose process.
    pub order: OrderId,
    /// The refused command's id.
    pub command_id: Uuid,
    /// Which step, such as `confirm_order`.
    pub step: String,
    /// The refusal's code.
    pub code: String,
    /// The refusal in one sentence.
    pub message: String,
}

/// Records that a step of the process waits for an operator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkProcess {
    /// Whose process.
    pub order: OrderId,
    /// Which step.
    pub step: String,
    /// What the step is about, empty for the order itself; without it everything of the order waits.
    pub subject: Option<String>,
    /// What stood in the way.
    pub cause: String,
}

/// Lets all that is parked of a process go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResumeProcess {
    /// Whose process.
    pub order: OrderId,
    /// Why, in the operator's words.
    pub reason: String,
}

/// Records that a deadline of the process has passed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassDeadline {
    /// Whose process.
    pub order: OrderId,
    /// Which, and when it was due.
    pub deadline: DeadlinePassed,
}

/// Why a process does not do what is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum ProcessRefusal {
    /// It does not wait for an operator.
    #[error("the process of order {order} is not parked")]
    NotParked {
        /// Whose process.
        order: OrderId,
    },
}

impl Refusal for ProcessRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::NotParked { .. } => RefusalClass::State,
        }
    }
}
