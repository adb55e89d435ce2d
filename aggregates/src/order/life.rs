use serde::{Deserialize, Serialize};

use super::{CancelationOutcome, CancelationReason, CancelationStep, OrderCompleted, Terms};
use crate::values::Money;

/// Where an order is in its life, as people see it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Does not exist.
    #[default]
    NotStarted,
    /// Wants stock and money.
    Placed,
    /// Has them; is being fulfilled.
    Confirmed,
    /// Is being undone.
    Canceling,
    /// Ended well.
    Completed,
    /// Ended: it could not be fulfilled or paid.
    Rejected,
    /// Ended: it took too long.
    Expired,
    /// Ended on request.
    Canceled,
}

impl OrderStatus {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::Placed => "placed",
            Self::Confirmed => "confirmed",
            Self::Canceling => "canceling",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Canceled => "canceled",
        }
    }

    /// Whether its life is over. Whether it is settled (no call to a gateway without an outcome, nothing on its way) is another question: facts still come.
    pub fn is_final(self) -> bool {
        match self {
            Self::Completed | Self::Rejected | Self::Expired | Self::Canceled => true,
            Self::NotStarted | Self::Placed | Self::Confirmed | Self::Canceling => false,
        }
    }
}

/// How and why an order is being undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelation {
    /// How it will end.
    pub outcome: CancelationOutcome,
    /// Why, in words that the customer may read.
    pub reason: CancelationReason,
}

/// An order's life, with what each stage of it knows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Life {
    /// Does not exist.
    #[default]
    NotStarted,
    /// Goes on.
    Open { terms: Box<Terms>, confirmed: bool },
    /// Is being undone.
    Closing { terms: Box<Terms>, cancelation: Cancelation },
    /// Is over.
    Closed { terms: Box<Terms>, end: End },
}

/// How an order ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum End {
    /// Everything delivered and paid.
    Completed { captured: Money },
    /// Nothing was.
    Undone(Cancelation),
}

impl Life {
    pub(super) fn begun(terms: Terms) -> Self {
        Self::Open { terms: Box::new(terms), confirmed: false }
    }

    pub(super) fn status(&self) -> OrderStatus {
        match self {
            Self::NotStarted => OrderStatus::NotStarted,
            Self::Open { confirmed: false, .. } => OrderStatus::Placed,
            Self::Open { confirmed: true, .. } => OrderStatus::Confirmed,
            Self::Closing { .. } => OrderStatus::Canceling,
            Self::Closed { end: End::Completed { .. }, .. } => OrderStatus::Completed,
            Self::Closed { end: End::Undone(cancelation), .. } => match cancelation.outcome {
                CancelationOutcome::Rejected => OrderStatus::Rejected,
                CancelationOutcome::Expired => OrderStatus::Expired,
                CancelationOutcome::Canceled => OrderStatus::Canceled,
            },
        }
    }

    pub(super) fn terms(&self) -> Option<&Terms> {
        match self {
            Self::NotStarted => None,
            Self::Open { terms, .. } | Self::Closing { terms, .. } | Self::Closed { terms, .. } => Some(terms),
        }
    }

    pub(super) fn cancelation(&self) -> Option<&Cancelation> {
        match self {
            Self::Closing { cancelation, .. } | Self::Closed { end: End::Undone(cancelation), .. } => Some(cancelation),
            Self::NotStarted | Self::Open { .. } | Self::Closed { end: End::Completed { .. }, .. } => None,
        }
    }

    pub(super) fn captured(&self) -> Option<Money> {
        match self {
            Self::Closed { end: End::Completed { captured }, .. } => Some(*captured),
            Self::NotStarted | Self::Open { .. } | Self::Closing { .. } | Self::Closed { end: End::Undone(_), .. } => None,
        }
    }

    pub(super) fn confirm(&mut self) {
        if let Self::Open { confirmed, .. } = self {
            *confirmed = true;
        }
    }

    pub(super) fn cancel(&mut self, step: CancelationStep<'_>) {
        match step {
            CancelationStep::Started(event) => {
                let cancelation = Cancelation { outcome: event.outcome, reason: event.reason.clone() };
                self.go_on(|terms| Self::Closing { terms, cancelation });
            }
            CancelationStep::Ended(outcome, reason) => {
                let end = End::Undone(Cancelation { outcome, reason: reason.clone() });
                self.go_on(|terms| Self::Closed { terms, end });
            }
        }
    }

    pub(super) fn complete(&mut self, event: &OrderCompleted) {
        let end = End::Completed { captured: event.captured };
        self.go_on(|terms| Self::Closed { terms, end });
    }

    fn go_on(&mut self, next: impl FnOnce(Box<Terms>) -> Self) {
        *self = match std::mem::take(self) {
            Self::NotStarted => Self::NotStarted,
            Self::Open { terms, .. } | Self::Closing { terms, .. } | Self::Closed { terms, .. } => next(terms),
        };
    }
}
