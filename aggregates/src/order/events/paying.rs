use serde::{Deserialize, Serialize};

use crate::values::{Money, PaymentId, PaymentPurpose};

/// See [`PayingEvent::OrderPaymentStarted`](super::PayingEvent::OrderPaymentStarted).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaymentStarted {
    /// The attempt.
    pub payment: PaymentId,
    /// What for.
    pub purpose: PaymentPurpose,
    /// How much is to be authorized.
    pub amount: Money,
}

/// See [`PayingEvent::OrderPaymentAuthorized`](super::PayingEvent::OrderPaymentAuthorized).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaymentAuthorized {
    /// The attempt.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
}

/// See [`PayingEvent::OrderPaymentDeclined`](super::PayingEvent::OrderPaymentDeclined).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaymentDeclined {
    /// The attempt.
    pub payment: PaymentId,
    /// The gateway's reason, such as `insufficient_funds`.
    pub code: String,
}

/// See [`PayingEvent::OrderPaymentVoided`](super::PayingEvent::OrderPaymentVoided).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaymentVoided {
    /// The attempt.
    pub payment: PaymentId,
}
