use serde::{Deserialize, Serialize};

use super::{Order, OrderLine, OrderStatus, ShipmentProgress};

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
    /// How far it is fulfilled.
    pub fn fulfillment_status(&self) -> FulfillmentStatus {
        let sum = |units: fn(&OrderLine) -> u32| -> u64 { self.lines().map(|line| u64::from(units(line))).sum() };
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
        let confirmed = self.status() == OrderStatus::Confirmed;
        let parcels = |progress| self.shipments().any(|(_, parcel)| parcel.progress == progress);
        let undoable = confirmed || self.status() == OrderStatus::Placed;
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
