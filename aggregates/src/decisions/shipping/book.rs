//! A carrier is asked to bring a parcel, and says what comes of it. The call is requested before it is made, and only for a parcel that could leave; with its outcome
//! the parcel leaves, in the same append, unless something has changed meanwhile: then the booking stands, and is used or called off.

use chrono::{DateTime, Utc};
use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::ShippingRefusal;
use super::departure::{Departure, streams_to_leave};
use crate::decisions::looking::payments_of;
use crate::loaded::loaded;
use crate::order::Order;
use crate::shipment::{
    Booking, BookingOutcome, CarrierBooking, Shipment, ShipmentBookingRequested, ShipmentMethod, ShipmentPlanned, ShipmentRefusal,
    ShipmentStatus,
};
use crate::values::{OperationId, OrderId, ShipmentId};

/// Requests that a carrier is asked to bring a parcel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestBooking {
    /// Which.
    pub shipment: ShipmentId,
    /// Of which order.
    pub order: OrderId,
    /// The call.
    pub operation: OperationId,
    /// The carrier's name.
    pub carrier: String,
    /// When it would leave.
    pub at: DateTime<Utc>,
}

/// Records what the carrier said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordBooking {
    /// Which.
    pub shipment: ShipmentId,
    /// Of which order.
    pub order: OrderId,
    /// The call it answers.
    pub operation: OperationId,
    /// What it said.
    pub outcome: BookingOutcome,
    /// When it leaves.
    pub at: DateTime<Utc>,
}

impl Decision for RequestBooking {
    type Refusal = ShippingRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let order = self.order.to_string();
        let payments = payments_of(states.get::<Order>(&order).into_iter().flat_map(Order::live_payments));
        let own = [Needed::of::<Shipment>(self.shipment.to_string()), Needed::of::<Order>(order.as_str())];
        own.into_iter().chain(payments).collect()
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, ShippingRefusal> {
        let shipment = loaded::<Shipment>(states, &self.shipment.to_string());
        let planned = shipment.planned_for(self.order, self.shipment)?;
        match planned.method {
            ShipmentMethod::Carrier => {}
            ShipmentMethod::Pickup | ShipmentMethod::None => return Err(ShippingRefusal::CarrierUnexpected { shipment: self.shipment }),
        }
        match shipment.status() {
            ShipmentStatus::Packed => {}
            ShipmentStatus::Dispatched | ShipmentStatus::Delivered => return Ok(Changes::none()),
            status @ (ShipmentStatus::NotPlanned | ShipmentStatus::Planned | ShipmentStatus::Canceled) => {
                return Err(ShipmentRefusal::WrongShipmentStatus { shipment: self.shipment, status }.into());
            }
        }
        if shipment.was_asked(self.operation) {
            return Ok(Changes::none());
        }
        self.request(shipment.booking(), planned, states)
    }
}

impl RequestBooking {
    fn request(&self, booking: &Booking, planned: &ShipmentPlanned, states: &States<'_>) -> Result<Changes, ShippingRefusal> {
        match booking {
            Booking::Requested { .. } => return Err(ShippingRefusal::BookingPending { shipment: self.shipment }),
            Booking::Booked { .. } | Booking::Kept { .. } => return Ok(Changes::none()),
            Booking::None | Booking::Failed { .. } | Booking::Canceled { .. } => {}
        }
        let departure = Departure { shipment: self.shipment, planned, carrier: None, at: self.at };
        departure.ready(loaded(states, &self.order.to_string()), |payment| states.get(&payment.to_string()))?;
        let (order, operation, carrier) = (self.order, self.operation, self.carrier.clone());
        Ok(Changes::of::<Shipment>(&self.shipment.to_string(), [ShipmentBookingRequested { order, operation, carrier }.into()]))
    }
}

impl Decision for RecordBooking {
    type Refusal = ShippingRefusal;

    /// More than the parcel only where it may leave with this.
    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let id = self.shipment.to_string();
        let is_packed = states.get::<Shipment>(&id).is_some_and(|shipment| shipment.status() == ShipmentStatus::Packed);
        match self.outcome {
            BookingOutcome::Booked(_) if is_packed => streams_to_leave(self.shipment, self.order, states),
            BookingOutcome::Booked(_) | BookingOutcome::Failed { .. } | BookingOutcome::Canceled => vec![Needed::of::<Shipment>(id)],
        }
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, ShippingRefusal> {
        let id = self.shipment.to_string();
        let shipment = loaded::<Shipment>(states, &id);
        let planned = shipment.planned_for(self.order, self.shipment)?;
        let mut changes = Changes::of::<Shipment>(&id, shipment.record_booking(self.order, self.operation, &self.outcome));
        if let (BookingOutcome::Booked(carrier), Booking::Requested { operation }) = (&self.outcome, shipment.booking())
            && *operation == self.operation
            && shipment.status() == ShipmentStatus::Packed
            && let Ok(left) = self.leave(planned, carrier, states)
        {
            changes.append(left);
        }
        Ok(changes)
    }
}

impl RecordBooking {
    fn leave(&self, planned: &ShipmentPlanned, carrier: &CarrierBooking, states: &States<'_>) -> Result<Changes, ShippingRefusal> {
        let departure = Departure { shipment: self.shipment, planned, carrier: Some(carrier.clone()), at: self.at };
        let shipped = departure.ready(loaded(states, &self.order.to_string()), |payment| states.get(&payment.to_string()))?;
        departure.leave(shipped, states)
    }
}
