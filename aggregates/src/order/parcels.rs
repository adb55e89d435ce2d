use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{OrderLinesReleased, OrderLinesTakenBack};
use crate::values::{LineQuantity, ShipmentId, WarehouseCode};

/// The order's parcels, as it counts them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Parcels(BTreeMap<ShipmentId, OrderShipment>);

/// A parcel of the order, as the order counts it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderShipment {
    /// Where it leaves from.
    pub warehouse: WarehouseCode,
    /// What is in it.
    pub lines: Vec<LineQuantity>,
    /// How far it is.
    pub progress: ShipmentProgress,
}

/// How far a parcel of the order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShipmentProgress {
    /// In the warehouse.
    InFulfillment,
    /// On its way.
    Shipped,
    /// Arrived.
    Delivered,
    /// Called off.
    TakenBack,
}

impl Parcels {
    pub(super) fn released(&mut self, event: OrderLinesReleased) {
        let parcel = OrderShipment { warehouse: event.warehouse, lines: event.lines, progress: ShipmentProgress::InFulfillment };
        self.0.insert(event.shipment, parcel);
    }

    pub(super) fn advance(&mut self, shipment: ShipmentId, progress: ShipmentProgress) {
        if let Some(parcel) = self.0.get_mut(&shipment) {
            parcel.progress = progress;
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (ShipmentId, &OrderShipment)> {
        self.0.iter().map(|(id, parcel)| (*id, parcel))
    }

    pub(super) fn warehouse_of(&self, shipment: ShipmentId) -> Option<WarehouseCode> {
        self.0.get(&shipment).map(|parcel| parcel.warehouse.clone())
    }

    /// The parcels that have not left, as they come back from fulfillment.
    pub(super) fn take_back(&self) -> impl Iterator<Item = OrderLinesTakenBack> {
        let waiting = self.0.iter().filter(|(_, parcel)| parcel.progress == ShipmentProgress::InFulfillment);
        waiting.map(|(shipment, parcel)| OrderLinesTakenBack { shipment: *shipment, lines: parcel.lines.clone() })
    }
}
