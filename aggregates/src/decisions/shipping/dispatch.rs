//! A parcel leaves. Parcel, order and stock are written in one append, so that what left, what is charged for it and what is still on the shelf never
//! disagree.

use chrono::{DateTime, Utc};
use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::ShippingRefusal;
use super::departure::{Departure, streams_to_leave};
use crate::loaded::loaded;
use crate::shipment::{Booking, CarrierBooking, Shipment, ShipmentMethod, ShipmentPlanned, ShipmentRefusal, ShipmentStatus};
use crate::values::{OrderId, ShipmentId};

/// Lets a parcel leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DispatchShipment {
    /// Which.
    pub shipment: ShipmentId,
    /// Of which order.
    pub order: OrderId,
    /// Who carries it; none where it is picked up or nothing moves, or where it is booked.
    pub carrier: Option<CarrierBooking>,
    /// When it leaves.
    pub at: DateTime<Utc>,
}

impl Decision for DispatchShipment {
    type Refusal = ShippingRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        streams_to_leave(self.shipment, self.order, states)
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, ShippingRefusal> {
        let shipment = loaded::<Shipment>(states, &self.shipment.to_string());
        let planned = shipment.planned_for(self.order, self.shipment)?;
        match shipment.status() {
            ShipmentStatus::Packed => {}
            ShipmentStatus::Dispatched | ShipmentStatus::Delivered => return self.asked_again(shipment, planned),
            status @ (ShipmentStatus::NotPlanned | ShipmentStatus::Planned | ShipmentStatus::Canceled) => {
                return Err(ShipmentRefusal::WrongShipmentStatus { shipment: self.shipment, status }.into());
            }
        }
        let carrier = self.booked_or_said(shipment.booking(), planned)?;
        let departure = Departure { shipment: self.shipment, planned, carrier, at: self.at };
        let shipped = departure.ready(loaded(states, &self.order.to_string()), |payment| states.get(&payment.to_string()))?;
        departure.leave(shipped, states)
    }
}

impl DispatchShipment {
    /// It left once: with somebody else it did not, and with whom it left is not told afterwards.
    fn asked_again(&self, shipment: &Shipment, planned: &ShipmentPlanned) -> Result<Changes, ShippingRefusal> {
        if self.carrier.is_none() && shipment.booking().carrier().is_some() {
            return Ok(Changes::none());
        }
        match (shipment.carrier(), self.carrier_of(planned)?) {
            (Some(known), Some(said)) if *known != said => {
                let CarrierBooking { carrier, tracking } = known.clone();
                Err(ShippingRefusal::DispatchedOtherwise { shipment: self.shipment, carrier, tracking })
            }
            (None, Some(_)) => Err(ShippingRefusal::DispatchedWithoutCarrier { shipment: self.shipment }),
            (Some(_), _) | (None, None) => Ok(Changes::none()),
        }
    }

    /// A parcel leaves with whom it was booked, unless nobody was asked, or in vain.
    fn booked_or_said(&self, booking: &Booking, planned: &ShipmentPlanned) -> Result<Option<CarrierBooking>, ShippingRefusal> {
        match (booking, &self.carrier) {
            (Booking::Requested { .. }, _) => Err(ShippingRefusal::BookingPending { shipment: self.shipment }),
            (Booking::Booked { carrier, .. }, Some(said)) if carrier != said => {
                let CarrierBooking { carrier, tracking } = carrier.clone();
                Err(ShippingRefusal::BookedOtherwise { shipment: self.shipment, carrier, tracking })
            }
            (Booking::Booked { carrier, .. }, _) => Ok(Some(carrier.clone())),
            (Booking::None | Booking::Failed { .. } | Booking::Canceled { .. } | Booking::Kept { .. }, _) => self.carrier_of(planned),
        }
    }

    fn carrier_of(&self, planned: &ShipmentPlanned) -> Result<Option<CarrierBooking>, ShippingRefusal> {
        match (planned.method, &self.carrier) {
            (ShipmentMethod::Carrier, None) => Err(ShippingRefusal::CarrierMissing { shipment: self.shipment }),
            (ShipmentMethod::Carrier, Some(booking)) => Ok(Some(booking.clone())),
            (ShipmentMethod::Pickup | ShipmentMethod::None, None) => Ok(None),
            (ShipmentMethod::Pickup | ShipmentMethod::None, Some(_)) => Err(ShippingRefusal::CarrierUnexpected { shipment: self.shipment }),
        }
    }
}
