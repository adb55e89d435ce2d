use super::{Booking, Shipment, ShipmentEvent, ShipmentStatus};

impl Shipment {
    pub(super) fn evolve(&mut self, event: ShipmentEvent) {
        match event {
            ShipmentEvent::ShipmentPlanned(planned) => {
                *self = Self { status: ShipmentStatus::Planned, planned: Some(planned), ..Self::default() };
            }
            ShipmentEvent::ShipmentPacked(_) => self.status = ShipmentStatus::Packed,
            ShipmentEvent::ShipmentBookingRequested(event) => {
                let before = std::mem::replace(&mut self.booking, Booking::Requested { operation: event.operation });
                self.former_bookings.extend(before.operation());
            }
            ShipmentEvent::ShipmentBooked(event) => {
                self.booking = Booking::Booked { operation: event.operation, carrier: event.carrier };
            }
            ShipmentEvent::ShipmentBookingFailed(event) => self.booking = Booking::Failed { operation: event.operation },
            ShipmentEvent::ShipmentBookingCanceled(event) => self.booking = Booking::Canceled { operation: event.operation },
            ShipmentEvent::ShipmentBookingCancelFailed(event) => self.booking = Booking::Kept { operation: event.operation },
            ShipmentEvent::ShipmentDispatched(dispatched) => {
                self.status = ShipmentStatus::Dispatched;
                self.booking = std::mem::take(&mut self.booking).left(dispatched.carrier.as_ref());
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
