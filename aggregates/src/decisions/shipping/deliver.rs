//! A parcel arrived. Told by a carrier it is a fact and never refused: one that was not sent yet has left with it. Somebody of the shop says so of a parcel that
//! left; one that did not is dispatched first.

use chrono::{DateTime, Utc};
use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::ShippingRefusal;
use super::departure::{Departure, streams_to_leave};
use crate::loaded::loaded;
use crate::order::Order;
use crate::shipment::{
    CarrierBooking, DELIVERED_AFTER_CANCEL, DELIVERED_BEFORE_DISPATCH, Shipment, ShipmentMethod, ShipmentPlanned, ShipmentRefusal,
    ShipmentStatus,
};
use crate::values::{OrderId, ShipmentId};

/// Somebody of the shop says that a parcel which left has arrived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliverShipment {
    /// Which.
    pub shipment: ShipmentId,
    /// Of which order.
    pub order: OrderId,
    /// When it arrived, if they say so.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When they say it.
    pub now: DateTime<Utc>,
}

/// A carrier says that a parcel arrived, whatever is known of it here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordDelivery {
    /// Which.
    pub shipment: ShipmentId,
    /// Of which order.
    pub order: OrderId,
    /// When it arrived.
    pub delivered_at: DateTime<Utc>,
    /// Who carried it, if whoever says so knows: a parcel that was not dispatched yet has left with it.
    pub carrier: Option<CarrierBooking>,
}

impl Decision for RecordDelivery {
    type Refusal = ShippingRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        streams_to_leave(self.shipment, self.order, states)
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, ShippingRefusal> {
        let shipment = loaded::<Shipment>(states, &self.shipment.to_string());
        let planned = shipment.planned_for(self.order, self.shipment)?;
        match shipment.status() {
            ShipmentStatus::Dispatched => Ok(self.departure(planned).arrive(self.delivered_at)),
            ShipmentStatus::Delivered => Ok(Changes::none()),
            ShipmentStatus::Planned | ShipmentStatus::Packed => Ok(self.left_and_arrived(shipment, planned, states)),
            ShipmentStatus::NotPlanned | ShipmentStatus::Canceled => Ok(self.left_all_the_same(shipment, planned, states)),
        }
    }
}

impl Decision for DeliverShipment {
    type Refusal = ShippingRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Shipment>(self.shipment.to_string()), Needed::of::<Order>(self.order.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, ShippingRefusal> {
        let shipment = loaded::<Shipment>(states, &self.shipment.to_string());
        shipment.planned_for(self.order, self.shipment)?;
        match shipment.status() {
            ShipmentStatus::Dispatched => self.fact().decide(states),
            ShipmentStatus::Delivered => self.asked_again(shipment),
            status @ (ShipmentStatus::NotPlanned | ShipmentStatus::Planned | ShipmentStatus::Packed | ShipmentStatus::Canceled) => {
                Err(ShipmentRefusal::WrongShipmentStatus { shipment: self.shipment, status }.into())
            }
        }
    }
}

impl DeliverShipment {
    fn fact(&self) -> RecordDelivery {
        let delivered_at = self.delivered_at.unwrap_or(self.now);
        RecordDelivery { shipment: self.shipment, order: self.order, delivered_at, carrier: None }
    }

    /// It arrived once; at another time it did not.
    fn asked_again(&self, shipment: &Shipment) -> Result<Changes, ShippingRefusal> {
        match (shipment.delivered_at(), self.delivered_at) {
            (Some(known), Some(said)) if known != said => {
                Err(ShippingRefusal::DeliveredOtherwise { shipment: self.shipment, delivered_at: known })
            }
            (Some(_) | None, _) => Ok(Changes::none()),
        }
    }
}

impl RecordDelivery {
    fn departure<'a>(&self, planned: &'a ShipmentPlanned) -> Departure<'a> {
        let carrier = self.carrier.clone().filter(|_| planned.method == ShipmentMethod::Carrier);
        Departure { shipment: self.shipment, planned, carrier, at: self.delivered_at }
    }

    fn left_and_arrived(&self, shipment: &Shipment, planned: &ShipmentPlanned, states: &States<'_>) -> Changes {
        let departure = self.departure(planned);
        match departure.ship(loaded(states, &self.order.to_string())).and_then(|shipped| departure.leave(shipped, states)) {
            Ok(mut changes) => {
                if planned.method == ShipmentMethod::Carrier {
                    changes.append(departure.arrive(self.delivered_at));
                }
                changes
            }
            Err(refusal) => self.contradicts(
                shipment,
                DELIVERED_BEFORE_DISPATCH,
                format!("shipment {} arrived at {} and could not have left: {refusal}", self.shipment, self.delivered_at),
            ),
        }
    }

    /// A canceled parcel that arrived: its goods are not on the shelf, whatever the books say.
    fn left_all_the_same(&self, shipment: &Shipment, planned: &ShipmentPlanned, states: &States<'_>) -> Changes {
        if shipment.anomalies().any(|(code, _)| code == DELIVERED_AFTER_CANCEL) {
            return Changes::none();
        }
        let message = format!("shipment {} arrived at {} after it was canceled", self.shipment, self.delivered_at);
        let mut changes = self.contradicts(shipment, DELIVERED_AFTER_CANCEL, message);
        if !shipment.has_left_all_the_same() {
            changes.append(self.departure(planned).leave_unheld(states));
        }
        changes
    }

    fn contradicts(&self, shipment: &Shipment, code: &str, message: String) -> Changes {
        Changes::of::<Shipment>(&self.shipment.to_string(), shipment.anomaly(self.order, code, message))
    }
}
