use chrono::{DateTime, Utc};
use decider::{Refusal, RefusalClass};
use serde::{Deserialize, Serialize};

use super::PaymentStatus;
use crate::values::{Money, OperationId, PaymentId, ShipmentId};

/// The gateway's answer to the call for the money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordAuthorization {
    /// Which attempt.
    pub payment: PaymentId,
    /// The call it answers.
    pub operation: OperationId,
    /// What it says.
    pub outcome: AuthorizationOutcome,
}

/// See [`RecordAuthorization`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationOutcome {
    /// It holds the money.
    Authorized {
        /// How much.
        amount: Money,
        /// When it lets go of it by itself.
        expires_at: Option<DateTime<Utc>>,
        /// Its own name for it.
        gateway_reference: String,
    },
    /// It said no.
    Declined {
        /// Its reason.
        code: String,
    },
}

/// Has the gateway take a part of the money for a shipment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CapturePayment {
    /// Which attempt.
    pub payment: PaymentId,
    /// The shipment that is paid: captured once.
    pub shipment: ShipmentId,
    /// The call.
    pub operation: OperationId,
    /// How much.
    pub amount: Money,
    /// No further capture will follow.
    pub r#final: bool,
}

/// The gateway's answer to a capture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordCapture {
    /// Which attempt.
    pub payment: PaymentId,
    /// The call it answers.
    pub operation: OperationId,
    /// What it says.
    pub outcome: CaptureOutcome,
}

/// See [`RecordCapture`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureOutcome {
    /// The money is the shop's.
    Captured {
        /// How much.
        amount: Money,
        /// Its own name for it.
        gateway_reference: String,
    },
    /// It refused to take it.
    Failed {
        /// Its reason.
        code: String,
    },
}

/// Has the gateway let go of the money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoidPayment {
    /// Which attempt.
    pub payment: PaymentId,
    /// The call.
    pub operation: OperationId,
}

/// The gateway's answer to a void.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordVoid {
    /// Which attempt.
    pub payment: PaymentId,
    /// The call it answers.
    pub operation: OperationId,
    /// What it says.
    pub outcome: VoidOutcome,
}

/// See [`RecordVoid`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoidOutcome {
    /// It let go of the money.
    Voided,
    /// It refused to.
    Failed {
        /// Its reason.
        code: String,
    },
}

/// Why a payment does not do what is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum PaymentRefusal {
    /// Nobody started it.
    #[error("there is no payment {payment}")]
    PaymentNotFound {
        /// Which.
        payment: PaymentId,
    },
    /// Nothing is captured for nothing.
    #[error("the amount must be positive, is {amount}")]
    AmountNotPositive {
        /// The amount asked for.
        amount: Money,
    },
    /// Another currency than the payment's.
    #[error("the payment is in {expected}, the amount in {found}")]
    CurrencyMismatch {
        /// The payment's.
        expected: String,
        /// The amount's.
        found: String,
    },
    /// More than the gateway holds.
    #[error("only {available} of the authorization is left, {amount} wanted")]
    CaptureExceedsAuthorized {
        /// What may still be captured.
        available: Money,
        /// What was asked for.
        amount: Money,
    },
    /// A capture for the shipment is pending or done, or the operation was used for something else.
    #[error("shipment {shipment} is captured or being captured by operation {operation}")]
    SubjectDone {
        /// Which shipment.
        shipment: ShipmentId,
        /// The call that was made for it.
        operation: OperationId,
    },
    /// The gateway was asked to let go of the money.
    #[error("a void is pending")]
    VoidPending,
    /// Money is being taken.
    #[error("a capture is pending")]
    CapturePending,
    /// Money was taken: it can only be refunded.
    #[error("{captured} was captured already")]
    AlreadyCaptured {
        /// How much.
        captured: Money,
    },
    /// The gateway holds no money (any more).
    #[error("the payment is {} and holds no authorization", status.as_str())]
    AuthorizationLapsed {
        /// Where the attempt stands.
        status: PaymentStatus,
    },
    /// So many captures of one payment are not supported.
    #[error("a payment has at most {limit} captures")]
    CaptureLimitReached {
        /// How many.
        limit: usize,
    },
}

impl Refusal for PaymentRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::PaymentNotFound { .. } => RefusalClass::NotFound,
            Self::AmountNotPositive { .. } | Self::CurrencyMismatch { .. } => RefusalClass::Value,
            Self::CaptureExceedsAuthorized { .. }
            | Self::SubjectDone { .. }
            | Self::VoidPending
            | Self::CapturePending
            | Self::AlreadyCaptured { .. }
            | Self::AuthorizationLapsed { .. }
            | Self::CaptureLimitReached { .. } => RefusalClass::State,
        }
    }
}
