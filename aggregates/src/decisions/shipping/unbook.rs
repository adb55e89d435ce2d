//! A booking is called off at the carrier because its parcel was. The carrier may say that it is too late: then the goods have left, whatever the books say, and
//! people must see to it.

use chrono::{DateTime, Utc};
use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::ShippingRefusal;
use super::departure::{Departure, streams_to_leave};
use crate::loaded::loaded;
use crate::shipment::{CancelBookingOutcome, KEPT_AFTER_CANCEL, Shipment, ShipmentBookingCancelFailed, ShipmentPlanned, ShipmentStatus};
use crate::values::{OperationId, OrderId, ShipmentId};

/// Records what the carrier said when a booking was called off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordBookingCancelation {
    /// Of which parcel.
    pub shipment: ShipmentId,
    /// Of which order.
    pub order: OrderId,
    /// The booking.
    pub operation: OperationId,
    /// What it said.
    pub outcome: CancelBookingOutcome,
    /// When it said so.
    pub at: DateTime<Utc>,
}

impl Decision for RecordBookingCancelation {
    type Refusal = ShippingRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        match self.outcome {
            CancelBookingOutcome::Canceled => vec![Needed::of::<Shipment>(self.shipment.to_string())],
            CancelBookingOutcome::Failed { .. } => streams_to_leave(self.shipment, self.order, states),
        }
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, ShippingRefusal> {
        let id = self.shipment.to_string();
        let shipment = loaded::<Shipment>(states, &id);
        let planned = shipment.planned_for(self.order, self.shipment)?;
        if shipment.booking().open() != Some(self.operation) {
            return Ok(Changes::none());
        }
        match (&self.outcome, shipment.status()) {
            (CancelBookingOutcome::Canceled, _) => Ok(Changes::of::<Shipment>(&id, shipment.canceled_now(self.order, self.operation))),
            (CancelBookingOutcome::Failed { code }, ShipmentStatus::Canceled) => Ok(self.kept(code, shipment, planned, states)),
            (
                CancelBookingOutcome::Failed { .. },
                ShipmentStatus::NotPlanned
                | ShipmentStatus::Planned
                | ShipmentStatus::Packed
                | ShipmentStatus::Dispatched
                | ShipmentStatus::Delivered,
            ) => Ok(Changes::none()),
        }
    }
}

impl RecordBookingCancelation {
    fn kept(&self, code: &str, shipment: &Shipment, planned: &ShipmentPlanned, states: &States<'_>) -> Changes {
        let (order, operation) = (self.order, self.operation);
        let failed = ShipmentBookingCancelFailed { order, operation, code: code.to_owned() };
        let message = format!("shipment {} was canceled, and the carrier keeps it: {code}", self.shipment);
        let events = [failed.into()].into_iter().chain(shipment.anomaly(order, KEPT_AFTER_CANCEL, message));
        let mut changes = Changes::of::<Shipment>(&self.shipment.to_string(), events);
        if !shipment.has_left_all_the_same() {
            changes.append(Departure { shipment: self.shipment, planned, carrier: None, at: self.at }.leave_unheld(states));
        }
        changes
    }
}
