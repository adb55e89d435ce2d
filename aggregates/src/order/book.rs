use serde::{Deserialize, Serialize};

use super::{CaptureShare, OrderLinesShipped, OrderPaymentStarted, PayingEvent, Terms};
use crate::values::{Money, PaymentId, PaymentPurpose};

/// The order's own book of its money: attempts to pay, and what was charged to each with what has left.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Book {
    attempts: Vec<PaymentAttempt>,
    shipping_charged: bool,
}

/// An attempt to pay, as the order counts it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentAttempt {
    /// Its id.
    pub payment: PaymentId,
    /// What for.
    pub purpose: PaymentPurpose,
    /// How much was to be authorized.
    pub amount: Money,
    /// What became of it.
    pub status: AttemptStatus,
    /// What was charged to it by dispatches, in minor units.
    pub charged_minor: i64,
}

/// What became of an attempt to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptStatus {
    /// Not known yet.
    Started,
    /// The order counts on it.
    Authorized,
    /// The gateway said no.
    Declined {
        /// Its reason.
        code: String,
    },
    /// The money was let go of.
    Voided,
}

impl PaymentAttempt {
    /// Whether it has not ended: one live attempt per purpose.
    pub fn is_live(&self) -> bool {
        match self.status {
            AttemptStatus::Started | AttemptStatus::Authorized => true,
            AttemptStatus::Declined { .. } | AttemptStatus::Voided => false,
        }
    }

    fn started(event: &OrderPaymentStarted) -> Self {
        let (payment, purpose, amount) = (event.payment, event.purpose, event.amount);
        Self { payment, purpose, amount, status: AttemptStatus::Started, charged_minor: 0 }
    }
}

impl Book {
    pub(super) fn paying(&mut self, event: PayingEvent) {
        match event {
            PayingEvent::OrderPaymentStarted(event) => self.attempts.push(PaymentAttempt::started(&event)),
            PayingEvent::OrderPaymentAuthorized(event) => self.settle(event.payment, AttemptStatus::Authorized),
            PayingEvent::OrderPaymentDeclined(event) => self.settle(event.payment, AttemptStatus::Declined { code: event.code }),
            PayingEvent::OrderPaymentVoided(event) => self.settle(event.payment, AttemptStatus::Voided),
        }
    }

    fn settle(&mut self, payment: PaymentId, status: AttemptStatus) {
        if let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.payment == payment) {
            attempt.status = status;
        }
    }

    pub(super) fn shipped(&mut self, event: &OrderLinesShipped) {
        for share in &event.captures {
            if let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.payment == share.payment) {
                attempt.charged_minor += share.amount.minor();
            }
        }
        self.shipping_charged = true;
    }

    pub(super) fn attempts(&self) -> &[PaymentAttempt] {
        &self.attempts
    }

    /// Whether shipping was charged: it goes with the first parcel.
    pub(super) fn is_shipping_charged(&self) -> bool {
        self.shipping_charged
    }

    /// What a parcel that leaves is charged for shipping, without its tax, and the tax.
    pub(super) fn shipping_share(&self, terms: &Terms) -> (Money, Money) {
        match self.shipping_charged {
            false => (terms.shipping, terms.shipping_tax),
            true => (Money::zero(terms.currency), Money::zero(terms.currency)),
        }
    }

    /// Spreads an amount over the authorized attempts, oldest first. Nothing is captured for nothing.
    ///
    /// # Errors
    /// What is missing.
    pub(super) fn charge(&self, terms: &Terms, amount_minor: i64) -> Result<Vec<CaptureShare>, Money> {
        let mut left = amount_minor;
        let mut shares = Vec::new();
        for attempt in self.attempts.iter().filter(|attempt| attempt.status == AttemptStatus::Authorized) {
            let share = left.min(attempt.amount.minor() - attempt.charged_minor);
            if share > 0 {
                shares.push(CaptureShare { payment: attempt.payment, amount: terms.money(share) });
                left -= share;
            }
        }
        if left <= 0 { Ok(shares) } else { Err(terms.money(left)) }
    }
}
