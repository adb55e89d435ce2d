//! Undoing an order ends: recorded last, when no money is held or in flight, and no carrier brings anything, or may.

use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::EndingRefusal;
use crate::decisions::looking::with_its_payments;
use crate::loaded::loaded;
use crate::order::{Cancelation, CancelationOutcome, Order, OrderCanceled, OrderEvent, OrderExpired, OrderRefusal, OrderRejected};
use crate::payment::Payment;
use crate::shipment::Shipment;
use crate::values::{OrderId, PaymentId, ShipmentId};

/// Ends the undoing, once no money is held or in flight and no booking stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FinishCancelation {
    /// Which order.
    pub order: OrderId,
}

impl Decision for FinishCancelation {
    type Refusal = EndingRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let parcels = states.get::<Order>(&self.order.to_string()).into_iter().flat_map(Order::shipments);
        let parcels = parcels.map(|(parcel, _)| Needed::of::<Shipment>(parcel.to_string()));
        with_its_payments(self.order, states).into_iter().chain(parcels).collect()
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, EndingRefusal> {
        let id = self.order.to_string();
        let order = loaded::<Order>(states, &id);
        order.terms_of(self.order)?;
        let Some(cancelation) = order.cancelation() else {
            return Err(OrderRefusal::WrongOrderStatus { order: self.order, status: order.status() }.into());
        };
        if order.status().is_final() {
            return Ok(Changes::none());
        }
        self.no_money_is_held(order, states)?;
        self.no_booking_stands(order, states)?;
        Ok(Changes::of::<Order>(&id, [end(cancelation)]))
    }
}

impl FinishCancelation {
    fn no_money_is_held(&self, order: &Order, states: &States<'_>) -> Result<(), EndingRefusal> {
        let holding = |payment: &PaymentId| loaded::<Payment>(states, &payment.to_string()).holds_money();
        match order.payments().iter().map(|attempt| attempt.payment).find(holding) {
            None => Ok(()),
            Some(payment) => Err(EndingRefusal::MoneyHeld { payment }),
        }
    }

    fn no_booking_stands(&self, order: &Order, states: &States<'_>) -> Result<(), EndingRefusal> {
        let standing = |parcel: &ShipmentId| loaded::<Shipment>(states, &parcel.to_string()).open_booking().is_some();
        match order.shipments().map(|(parcel, _)| parcel).find(standing) {
            None => Ok(()),
            Some(shipment) => Err(EndingRefusal::BookingStands { shipment }),
        }
    }
}

fn end(cancelation: &Cancelation) -> OrderEvent {
    let reason = cancelation.reason.clone();
    match cancelation.outcome {
        CancelationOutcome::Rejected => OrderRejected { reason }.into(),
        CancelationOutcome::Expired => OrderExpired { reason }.into(),
        CancelationOutcome::Canceled => OrderCanceled { reason }.into(),
    }
}
