//! The desk that ends an order: completed when everything is delivered and paid, else called off, undone and closed with a reason.

use aggregates::decisions::ending::{CancelOrder, CompleteOrder, FinishCancelation};
use aggregates::order::{CancelationEvent, OrderEvent, PlacementEvent};
use serde::{Deserialize, Serialize};

use super::desk::{Desk, Gates, Phase, Task};
use super::{Action, Command, Deadline, EndingStep, Happened, Occurrence, Rules};

/// Where the order stands in its life.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Ending {
    pub(super) phase: Phase,
}

impl Desk for Ending {
    type Step = EndingStep;

    fn learn(&mut self, fact: &Occurrence) {
        match &fact.happened {
            Happened::Order(event) => self.learn_of_order(event),
            Happened::Payment(..) | Happened::Shipment(..) | Happened::Process(_) => {}
        }
    }

    /// It keeps in mind that the order has.
    fn close(&mut self) {}

    fn due(&self, gates: &Gates) -> Vec<EndingStep> {
        match gates.phase {
            Phase::Placed if gates.lost.is_some() => vec![EndingStep::CancelOrder],
            Phase::Confirmed if gates.all_has_arrived && gates.all_is_captured => vec![EndingStep::CompleteOrder],
            // The stock was given back when the cancelation started; what is left is money, and carriers.
            Phase::Canceling if gates.no_money_is_held && gates.no_booking_stands => vec![EndingStep::FinishCancelation],
            Phase::NotPlaced | Phase::Placed | Phase::Confirmed | Phase::Canceling | Phase::Ended => vec![],
        }
    }

    fn deadlines(&self, _: &Gates, _: &Rules) -> Vec<Deadline> {
        vec![]
    }

    fn effect(&self, step: &EndingStep, task: &Task<'_>) -> Option<Action> {
        let order = task.order;
        Some(match step {
            EndingStep::CompleteOrder => Command::new(CompleteOrder { order }).into(),
            EndingStep::CancelOrder => {
                let lost = task.gates.lost.clone()?;
                Command::new(CancelOrder { order, outcome: lost.outcome, reason: lost.reason }).into()
            }
            EndingStep::FinishCancelation => Command::new(FinishCancelation { order }).into(),
        })
    }
}

impl Ending {
    fn learn_of_order(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Placement(PlacementEvent::OrderPlaced(_)) => self.phase = Phase::Placed,
            OrderEvent::Placement(PlacementEvent::OrderConfirmed(_)) => self.phase = Phase::Confirmed,
            OrderEvent::Cancelation(CancelationEvent::OrderCancelationStarted(_)) => self.phase = Phase::Canceling,
            OrderEvent::Cancelation(
                CancelationEvent::OrderRejected(_) | CancelationEvent::OrderExpired(_) | CancelationEvent::OrderCanceled(_),
            )
            | OrderEvent::Completion(_) => self.phase = Phase::Ended,
            OrderEvent::Stock(_) | OrderEvent::Paying(_) | OrderEvent::Fulfillment(_) | OrderEvent::Anomaly(_) => {}
        }
    }
}
