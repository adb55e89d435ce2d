use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Cancelation, MissingStock, Order, OrderLine, OrderShipment, OrderStatus, PaymentAttempt, ShipmentProgress, Terms};
use crate::values::{LineNumber, LineReservation, Quantity, ShipmentId, WarehouseCode};

/// How far an order is fulfilled: derived, never the target of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStatus {
    /// Nothing is held for it.
    Unfulfilled,
    /// Stock is held for it.
    Reserved,
    /// Shipments are planned.
    InFulfillment,
    /// A part has left.
    PartiallyShipped,
    /// Everything has left.
    Shipped,
    /// A part has arrived.
    PartiallyDelivered,
    /// Everything has arrived.
    Delivered,
    /// Nothing will be sent.
    Canceled,
}

impl FulfillmentStatus {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unfulfilled => "unfulfilled",
            Self::Reserved => "reserved",
            Self::InFulfillment => "in_fulfillment",
            Self::PartiallyShipped => "partially_shipped",
            Self::Shipped => "shipped",
            Self::PartiallyDelivered => "partially_delivered",
            Self::Delivered => "delivered",
            Self::Canceled => "canceled",
        }
    }
}

impl Order {
    /// Where it is in its life.
    pub fn status(&self) -> OrderStatus {
        self.status
    }

    /// Whether it was ever placed.
    pub fn exists(&self) -> bool {
        self.terms.is_some()
    }

    /// What was frozen when it was placed.
    pub fn terms(&self) -> Option<&Terms> {
        self.terms.as_ref()
    }

    /// Its lines, by number.
    pub fn lines(&self) -> impl Iterator<Item = &OrderLine> {
        self.lines.values()
    }

    /// One line.
    pub fn line(&self, number: LineNumber) -> Option<&OrderLine> {
        self.lines.get(&number)
    }

    /// What is missing, if the stock did not suffice when it was last asked.
    pub fn missing(&self) -> &[MissingStock] {
        &self.missing
    }

    /// When its reservations lapse, unless it is confirmed.
    pub fn reserved_until(&self) -> Option<DateTime<Utc>> {
        self.reserved_until.filter(|_| self.status == OrderStatus::Placed)
    }

    /// Where its units are held.
    pub fn reservations(&self) -> Vec<LineReservation> {
        self.lines.values().flat_map(OrderLine::reservations).collect()
    }

    /// The warehouses that hold units of it which no shipment was planned for, in the order of their codes.
    pub fn warehouses_to_ship_from(&self) -> Vec<WarehouseCode> {
        let releasable = |line: &OrderLine| {
            let at = line.warehouses().filter(|(warehouse, _)| line.releasable_at(warehouse) > 0);
            at.map(|(warehouse, _)| warehouse.clone()).collect::<Vec<_>>()
        };
        let all: std::collections::BTreeSet<WarehouseCode> = self.lines.values().flat_map(releasable).collect();
        all.into_iter().collect()
    }

    /// Its attempts to pay, oldest first.
    pub fn payments(&self) -> &[PaymentAttempt] {
        &self.payments
    }

    /// Its parcels.
    pub fn shipments(&self) -> impl Iterator<Item = (ShipmentId, &OrderShipment)> {
        self.shipments.iter().map(|(id, parcel)| (*id, parcel))
    }

    /// How and why it is being or was undone.
    pub fn cancelation(&self) -> Option<&Cancelation> {
        self.cancelation.as_ref()
    }

    /// What contradicts, by code and sentence.
    pub fn anomalies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.anomalies.iter().map(|(code, message)| (code.as_str(), message.as_str()))
    }

    /// Whether anything has ever left.
    pub fn is_dispatched(&self) -> bool {
        self.lines.values().any(|line| line.shipped() > 0)
    }

    /// How far it is fulfilled.
    pub fn fulfillment_status(&self) -> FulfillmentStatus {
        let sum = |units: fn(&OrderLine) -> u32| -> u64 { self.lines.values().map(|line| u64::from(units(line))).sum() };
        let wanted = sum(OrderLine::ordered) - sum(OrderLine::canceled);
        let (delivered, shipped) = (sum(OrderLine::delivered), sum(OrderLine::shipped));
        match () {
            () if wanted == 0 && self.exists() => FulfillmentStatus::Canceled,
            () if wanted > 0 && delivered == wanted => FulfillmentStatus::Delivered,
            () if delivered > 0 => FulfillmentStatus::PartiallyDelivered,
            () if wanted > 0 && shipped == wanted => FulfillmentStatus::Shipped,
            () if shipped > 0 => FulfillmentStatus::PartiallyShipped,
            () if sum(OrderLine::in_fulfillment) > 0 => FulfillmentStatus::InFulfillment,
            () if sum(OrderLine::reserved) > 0 => FulfillmentStatus::Reserved,
            () => FulfillmentStatus::Unfulfilled,
        }
    }

    /// What people may ask of it now, by the names of the routes. The process's own steps are not among them.
    pub fn allowed_commands(&self) -> Vec<&'static str> {
        let confirmed = self.status == OrderStatus::Confirmed;
        let parcels = |progress| self.shipments.values().any(|parcel| parcel.progress == progress);
        let undoable = confirmed || self.status == OrderStatus::Placed;
        let commands = [
            ("cancel", undoable && !self.is_dispatched()),
            ("plan_shipment", confirmed && !self.warehouses_to_ship_from().is_empty()),
            ("pack_shipment", confirmed && parcels(ShipmentProgress::InFulfillment)),
            ("dispatch_shipment", confirmed && parcels(ShipmentProgress::InFulfillment)),
            ("record_delivery", confirmed && parcels(ShipmentProgress::Shipped)),
        ];
        commands.into_iter().filter(|(_, allowed)| *allowed).map(|(name, _)| name).collect()
    }
}

impl OrderLine {
    fn reservations(&self) -> Vec<LineReservation> {
        let at = |(warehouse, units): (&WarehouseCode, u32)| {
            let (line, sku, warehouse) = (self.number(), self.sku().clone(), warehouse.clone());
            Quantity::try_from(units).ok().map(|quantity| LineReservation { line, sku, warehouse, quantity })
        };
        self.warehouses().filter_map(at).collect()
    }
}
