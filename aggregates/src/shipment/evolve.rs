use super::{Shipment, ShipmentEvent, ShipmentStatus};

impl Shipment {
    pub(super) fn evolve(&mut self, event: ShipmentEvent) {
        match event {
            ShipmentEvent::ShipmentPlanned(planned) => {
                *self = Self { status: ShipmentStatus::Planned, planned: Some(planned), ..Self::default() };
            }
            ShipmentEvent::ShipmentPacked(_) => self.status = ShipmentStatus::Packed,
            ShipmentEvent::ShipmentDispatched(dispatched) => {
                self.status = ShipmentStatus::Dispatched;
                self.carrier = dispatched.carrier;
            }
            ShipmentEvent::ShipmentDelivered(delivered) => {
                self.status = ShipmentStatus::Delivered;
                self.delivered_at = Some(delivered.delivered_at);
            }
            ShipmentEvent::ShipmentCanceled(_) => self.status = ShipmentStatus::Canceled,
            ShipmentEvent::AnomalyDetected(anomaly) => {
                self.anomalies.insert((anomaly.code, anomaly.message));
            }
        }
    }
}
