use serde::{Deserialize, Serialize};

use crate::values::{Money, OperationId, OrderId, ShipmentId};

/// See [`CaptureEvent::CaptureRequested`](super::CaptureEvent::CaptureRequested).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaptureRequested {
    /// What order it pays.
    pub order: OrderId,
    /// The shipment it pays: its subject, captured once.
    pub shipment: ShipmentId,
    /// The call.
    pub operation: OperationId,
    /// How much.
    pub amount: Money,
    /// No further capture will follow: the gateway may let go of the rest.
    pub r#final: bool,
}

/// See [`CaptureEvent::PaymentCaptured`](super::CaptureEvent::PaymentCaptured).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentCaptured {
    /// What order it pays.
    pub order: OrderId,
    /// The shipment it pays.
    pub shipment: ShipmentId,
    /// The call it answers.
    pub operation: OperationId,
    /// How much.
    pub amount: Money,
    /// The gateway's own name for it.
    pub gateway_reference: String,
}

/// See [`CaptureEvent::CaptureFailed`](super::CaptureEvent::CaptureFailed).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaptureFailed {
    /// What order it would have paid.
    pub order: OrderId,
    /// The shipment it would have paid.
    pub shipment: ShipmentId,
    /// The call it answers.
    pub operation: OperationId,
    /// The gateway's reason.
    pub code: String,
}

impl super::CaptureEvent {
    pub(super) fn order(&self) -> OrderId {
        match self {
            Self::CaptureRequested(event) => event.order,
            Self::PaymentCaptured(event) => event.order,
            Self::CaptureFailed(event) => event.order,
        }
    }
}
