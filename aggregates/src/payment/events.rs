//! What was ever stored of a payment. This file is the storage format: add, never alter.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::order::PaymentPurpose;
use crate::stored::stored_events;
use crate::values::{Money, OrderId, ShipmentId};

stored_events! {
    /// An event of a payment. Each call to the gateway is two events: requested, and its outcome.
    PaymentEvent:
    /// The attempt exists.
    PaymentInitiated = "payment.initiated", version "1";
    /// The gateway is to be asked for the money.
    AuthorizationRequested = "payment.authorization_requested", version "1";
    /// The gateway holds the money.
    PaymentAuthorized = "payment.authorized", version "1";
    /// The gateway said no.
    PaymentDeclined = "payment.declined", version "1";
    /// The gateway is to be asked to take a part of the money.
    CaptureRequested = "payment.capture_requested", version "1";
    /// The money is the shop's.
    PaymentCaptured = "payment.captured", version "1";
    /// The gateway refused to take it.
    CaptureFailed = "payment.capture_failed", version "1";
    /// What is authorized and not captured is not needed any more.
    AuthorizationReleased = "payment.authorization_released", version "1";
    /// The gateway is to be asked to let go of the money.
    VoidRequested = "payment.void_requested", version "1";
    /// The gateway let go of it.
    PaymentVoided = "payment.voided", version "1";
    /// The gateway refused to let go.
    VoidFailed = "payment.void_failed", version "1";
    /// A fact contradicts the state or what was asked.
    AnomalyDetected = "payment.anomaly_detected", version "1";
}

/// The id under which one call to a gateway is known on both sides, for ever.
pub type OperationId = Uuid;

/// See [`PaymentEvent::PaymentInitiated`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentInitiated {
    /// What order it pays.
    pub order: OrderId,
    /// What for.
    pub purpose: PaymentPurpose,
    /// How much is to be authorized.
    pub amount: Money,
    /// The gateway's name, such as `simulator`.
    pub gateway: String,
    /// What the gateway gave the shop for the customer's card; opaque.
    pub method: Option<String>,
}

/// See [`PaymentEvent::AuthorizationRequested`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthorizationRequested {
    /// What order it pays.
    pub order: OrderId,
    /// The call.
    pub operation: OperationId,
    /// How much.
    pub amount: Money,
}

/// See [`PaymentEvent::PaymentAuthorized`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentAuthorized {
    /// What order it pays.
    pub order: OrderId,
    /// The call it answers.
    pub operation: OperationId,
    /// How much the gateway holds.
    pub amount: Money,
    /// When the gateway lets go of it by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// The gateway's own name for it.
    pub gateway_reference: String,
}

/// See [`PaymentEvent::PaymentDeclined`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentDeclined {
    /// What order it would have paid.
    pub order: OrderId,
    /// The call it answers.
    pub operation: OperationId,
    /// The gateway's reason, such as `insufficient_funds`.
    pub code: String,
}

/// See [`PaymentEvent::CaptureRequested`].
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

/// See [`PaymentEvent::PaymentCaptured`].
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

/// See [`PaymentEvent::CaptureFailed`].
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

/// See [`PaymentEvent::AuthorizationReleased`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthorizationReleased {
    /// What order it would have paid.
    pub order: OrderId,
    /// How much.
    pub amount: Money,
}

/// See [`PaymentEvent::VoidRequested`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoidRequested {
    /// What order it would have paid.
    pub order: OrderId,
    /// The call.
    pub operation: OperationId,
}

/// See [`PaymentEvent::PaymentVoided`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentVoided {
    /// What order it would have paid.
    pub order: OrderId,
    /// The call it answers.
    pub operation: OperationId,
}

/// See [`PaymentEvent::VoidFailed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoidFailed {
    /// What order it would have paid.
    pub order: OrderId,
    /// The call it answers.
    pub operation: OperationId,
    /// The gateway's reason.
    pub code: String,
}

/// See [`PaymentEvent::AnomalyDetected`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnomalyDetected {
    /// What order it pays.
    pub order: OrderId,
    /// Stable, such as `other_amount`.
    pub code: String,
    /// A sentence for the operator.
    pub message: String,
}
