use serde::{Deserialize, Serialize};

use crate::values::LineReservation;

/// See [`CancelationEvent::OrderCancelationStarted`](super::CancelationEvent::OrderCancelationStarted).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCancelationStarted {
    /// How it will end.
    pub outcome: CancelationOutcome,
    /// Why.
    pub reason: CancelationReason,
    /// What was given back with it.
    pub released: Vec<LineReservation>,
}

/// How a canceling order will end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelationOutcome {
    /// It could not be fulfilled or paid.
    Rejected,
    /// It took too long.
    Expired,
    /// Somebody asked for it.
    Canceled,
}

/// Why an order ended early, in words that the customer may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelationReason {
    /// Stable, such as `out_of_stock`, `payment_declined`, `customer_request`.
    pub code: String,
    /// A sentence for the customer.
    pub message: String,
}

/// See [`CancelationEvent::OrderRejected`](super::CancelationEvent::OrderRejected).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRejected {
    /// Why.
    pub reason: CancelationReason,
}

/// See [`CancelationEvent::OrderExpired`](super::CancelationEvent::OrderExpired).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderExpired {
    /// Why.
    pub reason: CancelationReason,
}

/// See [`CancelationEvent::OrderCanceled`](super::CancelationEvent::OrderCanceled).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCanceled {
    /// Why.
    pub reason: CancelationReason,
}

/// What an event of a cancelation says: that it begins, or that it ended, and how.
#[derive(Debug, Clone, Copy)]
pub enum CancelationStep<'a> {
    /// It begins.
    Started(&'a OrderCancelationStarted),
    /// It ended.
    Ended(CancelationOutcome, &'a CancelationReason),
}

impl super::CancelationEvent {
    /// What it says.
    pub fn step(&self) -> CancelationStep<'_> {
        match self {
            Self::OrderCancelationStarted(event) => CancelationStep::Started(event),
            Self::OrderRejected(event) => CancelationStep::Ended(CancelationOutcome::Rejected, &event.reason),
            Self::OrderExpired(event) => CancelationStep::Ended(CancelationOutcome::Expired, &event.reason),
            Self::OrderCanceled(event) => CancelationStep::Ended(CancelationOutcome::Canceled, &event.reason),
        }
    }

    /// Why the order is undone.
    pub fn reason(&self) -> &CancelationReason {
        match self.step() {
            CancelationStep::Started(event) => &event.reason,
            CancelationStep::Ended(_, reason) => reason,
        }
    }
}
