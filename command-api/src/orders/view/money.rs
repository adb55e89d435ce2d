use aggregates::order::{AttemptStatus, PaymentAttempt};
use aggregates::payment::Payment;
use aggregates::values::{Currency, Money};
use serde::Serialize;
use utoipa::ToSchema;

use crate::shapes::MoneyShape;

/// An attempt to pay, as the order counts it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentAttempt)]
pub(crate) struct AttemptView {
    id: String,
    #[schema(value_type = MoneyShape)]
    amount: Money,
    status: AttemptWord,
    /// The gateway's reason, if it said no.
    decline_code: Option<String>,
}

/// What became of an attempt to pay.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaymentAttemptStatus)]
pub(crate) enum AttemptWord {
    Started,
    Authorized,
    Declined,
    Voided,
}

pub(super) fn attempt(attempt: &PaymentAttempt) -> AttemptView {
    let (status, decline_code) = match &attempt.status {
        AttemptStatus::Started => (AttemptWord::Started, None),
        AttemptStatus::Authorized => (AttemptWord::Authorized, None),
        AttemptStatus::Declined { code } => (AttemptWord::Declined, Some(code.clone())),
        AttemptStatus::Voided => (AttemptWord::Voided, None),
    };
    AttemptView { id: attempt.payment.to_string(), amount: attempt.amount, status, decline_code }
}

/// What gateways have taken.
pub(super) fn captured<'a>(currency: Currency, payments: impl Iterator<Item = &'a Payment>) -> Money {
    let captured = payments.map(Payment::captured_minor).sum();
    Money::from_minor(captured, currency).unwrap_or_else(|_| Money::zero(currency))
}
