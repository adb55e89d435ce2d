use serde::{Deserialize, Serialize};

use crate::values::{OperationId, OrderId};

/// See [`VoidEvent::VoidRequested`](super::VoidEvent::VoidRequested).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoidRequested {
    /// What order it would have paid.
    pub order: OrderId,
    /// The call.
    pub operation: OperationId,
}

/// See [`VoidEvent::PaymentVoided`](super::VoidEvent::PaymentVoided).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentVoided {
    /// What order it would have paid.
    pub order: OrderId,
    /// The call it answers.
    pub operation: OperationId,
}

/// See [`VoidEvent::VoidFailed`](super::VoidEvent::VoidFailed).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoidFailed {
    /// What order it would have paid.
    pub order: OrderId,
    /// The call it answers.
    pub operation: OperationId,
    /// The gateway's reason.
    pub code: String,
}

impl super::VoidEvent {
    pub(super) fn order(&self) -> OrderId {
        match self {
            Self::VoidRequested(event) => event.order,
            Self::PaymentVoided(event) => event.order,
            Self::VoidFailed(event) => event.order,
        }
    }
}
