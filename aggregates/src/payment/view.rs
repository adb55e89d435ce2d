use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Authorization, Capture, Outcome, Payment, PaymentInitiated};
use crate::status::{Answer, Attempt, Void};
use crate::values::{Money, OperationId, OrderId, ShipmentId};

/// Where an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Does not exist.
    NotInitiated,
    /// The gateway was asked and has not answered.
    Initiated,
    /// The gateway holds the money.
    Authorized,
    /// A part of it is the shop's.
    PartiallyCaptured,
    /// All that will be taken is the shop's.
    Captured,
    /// The gateway said no.
    Declined,
    /// The gateway was asked to let go of the money.
    VoidPending,
    /// The gateway let go of it.
    Voided,
    /// The gateway holds money that was not asked for so: it must be voided.
    Contradicted,
}

impl PaymentStatus {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotInitiated => "not_initiated",
            Self::Initiated => "initiated",
            Self::Authorized => "authorized",
            Self::PartiallyCaptured => "partially_captured",
            Self::Captured => "captured",
            Self::Declined => "declined",
            Self::VoidPending => "void_pending",
            Self::Voided => "voided",
            Self::Contradicted => "contradicted",
        }
    }
}

impl Payment {
    /// Where it stands.
    pub fn status(&self) -> PaymentStatus {
        if self.is_voided() {
            return PaymentStatus::Voided;
        }
        if self.is_void_pending() {
            return PaymentStatus::VoidPending;
        }
        match &self.authorization {
            Authorization::NotRequested if self.initiated.is_none() => PaymentStatus::NotInitiated,
            Authorization::NotRequested | Authorization::Requested { .. } => PaymentStatus::Initiated,
            Authorization::Declined { .. } => PaymentStatus::Declined,
            Authorization::Contradicted { .. } => PaymentStatus::Contradicted,
            Authorization::Authorized { .. } => self.authorized_status(),
        }
    }

    fn authorized_status(&self) -> PaymentStatus {
        match (self.captured_minor(), self.open_minor()) {
            (0, _) => PaymentStatus::Authorized,
            (_, 0) if !self.is_capture_pending() => PaymentStatus::Captured,
            (_, _) => PaymentStatus::PartiallyCaptured,
        }
    }

    /// The same in figures: what an order's payment status is derived from.
    pub fn attempt(&self) -> Attempt {
        let answer = match &self.authorization {
            Authorization::NotRequested | Authorization::Requested { .. } | Authorization::Contradicted { .. } => Answer::Open,
            Authorization::Authorized { .. } => Answer::Authorized,
            Authorization::Declined { .. } => Answer::Declined,
        };
        let void = match (self.is_voided(), self.is_void_pending()) {
            (true, _) => Void::Done,
            (false, true) => Void::Pending,
            (false, false) => Void::None,
        };
        Attempt { answer, void, captured_minor: self.captured_minor() }
    }

    /// What it was started with.
    pub fn initiated(&self) -> Option<&PaymentInitiated> {
        self.initiated.as_ref()
    }

    /// What order it pays.
    pub fn order(&self) -> Option<OrderId> {
        self.initiated.as_ref().map(|initiated| initiated.order)
    }

    /// How much the gateway was asked to hold.
    pub fn amount(&self) -> Option<Money> {
        self.initiated.as_ref().map(|initiated| initiated.amount)
    }

    /// The call for the money, if it has no outcome yet.
    pub fn pending_authorization(&self) -> Option<OperationId> {
        match &self.authorization {
            Authorization::Requested { operation, .. } if !self.is_voided() => Some(*operation),
            Authorization::Requested { .. }
            | Authorization::NotRequested
            | Authorization::Authorized { .. }
            | Authorization::Declined { .. }
            | Authorization::Contradicted { .. } => None,
        }
    }

    /// The gateway's reason, if it said no.
    pub fn decline_code(&self) -> Option<&str> {
        match &self.authorization {
            Authorization::Declined { code, .. } => Some(code),
            Authorization::NotRequested
            | Authorization::Requested { .. }
            | Authorization::Authorized { .. }
            | Authorization::Contradicted { .. } => None,
        }
    }

    /// What the gateway holds or held for the shop, if it ever said yes.
    pub fn authorized(&self) -> Option<Money> {
        match &self.authorization {
            Authorization::Authorized { amount, .. } => Some(*amount),
            Authorization::NotRequested
            | Authorization::Requested { .. }
            | Authorization::Declined { .. }
            | Authorization::Contradicted { .. } => None,
        }
    }

    /// What may still be counted on: authorized, and nobody asked to let go of it.
    pub fn standing_authorization(&self) -> Option<Money> {
        self.authorized().filter(|_| !self.is_voided() && !self.is_void_pending())
    }

    /// When the gateway lets go of the money by itself.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        match &self.authorization {
            Authorization::Authorized { expires_at, .. } => *expires_at,
            Authorization::NotRequested
            | Authorization::Requested { .. }
            | Authorization::Declined { .. }
            | Authorization::Contradicted { .. } => None,
        }
    }

    /// Every call to take a part of the money, oldest first.
    pub fn captures(&self) -> &[Capture] {
        &self.captures
    }

    /// The call to let go of the money, if it has no outcome yet.
    pub fn pending_void(&self) -> Option<OperationId> {
        self.voids.iter().find(|void| void.outcome == Outcome::Pending).map(|void| void.operation).filter(|_| !self.is_voided())
    }

    /// What is the shop's, in minor units.
    pub fn captured_minor(&self) -> i64 {
        self.captures_minor(Outcome::Done)
    }

    /// What was asked for and has no outcome, in minor units.
    pub fn pending_minor(&self) -> i64 {
        self.captures_minor(Outcome::Pending)
    }

    /// What will not be taken any more, in minor units.
    pub fn released_minor(&self) -> i64 {
        self.released_minor
    }

    /// What may still be captured, in minor units.
    pub fn open_minor(&self) -> i64 {
        let authorized = self.authorized().map_or(0, Money::minor);
        (authorized - self.captured_minor() - self.pending_minor() - self.released_minor).max(0)
    }

    /// Whether a part of the money was asked for, without an outcome.
    pub fn is_capture_pending(&self) -> bool {
        self.captures.iter().any(|capture| capture.outcome == Outcome::Pending)
    }

    /// Whether the gateway was asked to let go of the money, without an outcome.
    pub fn is_void_pending(&self) -> bool {
        self.pending_void().is_some()
    }

    /// Whether the gateway let go of the money.
    pub fn is_voided(&self) -> bool {
        self.voids.iter().any(|void| void.outcome == Outcome::Done)
    }

    /// Whether the gateway holds or may hold money for this attempt, or a call has no outcome.
    pub fn holds_money(&self) -> bool {
        match self.status() {
            PaymentStatus::NotInitiated | PaymentStatus::Declined | PaymentStatus::Voided => false,
            PaymentStatus::Initiated
            | PaymentStatus::Authorized
            | PaymentStatus::PartiallyCaptured
            | PaymentStatus::Captured
            | PaymentStatus::VoidPending
            | PaymentStatus::Contradicted => true,
        }
    }

    fn captures_minor(&self, outcome: Outcome) -> i64 {
        self.captures.iter().filter(|capture| capture.outcome == outcome).map(|capture| capture.amount.minor()).sum()
    }
}

impl Capture {
    /// The call.
    pub fn operation(&self) -> OperationId {
        self.operation
    }

    /// The shipment that it pays.
    pub fn shipment(&self) -> ShipmentId {
        self.shipment
    }

    /// How much was asked for, or taken.
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// Whether no further capture was to follow.
    pub fn is_final(&self) -> bool {
        self.last
    }

    /// What became of it.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }
}
