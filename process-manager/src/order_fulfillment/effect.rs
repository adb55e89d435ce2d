//! What the process wants done.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use aggregates::payment::VoidPayment;
use aggregates::values::OrderId;
use chrono::{DateTime, Utc};
use decider::{Changes, Decision, Needed, Refusal, RefusalClass, RefusalDocument, States};
use gateways::{AuthorizeCall, BookCall, CancelBookingCall, CaptureCall, VoidCall};
use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::Step;

/// Something to be done now: a step with its command, or its call to the outside.
#[derive(Debug, Clone)]
pub struct Effect {
    /// For which order.
    pub order: OrderId,
    /// The command's id; for a call, the id of the command that records its outcome.
    pub command_id: Uuid,
    /// The event that it follows from.
    pub cause: Uuid,
    /// The step.
    pub step: Step,
    /// How often a gateway has refused what it leads to: the next try may wait.
    pub failures: u32,
    /// What to do.
    pub action: Action,
}

impl Effect {
    /// Whether it may take long: a call, or what a gateway has refused and is asked for again after a while.
    pub(crate) fn waits(&self) -> bool {
        self.failures > 0 || matches!(self.action, Action::Call(_))
    }

    /// As somebody has it who does not know how far it came: a call may have been sent.
    pub(crate) fn taken_up(mut self) -> Self {
        match &mut self.action {
            Action::Call(Call::Gateway { again, .. } | Call::Carrier { again, .. }) => *again = true,
            Action::Call(Call::FindOut(..)) | Action::Command(_) => {}
        }
        self
    }
}

/// What an effect does.
#[derive(Debug, Clone)]
pub enum Action {
    /// Asks the domain.
    Command(Command),
    /// Asks somebody outside, and records what they say.
    Call(Call),
}

/// A call to the outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// To the payment gateway.
    Gateway {
        /// Which.
        call: GatewayCall,
        /// When it was requested, which is the earliest that the gateway can have heard of it.
        requested_at: DateTime<Utc>,
        /// It is not asked for by the event that requested it: it may have been sent before, and long ago.
        again: bool,
    },
    /// A question to the payment gateway: what became of an authorization? What it knows nothing of is let go of.
    FindOut(AuthorizeCall, VoidPayment),
    /// To the carrier.
    Carrier {
        /// Which.
        call: CarrierCall,
        /// When the parcel leaves with its answer, or has left.
        at: DateTime<Utc>,
        /// It is not asked for by the event that requested it: it may have been sent before.
        again: bool,
    },
}

/// A call to the carrier.
#[derive(Debug, Clone, PartialEq)]
pub enum CarrierCall {
    /// Bring a parcel.
    Book(BookCall),
    /// Bring it not, after all.
    Cancel(CancelBookingCall),
}

/// A call to the payment gateway.
#[derive(Debug, Clone, PartialEq)]
pub enum GatewayCall {
    /// Hold the money.
    Authorize(AuthorizeCall),
    /// Take a part of it.
    Capture(CaptureCall),
    /// Let go of it.
    Void(VoidCall),
}

/// A command of the process: the decision that its step asks of the domain, whichever that is. It is executed like any other.
#[derive(Debug, Clone)]
pub struct Command(Arc<dyn AnyDecision>);

trait AnyDecision: Debug + Send + Sync {
    fn streams(&self, states: &States<'_>) -> Vec<Needed>;
    fn decide(&self, states: &States<'_>) -> Result<Changes, Refused>;
    fn as_any(&self) -> &dyn Any;
}

impl<D: Decision + Debug> AnyDecision for D {
    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        Decision::streams(self, states)
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, Refused> {
        Decision::decide(self, states).map_err(|refusal| Refused(RefusalDocument::of(&refusal)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Command {
    pub(super) fn new(decision: impl Decision + Debug) -> Self {
        Self(Arc::new(decision))
    }

    /// The decision, if it is one of this kind.
    #[must_use]
    pub fn get<D: Decision>(&self) -> Option<&D> {
        self.0.as_any().downcast_ref()
    }
}

impl Decision for Command {
    type Refusal = Refused;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        self.0.streams(states)
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, Refused> {
        self.0.decide(states)
    }
}

impl From<Command> for Action {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}

/// Why the domain said no to a [`Command`]: its refusal, word for word.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(RefusalDocument);

impl Refusal for Refused {
    fn class(&self) -> RefusalClass {
        self.0.class
    }
}

impl Serialize for Refused {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.details.iter().chain([(&"code".to_owned(), &self.0.code.clone().into())]))
    }
}
