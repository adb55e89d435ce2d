use serde::{Deserialize, Serialize};

/// See [`AnomalyEvent::AnomalyDetected`](super::AnomalyEvent::AnomalyDetected).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnomalyDetected {
    /// Stable, such as `delivered_twice`.
    pub code: String,
    /// A sentence for the operator.
    pub message: String,
}
