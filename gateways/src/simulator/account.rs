//! How a payment stands with the gateway, and what it says to what is asked. Pure: the caller brings the time.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{methods, terms::Terms};
use crate::{AuthorizeCall, AuthorizeOutcome, CaptureCall, CaptureOutcome, VoidOutcome};

/// A payment in the gateway's books.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub(super) enum Standing {
    /// Never heard of.
    #[default]
    Unknown,
    /// Nothing is held, nor will be.
    Declined,
    /// Money is held, or was taken.
    Held(Hold),
    /// Nothing is held any more, nor will be.
    Voided,
}

/// Money that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hold {
    reference: String,
    currency: String,
    authorized: Decimal,
    captured: Decimal,
    captures: u32,
    /// What is not captured was let go of.
    released: bool,
    expires_at: DateTime<Utc>,
    method: Option<String>,
}

impl Standing {
    pub(super) fn authorize(&mut self, call: &AuthorizeCall, earlier_attempts: u64, terms: &Terms, now: DateTime<Utc>) -> AuthorizeOutcome {
        match self.refusal_to_authorize(call, earlier_attempts, terms) {
            None => self.hold(call, terms, now),
            Some(code) => {
                if *self == Self::Unknown {
                    *self = Self::Declined;
                }
                AuthorizeOutcome::Declined { code: code.to_owned() }
            }
        }
    }

    fn refusal_to_authorize(&self, call: &AuthorizeCall, earlier_attempts: u64, terms: &Terms) -> Option<&'static str> {
        match (self, call.method.as_deref()) {
            (Self::Held(_), _) => Some("already_authorized"),
            (Self::Declined, _) => Some("already_declined"),
            (Self::Voided, _) => Some("already_voided"),
            (Self::Unknown, Some(methods::DECLINED)) => Some("card_declined"),
            (Self::Unknown, Some(methods::INSUFFICIENT_FUNDS)) => Some("insufficient_funds"),
            (Self::Unknown, _) => terms.declines(call.order, earlier_attempts).then_some("card_declined"),
        }
    }

    fn hold(&mut self, call: &AuthorizeCall, terms: &Terms, now: DateTime<Utc>) -> AuthorizeOutcome {
        let surplus = if call.method.as_deref() == Some(methods::OTHER_AMOUNT) { Decimal::ONE } else { Decimal::ZERO };
        let hold = Hold {
            reference: reference("auth", call.operation),
            currency: call.currency.clone(),
            authorized: call.amount + surplus,
            captured: Decimal::ZERO,
            captures: 0,
            released: false,
            expires_at: now + terms.lifetime,
            method: call.method.clone(),
        };
        let (reference, amount, currency) = (hold.reference.clone(), hold.authorized, hold.currency.clone());
        let expires_at = Some(hold.expires_at);
        *self = Self::Held(hold);
        AuthorizeOutcome::Authorized { reference, amount, currency, expires_at }
    }

    pub(super) fn capture(&mut self, call: &CaptureCall, terms: &Terms, now: DateTime<Utc>) -> CaptureOutcome {
        let taken = match self {
            Self::Unknown | Self::Declined => Err("not_authorized"),
            Self::Voided => Err("already_voided"),
            Self::Held(hold) => hold.take(call, terms, now),
        };
        match taken {
            Ok(()) => CaptureOutcome::Captured {
                reference: reference("cap", call.operation),
                amount: call.amount,
                currency: call.currency.clone(),
            },
            Err(code) => CaptureOutcome::Failed { code: code.to_owned() },
        }
    }

    /// A payment never heard of is voided too: should its authorization arrive late, it finds the door shut.
    pub(super) fn void(&mut self) -> VoidOutcome {
        match self {
            Self::Held(hold) if hold.captures > 0 => VoidOutcome::Failed { code: "already_captured".to_owned() },
            Self::Held(hold) if hold.method.as_deref() == Some(methods::VOID_FAILS) => {
                VoidOutcome::Failed { code: "void_refused".to_owned() }
            }
            Self::Held(_) | Self::Unknown | Self::Declined | Self::Voided => {
                *self = Self::Voided;
                VoidOutcome::Voided
            }
        }
    }

    /// The currency and amount that a void would let go of.
    pub(super) fn held(&self) -> (String, Decimal) {
        match self {
            Self::Held(hold) => (hold.currency.clone(), hold.authorized - hold.captured),
            Self::Unknown | Self::Declined | Self::Voided => (NO_CURRENCY.to_owned(), Decimal::ZERO),
        }
    }
}

/// ISO 4217 for "no currency is involved".
const NO_CURRENCY: &str = "XXX";

impl Hold {
    fn take(&mut self, call: &CaptureCall, terms: &Terms, now: DateTime<Utc>) -> Result<(), &'static str> {
        self.may_take(call, terms, now)?;
        self.captured += call.amount;
        self.captures += 1;
        self.released = call.r#final || self.captures >= terms.captures_per_authorization;
        Ok(())
    }

    fn may_take(&self, call: &CaptureCall, terms: &Terms, now: DateTime<Utc>) -> Result<(), &'static str> {
        let refusals = [
            (self.method.as_deref() == Some(methods::CAPTURE_FAILS), "capture_refused"),
            (call.authorization.as_ref().is_some_and(|named| *named != self.reference), "other_authorization"),
            (call.currency != self.currency, "other_currency"),
            (self.released || self.captures >= terms.captures_per_authorization, "authorization_released"),
            (now >= self.expires_at, "authorization_expired"),
            (self.captured + call.amount > self.authorized, "capture_exceeds_authorized"),
        ];
        refusals.into_iter().find_map(|(applies, code)| applies.then_some(Err(code))).unwrap_or(Ok(()))
    }
}

fn reference(prefix: &str, operation: Uuid) -> String {
    format!("{prefix}_{}", operation.simple())
}

#[cfg(test)]
mod tests;
