use aggregates::order::{CancelationOutcome, CancelationReason};
use aggregates::values::{Money, PaymentId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::order_fulfillment::MoneyStep;
use crate::order_fulfillment::desk::Lost;
use crate::order_fulfillment::request::{Failures, Request};

/// An attempt to pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Attempt {
    pub(super) amount: Money,
    pub(super) method: Option<String>,
    pub(super) standing: Standing,
    /// The gateway's own name for the authorization.
    pub(super) reference: Option<String>,
    /// What the order's own book says of it.
    pub(super) settled: Option<Settlement>,
    pub(super) failed_voids: Failures,
    /// The gateway has been silent for too long.
    pub(super) silent: bool,
    /// Its last answer was no: should it fail to let go, nothing is held all the same.
    declined: bool,
}

/// Where an attempt stands at the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Standing {
    Initiated,
    Authorizing(Request),
    Authorized,
    Declined,
    /// The gateway says that it holds money on which the order cannot count.
    Contradicted,
    Voiding(Request),
    Voided,
}

/// What the order's own book says of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Settlement {
    Authorized,
    Declined { code: String },
    Voided,
}

impl Attempt {
    pub(super) fn initiated(amount: Money, method: Option<String>) -> Self {
        let (standing, failed_voids) = (Standing::Initiated, Failures::default());
        Self { amount, method, standing, reference: None, settled: None, failed_voids, silent: false, declined: false }
    }

    pub(super) fn is_authorized(&self) -> bool {
        match (&self.settled, &self.standing) {
            (Some(Settlement::Authorized), Standing::Authorized) | (None, Standing::Authorized) => true,
            (Some(Settlement::Declined { .. } | Settlement::Voided), _)
            | (
                Some(Settlement::Authorized) | None,
                Standing::Initiated
                | Standing::Authorizing(_)
                | Standing::Declined
                | Standing::Contradicted
                | Standing::Voiding(_)
                | Standing::Voided,
            ) => false,
        }
    }

    fn ask(&self, payment: PaymentId) -> MoneyStep {
        if self.silent { MoneyStep::FindOut { payment } } else { MoneyStep::Authorize { payment } }
    }

    /// When it was asked for, while an answer is waited for.
    pub(super) fn waits_since(&self) -> Option<DateTime<Utc>> {
        match self.standing {
            Standing::Authorizing(request) if !self.silent => Some(request.at()),
            Standing::Authorizing(_)
            | Standing::Initiated
            | Standing::Authorized
            | Standing::Declined
            | Standing::Contradicted
            | Standing::Voiding(_)
            | Standing::Voided => None,
        }
    }

    /// What the gateway says of the authorization. While it is asked to let go of it, that alone counts.
    pub(super) fn answer(&mut self, standing: Standing) {
        self.declined = standing == Standing::Declined;
        match self.standing {
            Standing::Voiding(_) => {}
            // What is to be let go of confirms nothing, even if letting go failed.
            Standing::Contradicted if standing == Standing::Authorized => {}
            Standing::Initiated
            | Standing::Authorizing(_)
            | Standing::Authorized
            | Standing::Declined
            | Standing::Contradicted
            | Standing::Voided => self.standing = standing,
        }
    }

    /// The gateway did not let go: of nothing, if it had said no meanwhile.
    pub(super) fn keep(&mut self, code: &str) {
        self.standing = if self.declined { Standing::Declined } else { Standing::Contradicted };
        self.failed_voids.count(code);
    }

    /// What it waits for while the order still wants its money; nothing if it has ended without any.
    pub(super) fn next_step(&self, payment: PaymentId) -> Option<MoneyStep> {
        match (&self.settled, &self.standing) {
            (Some(Settlement::Authorized), _) => Some(MoneyStep::ConfirmOrder),
            (Some(Settlement::Declined { .. } | Settlement::Voided), _) | (None, Standing::Initiated) => None,
            (None, Standing::Authorizing(_)) => Some(self.ask(payment)),
            (None, Standing::Contradicted) => Some(MoneyStep::VoidPayment { payment }),
            (None, Standing::Voiding(_)) => Some(MoneyStep::Void { payment }),
            (None, Standing::Authorized | Standing::Declined | Standing::Voided) => Some(MoneyStep::SettleAuthorization { payment }),
        }
    }

    /// What is left to do until it holds no money: first its outcome, then the void, then the order's book.
    pub(super) fn undo_step(&self, payment: PaymentId) -> Option<MoneyStep> {
        match (&self.standing, &self.settled) {
            (Standing::Authorizing(_), _) => Some(self.ask(payment)),
            (Standing::Initiated | Standing::Authorized | Standing::Contradicted, _) => Some(MoneyStep::VoidPayment { payment }),
            (Standing::Voiding(_), _) => Some(MoneyStep::Void { payment }),
            (Standing::Declined, None) | (Standing::Voided, None | Some(Settlement::Authorized)) => {
                Some(MoneyStep::SettleAuthorization { payment })
            }
            (Standing::Declined, Some(_)) | (Standing::Voided, Some(Settlement::Declined { .. } | Settlement::Voided)) => None,
        }
    }

    /// What is left to do for it when its order has ended.
    pub(super) fn late_step(&self, payment: PaymentId) -> Option<MoneyStep> {
        match self.standing {
            Standing::Contradicted => Some(MoneyStep::VoidPayment { payment }),
            Standing::Voiding(_) => Some(MoneyStep::Void { payment }),
            Standing::Initiated | Standing::Authorizing(_) | Standing::Authorized | Standing::Declined | Standing::Voided => None,
        }
    }
}

impl Settlement {
    /// Why an order cannot be paid that waited for such an attempt.
    pub(super) fn lost(&self) -> Option<Lost> {
        let reason = match self {
            Self::Authorized => return None,
            Self::Declined { code } => declined(code),
            Self::Voided => CancelationReason {
                code: "payment_ended".to_owned(),
                message: "The payment ended before the order was confirmed. Nothing was charged.".to_owned(),
            },
        };
        Some(Lost { outcome: CancelationOutcome::Rejected, reason })
    }
}

fn declined(code: &str) -> CancelationReason {
    let why = code.replace('_', " ");
    let message = format!("The payment was declined ({why}). Nothing was charged; please order again with another card.");
    CancelationReason { code: "payment_declined".to_owned(), message }
}
