//! The stock's desk: every line reserved, or what is missing found out. What is held goes back with the cancelation, in one append.

use aggregates::decisions::stocking::AllocateStock;
use aggregates::order::{CancelationOutcome, CancelationReason, MissingStock, OrderEvent, StockEvent};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::desk::{Desk, Gates, Lost, Phase, Task};
use super::{Action, Command, Happened, Occurrence, StockStep};

/// How long an unconfirmed order holds its stock.
const RESERVATION: TimeDelta = TimeDelta::minutes(30);

const NAMED_AT_MOST: usize = 3;

/// What is known about the stock.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Stock {
    standing: Standing,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    /// Not asked yet.
    #[default]
    Unknown,
    /// Every line is reserved.
    Held,
    /// Does not suffice.
    Missing(Vec<MissingStock>),
}

impl Desk for Stock {
    type Step = StockStep;

    fn learn(&mut self, fact: &Occurrence) {
        match &fact.happened {
            Happened::Order(event) => self.learn_of_order(event),
            Happened::Payment(..) | Happened::Shipment(..) | Happened::Process(_) => {}
        }
    }

    fn close(&mut self) {
        *self = Self::default();
    }

    fn due(&self, gates: &Gates) -> Vec<StockStep> {
        match (gates.phase, &self.standing) {
            (Phase::Placed, Standing::Unknown) => vec![StockStep::AllocateStock],
            (Phase::Placed, Standing::Held | Standing::Missing(_)) => vec![],
            (Phase::NotPlaced | Phase::Confirmed | Phase::Canceling | Phase::Ended, _) => vec![],
        }
    }

    fn effect(&self, step: &StockStep, task: &Task<'_>) -> Option<Action> {
        Some(match step {
            StockStep::AllocateStock => {
                let (order, warehouses, until) = (task.order, task.known.warehouses.clone(), task.asked.at + RESERVATION);
                Command::new(AllocateStock { order, warehouses, until }).into()
            }
        })
    }
}

impl Stock {
    fn learn_of_order(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Stock(StockEvent::OrderStockReserved(_)) => self.standing = Standing::Held,
            OrderEvent::Stock(StockEvent::OrderStockUnavailable(unavailable)) => {
                self.standing = Standing::Missing(unavailable.missing.clone());
            }
            OrderEvent::Placement(_)
            | OrderEvent::Paying(_)
            | OrderEvent::Fulfillment(_)
            | OrderEvent::Cancelation(_)
            | OrderEvent::Completion(_)
            | OrderEvent::Anomaly(_) => {}
        }
    }

    pub(super) fn is_held(&self) -> bool {
        match self.standing {
            Standing::Held => true,
            Standing::Unknown | Standing::Missing(_) => false,
        }
    }

    /// Why the order cannot be fulfilled.
    pub(super) fn lost(&self) -> Option<Lost> {
        match &self.standing {
            Standing::Missing(missing) => Some(Lost { outcome: CancelationOutcome::Rejected, reason: out_of_stock(missing) }),
            Standing::Unknown | Standing::Held => None,
        }
    }
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
