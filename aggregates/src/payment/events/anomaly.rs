use serde::{Deserialize, Serialize};

use crate::values::OrderId;

/// See [`AnomalyEvent::AnomalyDetected`](super::AnomalyEvent::AnomalyDetected).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnomalyDetected {
    /// What order it pays.
    pub order: OrderId,
    /// Stable, such as `other_amount`.
    pub code: String,
    /// A sentence for the operator.
    pub message: String,
}
