use serde::{Deserialize, Serialize};

/// What the simulator answers, and its client reads, where it does not do as asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Problem {
    /// Stable, such as `operation_reused`.
    pub(crate) code: String,
    /// A sentence for the operator.
    pub(crate) message: String,
}
