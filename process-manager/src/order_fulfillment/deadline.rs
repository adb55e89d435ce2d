//! The table of deadlines. A deadline follows from a desk's facts as a due step does, so none is ever set or called off; that one has passed is an event of the process.

use aggregates::ids;
use aggregates::process::{DeadlinePassed, PassDeadline};
use aggregates::values::{OrderId, PaymentId};
use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

/// An instant by which something should have happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    /// When.
    pub due_at: DateTime<Utc>,
    /// For what.
    pub which: Which,
    /// What it is about; empty: the order itself.
    pub subject: String,
}

/// What an order waits for until an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    /// That it is confirmed: until then its stock is held.
    Reservation,
    /// That a gateway answers an authorization.
    GatewaySilent,
}

impl Which {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reservation => "reservation",
            Self::GatewaySilent => "gateway_silent",
        }
    }
}

impl Deadline {
    pub(super) fn of_the_order(which: Which, due_at: DateTime<Utc>) -> Self {
        Self { due_at, which, subject: String::new() }
    }

    pub(super) fn of_a_payment(which: Which, payment: PaymentId, due_at: DateTime<Utc>) -> Self {
        Self { due_at, which, subject: payment.to_string() }
    }

    /// Whether an event says that this one has passed.
    pub(super) fn is(&self, passed: &DeadlinePassed) -> bool {
        self.which.name() == passed.which && self.subject == passed.subject && self.due_at == passed.due_at
    }

    /// The id of the command that records it: whoever fires it, it passes once.
    #[must_use]
    pub fn command_id(&self, order: OrderId) -> Uuid {
        let due_at = self.due_at.to_rfc3339_opts(SecondsFormat::Micros, true);
        ids::derive(&[&order.to_string(), "deadline", self.which.name(), &self.subject, &due_at])
    }

    /// The command that records that it has passed.
    #[must_use]
    pub fn pass(&self, order: OrderId) -> PassDeadline {
        let (which, subject, due_at) = (self.which.name().to_owned(), self.subject.clone(), self.due_at);
        PassDeadline { order, deadline: DeadlinePassed { which, subject, due_at } }
    }
}
