use aggregates::order::{CancelationOutcome, CancelationReason};
use aggregates::values::{Money, OperationId, PaymentId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::order_fulfillment::desk::{Lost, Task};
use crate::order_fulfillment::{Action, Call, GatewayCall, MoneyStep, Occurrence};

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
        Self { amount, method, standing: Standing::Initiated, reference: None, settled: None, failed_voids: Failures::default() }
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

    /// What it waits for while the order still wants its money; nothing if it has ended without any.
    pub(super) fn next_step(&self, payment: PaymentId) -> Option<MoneyStep> {
        match (&self.settled, &self.standing) {
            (Some(Settlement::Authorized), _) => Some(MoneyStep::ConfirmOrder),
            (Some(Settlement::Declined { .. } | Settlement::Voided), _) | (None, Standing::Initiated) => None,
            (None, Standing::Authorizing(_)) => Some(MoneyStep::Authorize { payment }),
            (None, Standing::Contradicted) => Some(MoneyStep::VoidPayment { payment }),
            (None, Standing::Voiding(_)) => Some(MoneyStep::Void { payment }),
            (None, Standing::Authorized | Standing::Declined | Standing::Voided) => Some(MoneyStep::SettleAuthorization { payment }),
        }
    }

    /// What is left to do until it holds no money: first its outcome, then the void, then the order's book.
    pub(super) fn undo_step(&self, payment: PaymentId) -> Option<MoneyStep> {
        match (&self.standing, &self.settled) {
            (Standing::Authorizing(_), _) => Some(MoneyStep::Authorize { payment }),
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

/// A call that was requested. Its age is that of the request, however often and whenever it is asked for again: a gateway remembers an operation
/// from the first time that it may have heard of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) operation: OperationId,
    /// The event that requested it.
    event: Uuid,
    /// When that was recorded.
    at: DateTime<Utc>,
}

impl Request {
    pub(super) fn by(fact: &Occurrence, operation: OperationId) -> Self {
        Self { operation, event: fact.event_id, at: fact.recorded_at }
    }

    /// The call is made again if something else than its own request asks for it.
    pub(super) fn call(self, call: GatewayCall, task: &Task<'_>) -> Action {
        Action::Call(Call::Gateway { call, requested_at: self.at, again: task.asked.cause != self.event })
    }
}

/// How often a gateway has refused something, and with which code last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Failures {
    times: u32,
    code: String,
}

impl Failures {
    pub(super) fn times(&self) -> u32 {
        self.times
    }

    pub(super) fn count(&mut self, code: &str) {
        self.times += 1;
        code.clone_into(&mut self.code);
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Why nobody tries any more without being told to.
    pub(super) fn given_up(&self, limit: u32) -> Option<String> {
        (self.times >= limit).then(|| format!("the gateway refused: {}", self.code))
    }
}
