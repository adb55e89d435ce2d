//! The whole life of an order, as one pure function `(state, event) -> (state, steps)`.
//!
//! What happened is learned by desks: the stock's, the money's, the goods', and the one that ends an order. Each knows its own facts; from them and from how
//! the order stands (`Gates`) follow the steps that are due. A step is asked for once, by the event that made it due; it stops being due when the log holds its
//! fact, whoever brought that about. So it does not matter in which order outcomes arrive, or how often.
//!
//! Read `due`, then the desks in its order; `step` is the table of what they do.

mod asked;
mod deadline;
mod desk;
mod effect;
mod ending;
mod goods;
mod happened;
mod money;
mod parking;
mod request;
mod step;
mod stock;
#[cfg(test)]
mod tests;

use aggregates::values::OrderId;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

pub use asked::Asked;
pub use deadline::{Deadline, Which};
pub use desk::{Known, Phase};
pub use effect::{Action, Call, CarrierCall, Command, Effect, GatewayCall, Refused};
pub use happened::{Happened, Occurrence, UnreadableEvent};
pub use parking::Stuck;
pub use step::{EndingStep, GoodsStep, MoneyStep, ParkingStep, Step, StockStep};

use desk::{Desk, Gates, Task};
use ending::Ending;
use goods::Goods;
use money::Money;
use parking::Parking;
use stock::Stock;

/// What the shop has set for all its orders, as far as it decides what follows from an event. Who packs and dispatches does not: the step is due, and is
/// taken by the process or by people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// So many refusals (or failures at a gateway) of one step park it.
    pub refusal_limit: u32,
    /// After so long without an answer to an authorization it is looked up, and let go of if the gateway knows nothing of it. By when is
    /// stored with each order: another setting counts for an order from its next event.
    pub gateway_silent: TimeDelta,
}

/// The process of one order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OrderFulfillment {
    stock: Stock,
    money: Money,
    goods: Goods,
    ending: Ending,
    parking: Parking,
    pub(crate) asked: Vec<Asked>,
    /// The last position that was taken in: what is delivered again is no news.
    pub(crate) seen: i64,
}

impl OrderFulfillment {
    /// The process after an event of its order, and what is to be done because of it.
    #[must_use]
    pub fn react(mut self, event: &Occurrence, rules: &Rules) -> (Self, Vec<Asked>) {
        if event.position <= self.seen {
            return (self, vec![]);
        }
        self.seen = event.position;
        self.learn(event, rules);
        let due = self.due();
        let now = self.ask(due, event);
        (self, now)
    }

    /// The desks in order, stock before money: nobody is charged for what is not there. What is stuck is held back with what rests on it.
    fn due(&mut self) -> Vec<Step> {
        let gates = self.gates();
        let mut due: Vec<Step> = vec![];
        due.extend(self.stock.due(&gates).into_iter().map(Step::from));
        due.extend(self.money.due(&gates).into_iter().map(Step::from));
        due.extend(self.goods.due(&gates).into_iter().map(Step::from));
        due.extend(self.ending.due(&gates).into_iter().map(Step::from));
        self.parking.pass(due)
    }

    /// By when something must have happened that has not, the earliest first.
    #[must_use]
    pub fn deadlines(&self, rules: &Rules) -> Vec<Deadline> {
        let gates = self.gates();
        let mut deadlines = self.stock.deadlines(&gates, rules);
        deadlines.extend(self.money.deadlines(&gates, rules));
        deadlines.extend(self.goods.deadlines(&gates, rules));
        deadlines.extend(self.ending.deadlines(&gates, rules));
        deadlines.sort();
        deadlines
    }

    fn gates(&self) -> Gates {
        Gates {
            phase: self.ending.phase,
            stock_is_held: self.stock.is_held(),
            is_paid: self.money.is_paid(),
            lost: self.stock.lost().or_else(|| self.money.lost()),
            all_has_left: self.goods.have_left(),
            all_has_arrived: self.goods.have_arrived(),
            all_is_captured: self.money.all_is_captured(),
            no_money_is_held: self.money.none_is_held(),
            no_booking_stands: self.goods.no_booking_stands(),
        }
    }

    fn learn(&mut self, event: &Occurrence, rules: &Rules) {
        self.stock.learn(event);
        self.money.learn(event);
        self.goods.learn(event);
        self.ending.learn(event);
        self.parking.learn(event);
        if self.phase() == Phase::Ended {
            self.close();
        }
        let refused = self.note_refusal(event, rules.refusal_limit);
        let given_up = self.money.given_up(rules.refusal_limit).into_iter().chain(self.goods.given_up(rules.refusal_limit));
        let given_up: Vec<Stuck> = given_up.collect();
        refused.into_iter().chain(given_up).for_each(|stuck| self.parking.stick(stuck));
    }

    fn close(&mut self) {
        self.stock.close();
        self.money.close();
        self.goods.close();
        self.ending.close();
    }

    /// What a step that was asked for does; `None` if the facts for it are not there, which they are whenever it is due.
    #[must_use]
    pub fn effect(&self, order: OrderId, asked: &Asked, known: &Known) -> Option<Effect> {
        let (command_id, gates) = (asked.command_id(order), self.gates());
        let task = Task { order, command_id, asked, gates: &gates, known };
        let (action, failures) = match &asked.step {
            Step::Stock(step) => (self.stock.effect(step, &task), 0),
            Step::Money(step) => (self.money.effect(step, &task), self.money.failures(step)),
            Step::Goods(step) => (self.goods.effect(step, &task), self.goods.failures(step)),
            Step::Ending(step) => (self.ending.effect(step, &task), 0),
            Step::Parking(step) => (self.parking.effect(step, &task), 0),
        };
        Some(Effect { order, command_id, cause: asked.cause, step: asked.step.clone(), failures, action: action? })
    }

    /// Where the order stands.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.ending.phase
    }

    /// The steps for which an operator is waited for.
    #[must_use]
    pub fn parked(&self) -> &[Stuck] {
        self.parking.parked()
    }

    /// Whether nothing is to be done for the order any more, unless a gateway contradicts itself.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.phase() == Phase::Ended && self.parked().is_empty() && self.asked.is_empty()
    }
}
