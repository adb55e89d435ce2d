use decider::{Refusal, RefusalClass};
use serde::Serialize;
use uuid::Uuid;

use super::OperatorActEvent;

/// Records what an operator did to the machinery.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordAct {
    /// The act's id, a UUIDv7.
    pub act: Uuid,
    /// What was done.
    pub what: OperatorActEvent,
}

/// Why an act is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum OperatorActRefusal {
    /// Another act has this id.
    #[error("another act is recorded as {act}")]
    ActExists {
        /// The id.
        act: Uuid,
    },
}

impl Refusal for OperatorActRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::ActExists { .. } => RefusalClass::State,
        }
    }
}
