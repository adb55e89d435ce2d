//! Attempts to pay an order. What is asked of one payment alone (captures, voids, what the gateway says) stands in [`crate::payment`].

mod settle;
mod start;

pub use settle::SettleAuthorization;
pub use start::StartPayment;

use decider::{Refusal, RefusalClass};
use serde::Serialize;

use crate::order::OrderRefusal;
use crate::values::PaymentId;

/// Why an attempt to pay is not begun, or not taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum PayingRefusal {
    /// An attempt to pay is under way.
    #[error("payment {payment} is under way")]
    PaymentInFlight {
        /// Which.
        payment: PaymentId,
    },
    /// Too many attempts to pay.
    #[error("{attempts} attempts to pay were made, {declines} declined")]
    RetryLimitReached {
        /// How many in all.
        attempts: usize,
        /// How many were declined.
        declines: usize,
    },
    /// There is nothing to pay.
    #[error("nothing is outstanding")]
    NothingOutstanding,
    /// The order knows no such attempt.
    #[error("payment {payment} is no attempt to pay this order")]
    PaymentNotFound {
        /// Which.
        payment: PaymentId,
    },
    /// The attempt has no outcome yet.
    #[error("payment {payment} has no outcome yet")]
    PaymentUndecided {
        /// Which.
        payment: PaymentId,
    },
    /// What the order says, whatever is asked.
    #[error(transparent)]
    #[serde(untagged)]
    Order(#[from] OrderRefusal),
}

impl Refusal for PayingRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::PaymentNotFound { .. } => RefusalClass::NotFound,
            Self::PaymentInFlight { .. } | Self::RetryLimitReached { .. } | Self::NothingOutstanding | Self::PaymentUndecided { .. } => {
                RefusalClass::State
            }
            Self::Order(refusal) => refusal.class(),
        }
    }
}
