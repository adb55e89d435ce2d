//! What the process has learned of its order: never more than the log says, decided nowhere.

mod goods;
mod money;

use std::collections::BTreeMap;

use aggregates::order::{
    CancelationEvent, CancelationOutcome, Delivery, FulfillmentEvent, MissingStock, OrderEvent, OrderPlaced, PayingEvent, PaymentTerms,
    PlacementEvent, StockEvent,
};
use aggregates::process::ProcessEvent;
use aggregates::values::{Country, LineNumber, PaymentId, ShipmentId, WarehouseCode};
use serde::{Deserialize, Serialize};

use super::{Happened, Occurrence, Step};
pub(super) use goods::{Parcel, ShipmentStage};
pub(super) use money::{Payment, Request, Settlement, Share, ShareStage, Standing};

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

/// What is known about the stock.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stock {
    /// Not asked yet.
    #[default]
    Unknown,
    /// Held, in these warehouses.
    Reserved(Vec<WarehouseCode>),
    /// Does not suffice.
    Missing(Vec<MissingStock>),
}

/// A step that failed too often, or a call that a gateway never accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stuck {
    /// Which.
    pub step: String,
    /// What stood in the way.
    pub cause: String,
}

/// Everything that the process knows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The order's lifecycle.
    pub phase: Phase,
    pub(super) stock: Stock,
    /// The attempt that the order waits for, or that pays it.
    pub(super) attempt: Option<PaymentId>,
    pub(super) payments: BTreeMap<PaymentId, Payment>,
    pub(super) shipments: BTreeMap<ShipmentId, Parcel>,
    pub(super) shares: Vec<Share>,
    /// Total to pay is nothing.
    pub(super) free: bool,
    /// Where a carrier goes; no carrier: picked up, or nothing moves.
    pub(super) destination: Option<Country>,
    /// Grams a unit, where a carrier goes.
    pub(super) weights: BTreeMap<LineNumber, u32>,
    pub(super) stuck: Option<Stuck>,
    /// What an operator is waited for.
    pub parked: Option<Stuck>,
    /// What the operator was waited for does not matter any more: the order is being undone, or it has ended.
    pub(super) outlived: bool,
}

impl Facts {
    pub(super) fn learn(&mut self, occurrence: &Occurrence, failure_limit: u32) {
        match &occurrence.happened {
            Happened::Order(event) => self.learn_of_order(event),
            Happened::Payment(payment, event) => self.learn_of_payment(*payment, event, occurrence, failure_limit),
            Happened::Shipment(shipment, event) => self.learn_of_shipment(*shipment, event),
            Happened::Process(event) => self.learn_of_process(event),
        }
    }

    pub(super) fn nothing_due(&self) -> bool {
        self.free
    }

    fn learn_of_order(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Placement(PlacementEvent::OrderPlaced(placed)) => self.learn_placement(placed),
            OrderEvent::Placement(PlacementEvent::OrderConfirmed(_)) => self.phase = Phase::Confirmed,
            OrderEvent::Stock(event) => self.learn_of_stock(event),
            OrderEvent::Paying(event) => self.learn_of_attempt(event),
            OrderEvent::Fulfillment(FulfillmentEvent::OrderLinesShipped(shipped)) => self.owe(shipped),
            OrderEvent::Cancelation(CancelationEvent::OrderCancelationStarted(_)) => self.turn_back(),
            OrderEvent::Cancelation(
                CancelationEvent::OrderRejected(_) | CancelationEvent::OrderExpired(_) | CancelationEvent::OrderCanceled(_),
            )
            | OrderEvent::Completion(_) => self.end(),
            // The shipment's own events say the same; an anomaly is for people.
            OrderEvent::Fulfillment(
                FulfillmentEvent::OrderLinesReleased(_)
                | FulfillmentEvent::OrderLinesDelivered(_)
                | FulfillmentEvent::OrderLinesTakenBack(_),
            )
            | OrderEvent::Anomaly(_) => {}
        }
    }

    fn learn_of_stock(&mut self, event: &StockEvent) {
        match event {
            StockEvent::OrderStockReserved(reserved) => {
                let mut warehouses: Vec<_> = reserved.reservations.iter().map(|held| held.warehouse.clone()).collect();
                warehouses.sort();
                warehouses.dedup();
                self.stock = Stock::Reserved(warehouses);
            }
            StockEvent::OrderStockUnavailable(unavailable) => self.stock = Stock::Missing(unavailable.missing.clone()),
        }
    }

    fn learn_of_attempt(&mut self, event: &PayingEvent) {
        match event {
            PayingEvent::OrderPaymentStarted(started) => self.attempt = Some(started.payment),
            PayingEvent::OrderPaymentAuthorized(ended) => self.settle(ended.payment, Settlement::Authorized),
            PayingEvent::OrderPaymentDeclined(ended) => self.settle(ended.payment, Settlement::Declined { code: ended.code.clone() }),
            PayingEvent::OrderPaymentVoided(ended) => self.settle(ended.payment, Settlement::Voided),
        }
    }

    fn learn_placement(&mut self, placed: &OrderPlaced) {
        self.phase = Phase::Placed;
        let PaymentTerms::Card { .. } = placed.payment;
        self.free = placed.total.is_zero();
        if let Delivery::Ship { country, .. } = &placed.delivery {
            self.destination = Some(*country);
            self.weights = placed.lines.iter().filter_map(|line| Some((line.line, line.weight_grams?))).collect();
        }
    }

    /// Whatever stood in the way of going on does not stand in the way of going back.
    fn turn_back(&mut self) {
        self.phase = Phase::Canceling;
        self.stuck = None;
        self.outlived = self.parked.is_some();
    }

    /// Nothing but money can still ask for something: a gateway may say late that it holds some after all.
    fn end(&mut self) {
        let (payments, parked) = (std::mem::take(&mut self.payments), self.parked.take());
        *self = Self { phase: Phase::Ended, payments, outlived: parked.is_some(), parked, ..Self::default() };
    }

    fn learn_of_process(&mut self, event: &ProcessEvent) {
        match event {
            ProcessEvent::CommandRefused(_) => {}
            ProcessEvent::ProcessParked(parked) => {
                self.stuck = None;
                self.parked = Some(Stuck { step: parked.step.clone(), cause: parked.cause.clone() });
                // It was parked while somebody called the order off: that step is not taken any more.
                self.outlived = matches!(self.phase, Phase::Canceling | Phase::Ended) && !Step::is_of_the_way_back(&parked.step);
            }
            ProcessEvent::ProcessResumed(_) => {
                (self.stuck, self.parked, self.outlived) = (None, None, false);
                self.forgive();
            }
        }
    }
}

/// How a process begins the way back by itself.
pub(super) const OWN_OUTCOME: CancelationOutcome = CancelationOutcome::Rejected;
