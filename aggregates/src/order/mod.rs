//! An order: what a customer bought, and how far it is. `Placed → Confirmed → Completed`; `Canceling → Rejected | Expired | Canceled`.
//!
//! It is made of parts, each with its state, what follows from what happened, and its rules: its `life` with the `terms` that were frozen when it was
//! placed, its `lines` (how far each unit is), its `book` (attempts to pay, and what was charged to them) and its `parcels`. How far it is paid and
//! fulfilled is *derived* from amounts and quantities. Personal data passes through into the log and is not kept in the state.
//!
//! What may be asked of it looks at other aggregates, too, and stands in [`crate::decisions`].
//!
//! Invariants: total = Σ lines + shipping + its tax; a line's in fulfillment + shipped + canceled ≤ ordered; delivered ≤ shipped; what is charged for the
//! parts of a line adds up to the line; a final order that is not completed holds nothing.

mod book;
mod derived;
mod events;
mod life;
mod line;
mod lines;
mod money;
mod parcels;
mod refusal;
mod terms;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use book::{AttemptStatus, PaymentAttempt};
pub use events::*;
pub use life::{Cancelation, OrderStatus};
pub use line::OrderLine;
pub use parcels::{OrderShipment, ShipmentProgress};
pub use refusal::OrderRefusal;
pub use terms::{DeliveryMethod, Terms};

use crate::stored::aggregate;
use crate::values::{Hold, LineNumber, LineQuantity, LineReservation, OrderId, PaymentId, ShipmentId, WarehouseCode};
use book::Book;
use life::Life;
use lines::Lines;
use parcels::Parcels;

/// An order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Order {
    life: Life,
    lines: Lines,
    book: Book,
    parcels: Parcels,
    anomalies: BTreeSet<(String, String)>,
}

aggregate!(Order, "order", OrderEvent);

// What follows from what happened: each family goes to the parts that it concerns.
impl Order {
    fn evolve(&mut self, event: OrderEvent) {
        match event {
            OrderEvent::Placement(PlacementEvent::OrderPlaced(event)) => *self = Self::placed(event),
            OrderEvent::Placement(PlacementEvent::OrderConfirmed(_)) => self.life.confirm(),
            OrderEvent::Stock(event) => self.lines.stock(event),
            OrderEvent::Paying(event) => self.book.paying(event),
            OrderEvent::Fulfillment(event) => self.fulfill(event),
            OrderEvent::Cancelation(event) => self.cancel(event.step()),
            OrderEvent::Completion(CompletionEvent::OrderCompleted(event)) => self.life.complete(&event),
            OrderEvent::Anomaly(AnomalyEvent::AnomalyDetected(event)) => {
                self.anomalies.insert((event.code, event.message));
            }
        }
    }

    fn placed(event: OrderPlaced) -> Self {
        Self { lines: Lines::ordered(&event.lines), life: Life::begun(Terms::of(event)), ..Self::default() }
    }

    fn fulfill(&mut self, event: FulfillmentEvent) {
        match event {
            FulfillmentEvent::OrderLinesReleased(event) => {
                self.lines.released(&event);
                self.parcels.released(event);
            }
            FulfillmentEvent::OrderLinesShipped(event) => {
                self.lines.shipped(&event);
                self.book.shipped(&event);
                self.parcels.advance(event.shipment, ShipmentProgress::Shipped);
            }
            FulfillmentEvent::OrderLinesDelivered(event) => {
                self.lines.delivered(&event);
                self.parcels.advance(event.shipment, ShipmentProgress::Delivered);
            }
            FulfillmentEvent::OrderLinesTakenBack(event) => {
                if let Some(warehouse) = self.parcels.warehouse_of(event.shipment) {
                    self.lines.taken_back(&event, &warehouse);
                    self.parcels.advance(event.shipment, ShipmentProgress::TakenBack);
                }
            }
        }
    }

    fn cancel(&mut self, step: CancelationStep<'_>) {
        match step {
            CancelationStep::Started(_) => self.lines.cancel_what_is_open(),
            CancelationStep::Ended(..) => {}
        }
        self.life.cancel(step);
    }
}

// What it says to everybody.
impl Order {
    /// Where it is in its life.
    pub fn status(&self) -> OrderStatus {
        self.life.status()
    }

    /// Whether it was ever placed.
    pub fn exists(&self) -> bool {
        self.terms().is_some()
    }

    /// What was frozen when it was placed.
    pub fn terms(&self) -> Option<&Terms> {
        self.life.terms()
    }

    /// Its lines, by number.
    pub fn lines(&self) -> impl Iterator<Item = &OrderLine> {
        self.lines.all()
    }

    /// One line.
    pub fn line(&self, number: LineNumber) -> Option<&OrderLine> {
        self.lines.get(number)
    }

    /// What is missing, if the stock did not suffice when it was last asked.
    pub fn missing(&self) -> &[MissingStock] {
        self.lines.missing()
    }

    /// When its reservations lapse, unless it is confirmed.
    pub fn reserved_until(&self) -> Option<DateTime<Utc>> {
        self.lines.reserved_until().filter(|_| self.status() == OrderStatus::Placed)
    }

    /// Where its units are held.
    pub fn reservations(&self) -> Vec<LineReservation> {
        self.lines.reservations()
    }

    /// The warehouses that hold units of it which no shipment was planned for, in the order of their codes.
    pub fn warehouses_to_ship_from(&self) -> Vec<WarehouseCode> {
        self.lines.warehouses_to_ship_from()
    }

    /// Its attempts to pay, oldest first.
    pub fn payments(&self) -> &[PaymentAttempt] {
        self.book.attempts()
    }

    /// The attempt with this id.
    pub fn payment(&self, payment: PaymentId) -> Option<&PaymentAttempt> {
        self.payments().iter().find(|attempt| attempt.payment == payment)
    }

    /// The attempts that have not ended.
    pub fn live_payments(&self) -> impl Iterator<Item = &PaymentAttempt> {
        self.payments().iter().filter(|attempt| attempt.is_live())
    }

    /// Its parcels.
    pub fn shipments(&self) -> impl Iterator<Item = (ShipmentId, &OrderShipment)> {
        self.parcels.all()
    }

    /// How and why it is being or was undone.
    pub fn cancelation(&self) -> Option<&Cancelation> {
        self.life.cancelation()
    }

    /// What contradicts, by code and sentence.
    pub fn anomalies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.anomalies.iter().map(|(code, message)| (code.as_str(), message.as_str()))
    }

    /// Whether anything has ever left.
    pub fn is_dispatched(&self) -> bool {
        self.lines().any(|line| line.shipped() > 0)
    }
}

// What decisions ask of it.
impl Order {
    /// What was frozen at placement, of an order that must exist.
    pub(crate) fn terms_of(&self, order: OrderId) -> Result<&Terms, OrderRefusal> {
        self.terms().ok_or(OrderRefusal::OrderNotFound { order })
    }

    /// The same, of an order that must be here in its life.
    pub(crate) fn terms_while(&self, order: OrderId, status: OrderStatus) -> Result<&Terms, OrderRefusal> {
        let terms = self.terms_of(order)?;
        if self.status() == status { Ok(terms) } else { Err(OrderRefusal::WrongOrderStatus { order, status: self.status() }) }
    }

    /// Every unit that needs stock must hold some.
    pub(crate) fn all_reserved(&self, order: OrderId) -> Result<(), OrderRefusal> {
        match self.lines().map(OrderLine::unreserved).sum() {
            0 => Ok(()),
            units => Err(OrderRefusal::StockNotReserved { order, units }),
        }
    }

    /// What the order says stock items hold for it.
    pub(crate) fn holds(&self, order: OrderId) -> Vec<Hold> {
        self.reservations().into_iter().map(|held| held.of(order)).collect()
    }

    /// What a warehouse holds for it that no parcel was planned for.
    pub(crate) fn releasable_at(&self, warehouse: &WarehouseCode) -> Vec<LineQuantity> {
        self.lines.releasable_at(warehouse)
    }

    /// What it means for the order that a parcel leaves: its units are shipped and charged, shipping goes with the first.
    pub(crate) fn ship(
        &self,
        order: OrderId,
        shipment: ShipmentId,
        warehouse: &WarehouseCode,
        parcel: &[LineQuantity],
    ) -> Result<OrderLinesShipped, OrderRefusal> {
        let terms = self.terms_while(order, OrderStatus::Confirmed)?;
        let lines = self.lines.leaving(parcel);
        let (shipping, shipping_tax) = self.book.shipping_share(terms);
        let goods: i64 = lines.iter().map(|line| line.net.minor() + line.tax.minor()).sum();
        let captures = self.book.charge(terms, goods + shipping.minor() + shipping_tax.minor());
        let captures = captures.map_err(|missing| OrderRefusal::AuthorizationInsufficient { missing })?;
        let (warehouse, placed_at) = (warehouse.clone(), terms.placed_at);
        Ok(OrderLinesShipped { shipment, warehouse, lines, shipping, shipping_tax, captures, placed_at })
    }

    /// The parcels that have not left, as they come back from fulfillment.
    pub(crate) fn take_back(&self) -> impl Iterator<Item = OrderLinesTakenBack> {
        self.parcels.take_back()
    }
}
