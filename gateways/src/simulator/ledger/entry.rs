use rust_decimal::Decimal;
use uuid::Uuid;

use crate::simulator::account::Standing;
use crate::simulator::operation::{Fingerprint, Operation};
use crate::simulator::terms::Terms;
use crate::{AuthorizeOutcome, CaptureOutcome, OperationOutcome, VoidOutcome};

/// An operation as the books keep it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) operation: Uuid,
    pub(super) payment: Uuid,
    pub(super) fingerprint: Fingerprint,
    pub(super) result: &'static str,
    pub(super) currency: String,
    pub(super) amount: Decimal,
    pub(super) outcome: OperationOutcome,
}

impl Entry {
    /// Carries an operation out on the account of its payment.
    pub(super) fn of(
        operation: &Operation,
        fingerprint: Fingerprint,
        account: &mut Standing,
        earlier_attempts: u64,
        terms: &Terms,
    ) -> Self {
        let now = chrono::Utc::now();
        let (result, (currency, amount), outcome) = match operation {
            Operation::Authorize(call) => {
                let outcome = account.authorize(call, earlier_attempts, terms, now);
                authorized(&outcome, (call.currency.clone(), call.amount), OperationOutcome::Authorization(outcome.clone()))
            }
            Operation::Capture(call) => {
                let outcome = account.capture(call, terms, now);
                captured(&outcome, (call.currency.clone(), call.amount), OperationOutcome::Capture(outcome.clone()))
            }
            Operation::Void(_) => {
                let held = account.held();
                let outcome = account.void();
                voided(&outcome, held, OperationOutcome::Void(outcome.clone()))
            }
        };
        Self { operation: operation.id(), payment: operation.payment(), fingerprint, result, currency, amount, outcome }
    }
}

type Booked = (&'static str, (String, Decimal), OperationOutcome);

fn authorized(outcome: &AuthorizeOutcome, asked: (String, Decimal), answer: OperationOutcome) -> Booked {
    match outcome {
        AuthorizeOutcome::Authorized { amount, currency, .. } => ("authorized", (currency.clone(), *amount), answer),
        AuthorizeOutcome::Declined { .. } => ("declined", asked, answer),
    }
}

fn captured(outcome: &CaptureOutcome, asked: (String, Decimal), answer: OperationOutcome) -> Booked {
    match outcome {
        CaptureOutcome::Captured { amount, currency, .. } => ("captured", (currency.clone(), *amount), answer),
        CaptureOutcome::Failed { .. } => ("capture_failed", asked, answer),
    }
}

fn voided(outcome: &VoidOutcome, held: (String, Decimal), answer: OperationOutcome) -> Booked {
    match outcome {
        VoidOutcome::Voided => ("voided", held, answer),
        VoidOutcome::Failed { .. } => ("void_failed", held, answer),
    }
}
