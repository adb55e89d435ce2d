//! The port of a payment gateway.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::GatewayError;

/// Whoever moves the customers' money.
///
/// Every call names an operation. The same operation with the same content is carried out once and has one answer, however often it is sent while
/// the gateway remembers it ([`Capabilities::remembers`]); after that it may only be looked up.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// The name under which payments remember it, such as `simulator`.
    fn name(&self) -> &str;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Asks it to hold the money for a payment.
    async fn authorize(&self, call: AuthorizeCall) -> Result<AuthorizeOutcome, GatewayError>;

    /// Takes a part of what is held.
    async fn capture(&self, call: CaptureCall) -> Result<CaptureOutcome, GatewayError>;

    /// Lets go of all that is held.
    async fn void(&self, call: VoidCall) -> Result<VoidOutcome, GatewayError>;

    /// What became of an operation; `None` if the gateway has not seen it. A call still on its way may arrive later: wait out its time-out first.
    async fn look_up(&self, operation: Uuid) -> Result<Option<OperationOutcome>, GatewayError>;
}

/// What a gateway can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// How many captures an authorization allows; 1 where the rest is lost with the first.
    pub captures_per_authorization: u32,
    /// How long the same operation may be sent again.
    pub remembers: Duration,
    /// How long money stays held.
    pub authorization_lifetime: Duration,
}

impl Capabilities {
    /// May several parcels each capture their part?
    #[must_use]
    pub const fn multicapture(&self) -> bool {
        self.captures_per_authorization > 1
    }
}

/// Hold this amount for a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizeCall {
    /// The call's identity, on both sides, for ever.
    pub operation: Uuid,
    /// The payment; a gateway holds at most one authorization for it.
    pub payment: Uuid,
    /// What is bought.
    pub order: Uuid,
    /// How much, in units of the currency.
    pub amount: Decimal,
    /// ISO 4217 code.
    pub currency: String,
    /// What the gateway gave the shop for the customer's card; opaque.
    pub method: Option<String>,
}

/// The answer to [`PaymentGateway::authorize`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum AuthorizeOutcome {
    /// The money is held.
    Authorized {
        /// The gateway's own name for it.
        reference: String,
        /// How much is held, which the caller compares with what it asked for.
        amount: Decimal,
        /// ISO 4217 code.
        currency: String,
        /// When the gateway lets go of it by itself.
        expires_at: Option<DateTime<Utc>>,
    },
    /// The customer's bank said no.
    Declined {
        /// Such as `insufficient_funds`.
        code: String,
    },
}

/// Take this part of what is held for a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptureCall {
    /// The call's identity.
    pub operation: Uuid,
    /// The payment that was authorized.
    pub payment: Uuid,
    /// The gateway's own name for the authorization, if the caller has it.
    pub authorization: Option<String>,
    /// How much, in units of the currency.
    pub amount: Decimal,
    /// ISO 4217 code.
    pub currency: String,
    /// No further capture will follow: the gateway lets go of the rest.
    pub r#final: bool,
}

/// The answer to [`PaymentGateway::capture`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum CaptureOutcome {
    /// The money is the shop's.
    Captured {
        /// The gateway's own name for it.
        reference: String,
        /// How much was taken.
        amount: Decimal,
        /// ISO 4217 code.
        currency: String,
    },
    /// Nothing was taken.
    Failed {
        /// Such as `capture_exceeds_authorized`.
        code: String,
    },
}

/// Let go of what is held for a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidCall {
    /// The call's identity.
    pub operation: Uuid,
    /// The payment; one that was never authorized can't be authorized after it.
    pub payment: Uuid,
}

/// The answer to [`PaymentGateway::void`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum VoidOutcome {
    /// Nothing is held any more.
    Voided,
    /// What was held still is, or is captured.
    Failed {
        /// Such as `already_captured`.
        code: String,
    },
}

/// What became of an operation, found by [`PaymentGateway::look_up`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OperationOutcome {
    /// It was an authorization.
    Authorization(AuthorizeOutcome),
    /// It was a capture.
    Capture(CaptureOutcome),
    /// It was a void.
    Void(VoidOutcome),
}
