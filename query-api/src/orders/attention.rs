//! What people must see to of an order.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use projections::orders as rows;

/// A step of an order's process that waits for an operator.
#[derive(SimpleObject)]
pub(crate) struct ParkedStep {
    /// Its name, such as `capture`.
    step: String,
    /// What it is about; empty: the order itself. Null: everything of the order waits.
    subject: Option<String>,
    /// What stood in the way.
    cause: String,
    /// Since when it waits.
    since: DateTime<Utc>,
}

impl From<rows::ParkedStep> for ParkedStep {
    fn from(row: rows::ParkedStep) -> Self {
        Self { step: row.step, subject: row.subject, cause: row.cause, since: row.since }
    }
}

/// A fact that contradicts what an order says.
#[derive(SimpleObject)]
pub(crate) struct Alert {
    /// When it was recorded.
    at: DateTime<Utc>,
    /// What it is about: the stream of the order, or of a payment or parcel of it.
    about: String,
    /// Stable, such as `delivered_after_cancel`.
    code: String,
    /// A sentence for the operator.
    message: String,
}

impl From<rows::Alert> for Alert {
    fn from(row: rows::Alert) -> Self {
        Self { at: row.at, about: row.about, code: row.code, message: row.message }
    }
}
