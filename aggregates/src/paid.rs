//! How much of an order is paid, as its payments say: one rule for everybody who shows it. What the order itself counts is what is charged with what
//! leaves, before the gateway has taken it.

use rust_decimal::Decimal;

use crate::payment::{Payment, PaymentStatus};

/// How much of an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaidStatus {
    /// No attempt was made yet.
    Unpaid,
    /// An attempt has no outcome yet.
    Pending,
    /// The last attempt was declined.
    Declined,
    /// The last attempt was undone.
    Voided,
    /// A gateway holds the money.
    Authorized,
    /// A part was taken.
    PartiallyCaptured,
    /// Everything was taken.
    Captured,
}

impl PaidStatus {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unpaid => "unpaid",
            Self::Pending => "pending",
            Self::Declined => "declined",
            Self::Voided => "voided",
            Self::Authorized => "authorized",
            Self::PartiallyCaptured => "partially_captured",
            Self::Captured => "captured",
        }
    }
}

/// Where an attempt to pay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptStage {
    /// The gateway has not answered, or not with what was asked for.
    Pending,
    /// The gateway holds the money.
    Authorized,
    /// Money was taken.
    Captured,
    /// The gateway said no.
    Declined,
    /// The gateway is asked to let go of the money.
    Voiding,
    /// The gateway let go of it.
    Voided,
}

impl AttemptStage {
    /// Where this attempt is.
    pub fn of(payment: &Payment) -> Self {
        match payment.status() {
            PaymentStatus::NotInitiated | PaymentStatus::Initiated | PaymentStatus::Contradicted => Self::Pending,
            PaymentStatus::Authorized => Self::Authorized,
            PaymentStatus::PartiallyCaptured | PaymentStatus::Captured => Self::Captured,
            PaymentStatus::Declined => Self::Declined,
            PaymentStatus::VoidPending => Self::Voiding,
            PaymentStatus::Voided => Self::Voided,
        }
    }
}

/// How much of an order of this total is paid, with so much captured over all attempts, oldest first.
pub fn paid_status(total: Decimal, captured: Decimal, attempts: &[AttemptStage]) -> PaidStatus {
    match () {
        () if captured > Decimal::ZERO && captured >= total => PaidStatus::Captured,
        () if captured > Decimal::ZERO => PaidStatus::PartiallyCaptured,
        () if attempts.contains(&AttemptStage::Authorized) => PaidStatus::Authorized,
        () if attempts.contains(&AttemptStage::Pending) || attempts.contains(&AttemptStage::Voiding) => PaidStatus::Pending,
        () => match attempts.last() {
            Some(AttemptStage::Declined) => PaidStatus::Declined,
            Some(AttemptStage::Voided) => PaidStatus::Voided,
            Some(AttemptStage::Pending | AttemptStage::Authorized | AttemptStage::Captured | AttemptStage::Voiding) | None => {
                PaidStatus::Unpaid
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paid(captured: i64, attempts: &[AttemptStage]) -> &'static str {
        paid_status(Decimal::from(100), Decimal::from(captured), attempts).as_str()
    }

    #[test]
    fn what_was_taken_comes_before_what_was_tried() {
        use AttemptStage::{Authorized, Captured, Declined, Pending, Voided, Voiding};
        assert_eq!(paid(0, &[]), "unpaid");
        assert_eq!(paid(0, &[Declined, Pending]), "pending");
        assert_eq!(paid(0, &[Voiding]), "pending");
        assert_eq!(paid(0, &[Authorized, Declined]), "authorized");
        assert_eq!(paid(0, &[Voided, Declined]), "declined");
        assert_eq!(paid(0, &[Declined, Voided]), "voided");
        assert_eq!(paid(40, &[Captured, Authorized]), "partially_captured");
        assert_eq!(paid(100, &[Captured, Voided]), "captured");
    }
}
