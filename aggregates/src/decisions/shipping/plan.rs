//! A parcel is planned with everything that a warehouse holds for the order, and that no other parcel was planned for.

use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::ShippingRefusal;
use crate::loaded::loaded;
use crate::order::{DeliveryMethod, Order, OrderLinesReleased, OrderStatus, Terms};
use crate::shipment::{Shipment, ShipmentLine, ShipmentMethod, ShipmentPlanned};
use crate::values::{LineQuantity, OrderId, ShipmentId, WarehouseCode};

/// Puts everything that a warehouse holds for the order into a parcel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanShipment {
    /// Which order.
    pub order: OrderId,
    /// The parcel.
    pub shipment: ShipmentId,
    /// Where from.
    pub warehouse: WarehouseCode,
}

impl Decision for PlanShipment {
    type Refusal = ShippingRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Order>(self.order.to_string()), Needed::created::<Shipment>(self.shipment.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, ShippingRefusal> {
        let (id, shipment_id) = (self.order.to_string(), self.shipment.to_string());
        let order = loaded::<Order>(states, &id);
        order.terms_of(self.order)?;
        if let Some(planned) = loaded::<Shipment>(states, &shipment_id).planned() {
            let same = planned.order == self.order && planned.warehouse == self.warehouse;
            return if same { Ok(Changes::none()) } else { Err(ShippingRefusal::ShipmentExists { shipment: self.shipment }) };
        }
        let terms = order.terms_while(self.order, OrderStatus::Confirmed)?;
        let lines = order.releasable_at(&self.warehouse);
        if lines.is_empty() {
            return Err(ShippingRefusal::NothingToShip { warehouse: self.warehouse.clone() });
        }
        let mut changes = Changes::of::<Shipment>(&shipment_id, [self.planned(order, terms, &lines).into()]);
        let released = OrderLinesReleased { shipment: self.shipment, warehouse: self.warehouse.clone(), lines };
        changes.push::<Order>(id, released.into());
        Ok(changes)
    }
}

impl PlanShipment {
    fn planned(&self, order: &Order, terms: &Terms, lines: &[LineQuantity]) -> ShipmentPlanned {
        let line = |units: &LineQuantity| {
            let sku = order.line(units.line)?.sku().clone();
            Some(ShipmentLine { line: units.line, sku, quantity: units.quantity })
        };
        let method = match &terms.delivery {
            DeliveryMethod::Ship { .. } => ShipmentMethod::Carrier,
            DeliveryMethod::Pickup { .. } => ShipmentMethod::Pickup,
            DeliveryMethod::None => ShipmentMethod::None,
        };
        ShipmentPlanned { order: self.order, warehouse: self.warehouse.clone(), method, lines: lines.iter().filter_map(line).collect() }
    }
}
