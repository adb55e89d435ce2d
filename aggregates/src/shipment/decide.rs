use decider::{Changes, Decision, Needed, States};

use super::{
    AnomalyDetected, PackShipment, Shipment, ShipmentCanceled, ShipmentEvent, ShipmentPacked, ShipmentPlanned, ShipmentRefusal,
    ShipmentStatus,
};
use crate::loaded::loaded;
use crate::values::{OrderId, ShipmentId};

impl Decision for PackShipment {
    type Refusal = ShipmentRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Shipment>(self.shipment.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, ShipmentRefusal> {
        let id = self.shipment.to_string();
        let event = loaded::<Shipment>(states, &id).pack(self.shipment)?;
        Ok(Changes::of::<Shipment>(&id, event))
    }
}

impl Shipment {
    fn pack(&self, shipment: ShipmentId) -> Result<Option<ShipmentEvent>, ShipmentRefusal> {
        let Some(planned) = &self.planned else { return Err(ShipmentRefusal::ShipmentNotFound { shipment }) };
        match self.status {
            ShipmentStatus::Planned => Ok(Some(ShipmentPacked { order: planned.order }.into())),
            ShipmentStatus::Packed | ShipmentStatus::Dispatched | ShipmentStatus::Delivered => Ok(None),
            status @ (ShipmentStatus::NotPlanned | ShipmentStatus::Canceled) => {
                Err(ShipmentRefusal::WrongShipmentStatus { shipment, status })
            }
        }
    }

    /// What it was planned as, if it is a shipment of this order.
    pub(crate) fn planned_for(&self, order: OrderId, shipment: ShipmentId) -> Result<&ShipmentPlanned, ShipmentRefusal> {
        self.planned.as_ref().filter(|planned| planned.order == order).ok_or(ShipmentRefusal::ShipmentNotFound { shipment })
    }

    /// Calls it off; nothing if it was called off already, or left.
    pub(crate) fn cancel(&self) -> Option<ShipmentEvent> {
        let planned = self.planned.as_ref().filter(|_| self.status.is_undispatched())?;
        Some(ShipmentCanceled { order: planned.order }.into())
    }

    /// Records a contradiction, once: the same fact told again is no news.
    pub(crate) fn anomaly(&self, order: OrderId, code: &str, message: String) -> Option<ShipmentEvent> {
        let known = self.anomalies.contains(&(code.to_owned(), message.clone()));
        (!known).then(|| AnomalyDetected { order, code: code.to_owned(), message }.into())
    }
}
