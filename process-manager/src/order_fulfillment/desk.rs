//! What a desk is, and what the desks may know of each other.

use aggregates::order::{CancelationOutcome, CancelationReason};
use aggregates::values::{OrderId, WarehouseCode};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Action, Asked, Deadline, Occurrence, Rules};

/// A part of the house that sees to one part of an order. It learns facts, never more than the log says; from its facts and the gates follow the steps that are due.
///
/// A step is due until its fact is in the log, whoever brought that about. So what builds on a step is not due before it is done, and nobody needs to remember
/// what has been tried.
pub(super) trait Desk {
    /// Its steps.
    type Step;

    /// Takes in a fact; most are other desks'.
    fn learn(&mut self, fact: &Occurrence);

    /// Lets go of what is of no use once the order has ended.
    fn close(&mut self);

    /// What is to be done, given how the order stands.
    fn due(&self, gates: &Gates) -> Vec<Self::Step>;

    /// By when something must have happened that has not; the instants that have passed are facts, and lead to steps.
    fn deadlines(&self, gates: &Gates, rules: &Rules) -> Vec<Deadline>;

    /// The command or call of a step; `None` if the facts for it are not there, which they are whenever it is due.
    fn effect(&self, step: &Self::Step, task: &Task<'_>) -> Option<Action>;
}

/// How the order stands: all that desks may know of each other.
#[derive(Debug)]
pub(super) struct Gates {
    pub(super) phase: Phase,
    /// Every line is reserved.
    pub(super) stock_is_held: bool,
    /// There is nothing to pay, or it is authorized: the order will be confirmed.
    pub(super) is_paid: bool,
    /// Why the order cannot be fulfilled or paid.
    pub(super) lost: Option<Lost>,
    /// Every parcel has left: no capture follows those that are owed.
    pub(super) all_has_left: bool,
    /// Every parcel has arrived.
    pub(super) all_has_arrived: bool,
    /// Everything that was owed for parcels is captured.
    pub(super) all_is_captured: bool,
    /// No attempt to pay holds money, and the order's book says so.
    pub(super) no_money_is_held: bool,
    /// No carrier brings a parcel that was called off, or may.
    pub(super) no_booking_stands: bool,
}

/// Where an order stands in its own lifecycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing to do yet.
    #[default]
    NotPlaced,
    /// Waits for stock and money.
    Placed,
    /// Being fulfilled.
    Confirmed,
    /// Being undone.
    Canceling,
    /// Final.
    Ended,
}

/// Why the process itself calls an order off, and how it will end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lost {
    pub(super) outcome: CancelationOutcome,
    /// In words that the customer may read.
    pub(super) reason: CancelationReason,
}

/// A step that is to be done now, for whom, and under which id.
pub(super) struct Task<'a> {
    pub(super) order: OrderId,
    pub(super) command_id: Uuid,
    pub(super) asked: &'a Asked,
    pub(super) gates: &'a Gates,
    pub(super) known: &'a Known,
}

/// What is no fact of one order, and no event of it follows from: filled into commands when they are dispatched, which is before they wait for their turn.
#[derive(Debug, Clone)]
pub struct Known {
    /// When it is dispatched.
    pub now: DateTime<Utc>,
    /// How long an order that is not confirmed holds its stock.
    pub reservation: TimeDelta,
    /// The gateway that the program was started with.
    pub gateway: String,
    /// The carrier that the program was started with.
    pub carrier: String,
    /// The warehouses that may be asked, with their priority.
    pub warehouses: Vec<(WarehouseCode, u32)>,
}
