//! The whole life of an order, as one pure function `(state, event) -> (state, effects)`.
//!
//! What happened is learned as facts (`facts`); from the facts alone follows which steps are due. A step is asked for once, by the event that
//! made it due; it stops being due when the log holds its fact, whoever brought that about. So it does not matter in which order outcomes arrive, or how often.
//! Read `due` and the three functions under it: stock before money, money before goods, and the way back.

mod actions;
mod asked;
mod effect;
mod facts;
mod happened;
mod reasons;
mod step;
#[cfg(test)]
mod tests;

use aggregates::values::PaymentId;
use serde::{Deserialize, Serialize};

pub use asked::Asked;
pub use effect::{Action, Call, Command, Effect, GatewayCall};
pub use facts::{Facts, Phase, Stuck};
pub use happened::{Happened, Occurrence, UnreadableEvent};
pub use step::Step;

use facts::{Payment, Settlement, ShipmentStage, Standing, Stock};

/// What the shop has set for all its orders, as far as it decides what follows from an event. Who packs and dispatches does not: the step is due, and is
/// taken by the process or by people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// So many refusals (or failures at a gateway) of one step park the process.
    pub refusal_limit: u32,
}

/// The process of one order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OrderFulfillment {
    pub(crate) facts: Facts,
    pub(crate) asked: Vec<Asked>,
    /// The last position that was taken in: what is delivered again is no news.
    pub(crate) seen: i64,
}

impl OrderFulfillment {
    /// The process after an event of its order, and what is to be done because of it.
    #[must_use]
    pub fn react(mut self, event: &Occurrence, rules: &Rules) -> (Self, Vec<Effect>) {
        if event.position <= self.seen {
            return (self, vec![]);
        }
        self.seen = event.position;
        self.facts.learn(event, rules.refusal_limit);
        self.note_refusal(event, rules.refusal_limit);
        let due = self.due();
        let now = self.ask(due, event);
        let effects = now.iter().filter_map(|asked| self.effect(event.order, asked)).collect();
        (self, effects)
    }

    fn due(&self) -> Vec<Step> {
        match (&self.facts.parked, &self.facts.stuck) {
            (Some(_), _) if self.facts.outlived => vec![Step::Resume],
            (Some(_), _) => vec![],
            (None, Some(_)) => vec![Step::Park],
            (None, None) => match self.facts.phase {
                Phase::NotPlaced => vec![],
                Phase::Placed => self.toward_confirmation(),
                Phase::Confirmed => self.toward_completion(),
                Phase::Canceling => self.toward_the_end(),
                Phase::Ended => self.after_the_end(),
            },
        }
    }

    /// Stock before money: nobody is charged for what is not there.
    fn toward_confirmation(&self) -> Vec<Step> {
        match &self.facts.stock {
            Stock::Unknown => vec![Step::AllocateStock],
            Stock::Missing(_) => vec![Step::CancelOrder],
            Stock::Reserved(_) if self.facts.nothing_due() => vec![Step::ConfirmOrder],
            Stock::Reserved(_) => match self.facts.attempt {
                None => vec![Step::StartPayment],
                Some(payment) => self.facts.payments.get(&payment).and_then(|attempt| attempt_step(payment, attempt)).into_iter().collect(),
            },
        }
    }

    /// Goods and their money: every warehouse's parcel goes its way, each dispatch captures its part.
    fn toward_completion(&self) -> Vec<Step> {
        let mut due: Vec<Step> = self.facts.unplanned().map(|warehouse| Step::PlanShipment { warehouse }).collect();
        due.extend(self.facts.shipments.iter().filter_map(|(&shipment, parcel)| match parcel.stage {
            ShipmentStage::Planned => Some(Step::PackShipment { shipment }),
            ShipmentStage::Packed => Some(Step::DispatchShipment { shipment }),
            ShipmentStage::Dispatched | ShipmentStage::Delivered | ShipmentStage::Canceled => None,
        }));
        due.extend(self.facts.captures_due());
        if due.is_empty() && self.facts.everything_delivered() {
            due.push(Step::CompleteOrder);
        }
        due
    }

    /// The way back. The stock was given back when the cancelation started; what is left is money.
    fn toward_the_end(&self) -> Vec<Step> {
        let due: Vec<Step> = self.facts.payments.iter().filter_map(|(&payment, attempt)| undo_step(payment, attempt)).collect();
        if due.is_empty() { vec![Step::FinishCancelation] } else { due }
    }

    /// Money that a gateway holds although it had said otherwise goes back, however late it says so.
    fn after_the_end(&self) -> Vec<Step> {
        self.facts.payments.iter().filter_map(|(&payment, attempt)| late_step(payment, attempt)).collect()
    }

    /// Whether nothing is to be done for the order any more, unless a gateway contradicts itself.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.facts.phase == Phase::Ended && self.facts.parked.is_none() && self.asked.is_empty()
    }
}

/// What an attempt to pay waits for while the order still wants its money.
fn attempt_step(payment: PaymentId, attempt: &Payment) -> Option<Step> {
    match (&attempt.settled, &attempt.standing) {
        (Some(Settlement::Authorized), _) => Some(Step::ConfirmOrder),
        (Some(Settlement::Declined { .. } | Settlement::Voided), _) => Some(Step::CancelOrder),
        (None, Standing::Initiated) => None,
        (None, Standing::Authorizing(_)) => Some(Step::Authorize { payment }),
        (None, Standing::Contradicted) => Some(Step::VoidPayment { payment }),
        (None, Standing::Voiding(_)) => Some(Step::Void { payment }),
        (None, Standing::Authorized | Standing::Declined | Standing::Voided) => Some(Step::SettleAuthorization { payment }),
    }
}

/// What is left to do until an attempt holds no money: first its outcome, then the void, then the order's book.
fn undo_step(payment: PaymentId, attempt: &Payment) -> Option<Step> {
    match (&attempt.standing, &attempt.settled) {
        (Standing::Authorizing(_), _) => Some(Step::Authorize { payment }),
        (Standing::Initiated | Standing::Authorized | Standing::Contradicted, _) => Some(Step::VoidPayment { payment }),
        (Standing::Voiding(_), _) => Some(Step::Void { payment }),
        (Standing::Declined, None) | (Standing::Voided, None | Some(Settlement::Authorized)) => Some(Step::SettleAuthorization { payment }),
        (Standing::Declined, Some(_)) | (Standing::Voided, Some(Settlement::Declined { .. } | Settlement::Voided)) => None,
    }
}

/// What is left to do for an attempt of an order that has ended.
fn late_step(payment: PaymentId, attempt: &Payment) -> Option<Step> {
    match attempt.standing {
        Standing::Contradicted => Some(Step::VoidPayment { payment }),
        Standing::Voiding(_) => Some(Step::Void { payment }),
        Standing::Initiated | Standing::Authorizing(_) | Standing::Authorized | Standing::Declined | Standing::Voided => None,
    }
}
