use decider::{Refusal, RefusalClass};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Records that read models are to be built anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestRebuild {
    /// The act's id, a UUIDv7.
    pub act: Uuid,
    /// The projections.
    pub projections: Vec<String>,
    /// Why, in the operator's words.
    pub reason: Option<String>,
}

/// Records that a read model is put back to its former generation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestRollback {
    /// The act's id, a UUIDv7.
    pub act: Uuid,
    /// The projection.
    pub projection: String,
    /// Why, in the operator's words.
    pub reason: Option<String>,
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
