use aggregates::shipment::{ShipmentEvent, ShipmentMethod, ShipmentPlanned};
use aggregates::values::{ShipmentId, WarehouseCode};
use serde::{Deserialize, Serialize};

use super::{Facts, Stock};

/// A parcel of the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::order_fulfillment) struct Parcel {
    pub(in crate::order_fulfillment) warehouse: WarehouseCode,
    pub(in crate::order_fulfillment) method: ShipmentMethod,
    pub(in crate::order_fulfillment) weight_grams: Option<u64>,
    pub(in crate::order_fulfillment) stage: ShipmentStage,
}

/// How far a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::order_fulfillment) enum ShipmentStage {
    Planned,
    Packed,
    Dispatched,
    Delivered,
    Canceled,
}

impl Facts {
    pub(super) fn learn_of_shipment(&mut self, shipment: ShipmentId, event: &ShipmentEvent) {
        match event {
            ShipmentEvent::ShipmentPlanned(planned) => {
                let parcel = self.parcel(planned);
                self.shipments.insert(shipment, parcel);
            }
            ShipmentEvent::ShipmentPacked(_) => self.advance(shipment, ShipmentStage::Packed),
            ShipmentEvent::ShipmentDispatched(_) => self.advance(shipment, ShipmentStage::Dispatched),
            ShipmentEvent::ShipmentDelivered(_) => self.advance(shipment, ShipmentStage::Delivered),
            ShipmentEvent::ShipmentCanceled(_) => self.advance(shipment, ShipmentStage::Canceled),
            ShipmentEvent::AnomalyDetected(_) => {}
        }
    }

    fn parcel(&self, planned: &ShipmentPlanned) -> Parcel {
        let weigh = |line: &aggregates::shipment::ShipmentLine| {
            self.weights.get(&line.line).map(|grams| u64::from(*grams) * u64::from(line.quantity.get()))
        };
        let (warehouse, method) = (planned.warehouse.clone(), planned.method);
        Parcel { warehouse, method, weight_grams: planned.lines.iter().map(weigh).sum(), stage: ShipmentStage::Planned }
    }

    fn advance(&mut self, shipment: ShipmentId, stage: ShipmentStage) {
        if let Some(parcel) = self.shipments.get_mut(&shipment) {
            parcel.stage = stage;
        }
    }

    /// Warehouses that hold something for the order and have no parcel for it.
    pub(in crate::order_fulfillment) fn unplanned(&self) -> impl Iterator<Item = WarehouseCode> {
        let holding: &[WarehouseCode] = match &self.stock {
            Stock::Reserved(warehouses) => warehouses,
            Stock::Unknown | Stock::Missing(_) => &[],
        };
        holding.iter().filter(|warehouse| !self.live_parcels().any(|parcel| parcel.warehouse == **warehouse)).cloned()
    }

    /// Whether all parcels arrived.
    pub(in crate::order_fulfillment) fn everything_delivered(&self) -> bool {
        self.live_parcels().all(|parcel| parcel.stage == ShipmentStage::Delivered)
    }

    /// Whether all parcels have left.
    pub(super) fn everything_shipped(&self) -> bool {
        self.unplanned().next().is_none() && self.live_parcels().all(|parcel| parcel.stage >= ShipmentStage::Dispatched)
    }

    fn live_parcels(&self) -> impl Iterator<Item = &Parcel> {
        self.shipments.values().filter(|parcel| parcel.stage != ShipmentStage::Canceled)
    }
}
