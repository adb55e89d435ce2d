//! A payment: one attempt to pay for an order through a gateway, with everything that was asked of the gateway and what it said.
//!
//! `Initiated → Authorized → Captured`; ends `Declined` or `Voided`. A call is two events, requested and outcome, and an outcome is found by the
//! operation that it answers, never by the order of arrival. What the gateway reports is never refused: what contradicts is recorded as an anomaly.
//!
//! Invariants: captured + pending + released ≤ authorized (unless an anomaly stands); one currency; a shipment is captured once.

mod anomaly;
mod capture;
mod commands;
mod decide;
mod events;
mod evolve;
#[cfg(test)]
mod tests;
mod view;
mod void;

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use anomaly::*;
pub use commands::*;
pub use events::*;
pub use view::PaymentStatus;

use crate::stored::aggregate;
use crate::values::{Money, OperationId, ShipmentId};

/// One attempt to pay.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    initiated: Option<PaymentInitiated>,
    authorization: Authorization,
    captures: Vec<Capture>,
    voids: Vec<Void>,
    released_minor: i64,
    anomalies: BTreeSet<(String, String)>,
}

/// What became of the call for the money.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Authorization {
    /// Not made.
    #[default]
    NotRequested,
    /// Made, without an outcome.
    Requested { operation: OperationId, amount: Money },
    /// The gateway holds the money.
    Authorized { operation: OperationId, amount: Money, expires_at: Option<DateTime<Utc>> },
    /// The gateway said no.
    Declined { operation: OperationId, code: String },
    /// The gateway says that it holds money which this payment can't count on: another amount than asked, or after it said no. It must be voided.
    Contradicted { operation: OperationId },
}

/// One call to take a part of the money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Capture {
    operation: OperationId,
    shipment: ShipmentId,
    amount: Money,
    last: bool,
    outcome: Outcome,
}

/// One call to let go of the money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Void {
    operation: OperationId,
    outcome: Outcome,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Not known yet.
    Pending,
    /// It was done.
    Done,
    /// The gateway refused.
    Failed,
}

aggregate!(Payment, "payment", PaymentEvent, partition: |_, event| Cow::Owned(event.order().to_string()));
