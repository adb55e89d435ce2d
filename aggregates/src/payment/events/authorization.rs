use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::values::{Money, OperationId, OrderId, PaymentPurpose};

/// See [`AuthorizationEvent::PaymentInitiated`](super::AuthorizationEvent::PaymentInitiated).
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

/// See [`AuthorizationEvent::AuthorizationRequested`](super::AuthorizationEvent::AuthorizationRequested).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthorizationRequested {
    /// What order it pays.
    pub order: OrderId,
    /// The call.
    pub operation: OperationId,
    /// How much.
    pub amount: Money,
}

/// See [`AuthorizationEvent::PaymentAuthorized`](super::AuthorizationEvent::PaymentAuthorized).
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

/// See [`AuthorizationEvent::PaymentDeclined`](super::AuthorizationEvent::PaymentDeclined).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentDeclined {
    /// What order it would have paid.
    pub order: OrderId,
    /// The call it answers.
    pub operation: OperationId,
    /// The gateway's reason, such as `insufficient_funds`.
    pub code: String,
}

/// See [`AuthorizationEvent::AuthorizationReleased`](super::AuthorizationEvent::AuthorizationReleased).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthorizationReleased {
    /// What order it would have paid.
    pub order: OrderId,
    /// How much.
    pub amount: Money,
}

impl super::AuthorizationEvent {
    pub(super) fn order(&self) -> OrderId {
        match self {
            Self::PaymentInitiated(event) => event.order,
            Self::AuthorizationRequested(event) => event.order,
            Self::PaymentAuthorized(event) => event.order,
            Self::PaymentDeclined(event) => event.order,
            Self::AuthorizationReleased(event) => event.order,
        }
    }
}
