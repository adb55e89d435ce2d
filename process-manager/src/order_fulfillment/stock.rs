//! The stock's desk: every line reserved, or what is missing found out. An order that is not confirmed in time gives its stock back; once its money is let go it may
//! try once more. What is held otherwise goes back with the cancelation, in one append.

use aggregates::decisions::stocking::{AllocateStock, LapseReservation};
use aggregates::order::{CancelationOutcome, CancelationReason, MissingStock, OrderEvent, StockEvent};
use aggregates::process::{DeadlinePassed, ProcessEvent};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::deadline::Which;
use super::desk::{Desk, Gates, Lost, Phase, Task};
use super::{Action, Command, Deadline, Happened, Occurrence, Rules, StockStep};

const NAMED_AT_MOST: usize = 3;

/// So often an order is allocated at most.
const ALLOCATIONS: u32 = 2;

/// What is known about the stock.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Stock {
    standing: Standing,
    /// How often it was reserved and not confirmed in time.
    lapses: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    /// Not asked yet.
    #[default]
    Unknown,
    /// Every line is reserved.
    Held {
        /// Until then, unless the order is confirmed.
        until: DateTime<Utc>,
        /// That instant has passed.
        overdue: bool,
    },
    /// Given back: the order was not confirmed in time.
    Lapsed,
    /// Does not suffice.
    Missing(Vec<MissingStock>),
}

impl Desk for Stock {
    type Step = StockStep;

    fn learn(&mut self, fact: &Occurrence) {
        match &fact.happened {
            Happened::Order(event) => self.learn_of_order(event),
            Happened::Process(ProcessEvent::DeadlinePassed(passed)) => self.learn_deadline(passed),
            Happened::Process(ProcessEvent::CommandRefused(_) | ProcessEvent::ProcessParked(_) | ProcessEvent::ProcessResumed(_))
            | Happened::Payment(..)
            | Happened::Shipment(..) => {}
        }
    }

    fn close(&mut self) {
        *self = Self::default();
    }

    fn due(&self, gates: &Gates) -> Vec<StockStep> {
        match gates.phase {
            Phase::Placed => self.toward_confirmation(gates).into_iter().collect(),
            Phase::NotPlaced | Phase::Confirmed | Phase::Canceling | Phase::Ended => vec![],
        }
    }

    fn deadlines(&self, gates: &Gates, _: &Rules) -> Vec<Deadline> {
        match gates.phase {
            Phase::Placed => self.lapse().into_iter().collect(),
            Phase::NotPlaced | Phase::Confirmed | Phase::Canceling | Phase::Ended => vec![],
        }
    }

    fn effect(&self, step: &StockStep, task: &Task<'_>) -> Option<Action> {
        let order = task.order;
        Some(match step {
            StockStep::AllocateStock => {
                let (warehouses, until) = (task.known.warehouses.clone(), task.known.now + task.known.reservation);
                Command::new(AllocateStock { order, warehouses, until }).into()
            }
            StockStep::LapseReservation => {
                let Standing::Held { until, .. } = self.standing else { return None };
                Command::new(LapseReservation { order, until }).into()
            }
        })
    }
}

impl Stock {
    fn learn_of_order(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Stock(event) => self.learn_of_stock(event),
            OrderEvent::Placement(_)
            | OrderEvent::Paying(_)
            | OrderEvent::Fulfillment(_)
            | OrderEvent::Cancelation(_)
            | OrderEvent::Completion(_)
            | OrderEvent::Anomaly(_) => {}
        }
    }

    fn learn_of_stock(&mut self, event: &StockEvent) {
        match event {
            StockEvent::OrderStockReserved(reserved) => self.standing = Standing::Held { until: reserved.until, overdue: false },
            StockEvent::OrderStockUnavailable(unavailable) => self.standing = Standing::Missing(unavailable.missing.clone()),
            StockEvent::OrderReservationLapsed(_) => {
                self.standing = Standing::Lapsed;
                self.lapses += 1;
            }
        }
    }

    /// Of reservations that stand no more it is no news.
    fn learn_deadline(&mut self, passed: &DeadlinePassed) {
        if let (Some(lapse), Standing::Held { overdue, .. }) = (self.lapse(), &mut self.standing) {
            *overdue = lapse.is(passed);
        }
    }

    /// What is paid will be confirmed, and does not lapse. After a lapse, whatever money is held or asked for is let go of before anything else.
    fn toward_confirmation(&self, gates: &Gates) -> Option<StockStep> {
        match &self.standing {
            Standing::Unknown => Some(StockStep::AllocateStock),
            Standing::Held { overdue, .. } => (*overdue && !gates.is_paid).then_some(StockStep::LapseReservation),
            Standing::Lapsed => (self.lapses < ALLOCATIONS && gates.no_money_is_held).then_some(StockStep::AllocateStock),
            Standing::Missing(_) => None,
        }
    }

    fn lapse(&self) -> Option<Deadline> {
        match &self.standing {
            Standing::Held { until, overdue: false } => Some(Deadline::of_the_order(Which::Reservation, *until)),
            Standing::Held { overdue: true, .. } | Standing::Unknown | Standing::Lapsed | Standing::Missing(_) => None,
        }
    }

    pub(super) fn is_held(&self) -> bool {
        match self.standing {
            Standing::Held { .. } => true,
            Standing::Unknown | Standing::Lapsed | Standing::Missing(_) => false,
        }
    }

    /// Why the order cannot be fulfilled.
    pub(super) fn lost(&self) -> Option<Lost> {
        match &self.standing {
            Standing::Missing(missing) => Some(Lost { outcome: CancelationOutcome::Rejected, reason: out_of_stock(missing) }),
            Standing::Lapsed if self.lapses >= ALLOCATIONS => Some(Lost { outcome: CancelationOutcome::Expired, reason: too_late() }),
            Standing::Unknown | Standing::Held { .. } | Standing::Lapsed => None,
        }
    }
}

fn too_late() -> CancelationReason {
    let message = "The order was not paid in time. Nothing was charged; please order again.";
    CancelationReason { code: "reservation_lapsed".to_owned(), message: message.to_owned() }
}

fn out_of_stock(missing: &[MissingStock]) -> CancelationReason {
    let named: Vec<String> = missing.iter().take(NAMED_AT_MOST).map(short).collect();
    let more = match missing.len().saturating_sub(NAMED_AT_MOST) {
        0 => String::new(),
        others => format!(", and {others} more"),
    };
    let message = format!("Not everything you ordered is in stock: {}{more}. Nothing was charged.", named.join(", "));
    CancelationReason { code: "out_of_stock".to_owned(), message }
}

fn short(missing: &MissingStock) -> String {
    format!("{} of {} ordered, {} left", missing.wanted, missing.sku, missing.available)
}
