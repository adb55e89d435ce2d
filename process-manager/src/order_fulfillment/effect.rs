//! What the process wants done.

use aggregates::decisions::ending::{CancelOrder, CompleteOrder, FinishCancelation};
use aggregates::decisions::paying::{SettleAuthorization, StartPayment};
use aggregates::decisions::placing::ConfirmOrder;
use aggregates::decisions::shipping::{DispatchShipment, PlanShipment};
use aggregates::decisions::stocking::AllocateStock;
use aggregates::payment::{CapturePayment, VoidPayment};
use aggregates::process::{ParkProcess, ResumeProcess};
use aggregates::shipment::PackShipment;
use aggregates::values::OrderId;
use chrono::{DateTime, Utc};
use gateways::{AuthorizeCall, BookCall, CaptureCall, VoidCall};
use uuid::Uuid;

use super::Step;

/// Something to be done now: a command, or a call to the outside.
#[derive(Debug, Clone, PartialEq)]
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

/// What an effect does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Asks the domain.
    Command(Command),
    /// Asks somebody outside, and records what they say.
    Call(Call),
}

/// A command of the process.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is its step's command: see [`Step`]")]
pub enum Command {
    /// The open warehouses are filled in when it is sent: they are not facts of this order.
    AllocateStock(AllocateStock),
    /// The gateway's name is filled in when it is sent: it is the one that the program was started with.
    StartPayment(StartPayment),
    SettleAuthorization(SettleAuthorization),
    ConfirmOrder(ConfirmOrder),
    PlanShipment(PlanShipment),
    PackShipment(PackShipment),
    DispatchShipment(DispatchShipment),
    CapturePayment(CapturePayment),
    CompleteOrder(CompleteOrder),
    CancelOrder(CancelOrder),
    VoidPayment(VoidPayment),
    FinishCancelation(FinishCancelation),
    ParkProcess(ParkProcess),
    ResumeProcess(ResumeProcess),
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
    /// To the carrier, and then the dispatch with what it said.
    BookAndDispatch(BookCall, DispatchShipment),
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

impl From<Command> for Action {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}
