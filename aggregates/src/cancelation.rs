//! Undoing an order: stock and parcels come back in the append that starts it, so that no hold outlives its order; the end is recorded last, when no
//! money is held or in flight.

use decider::{Changes, Decision, Needed, States};

use crate::loaded::loaded;
use crate::order::{
    CancelOrder, Cancelation, CancelationOutcome, FinishCancelation, Order, OrderCancelationStarted, OrderCanceled, OrderEvent,
    OrderExpired, OrderRefusal, OrderRejected, OrderStatus,
};
use crate::payment::Payment;
use crate::shipment::Shipment;
use crate::stock_item::{ReleaseReason, StockItem};

impl Decision for CancelOrder {
    type Refusal = OrderRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let id = self.order.to_string();
        let mut needed = vec![Needed::of::<Order>(id.as_str())];
        if let Some(order) = states.get::<Order>(&id) {
            needed.extend(order.holds(self.order).iter().map(|hold| Needed::of::<StockItem>(hold.item.to_string())));
            needed.extend(order.take_back().map(|parcel| Needed::of::<Shipment>(parcel.shipment.to_string())));
        }
        needed
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, OrderRefusal> {
        let order = loaded::<Order>(states, &self.order.to_string());
        match order.status() {
            OrderStatus::NotStarted => Err(OrderRefusal::OrderNotFound { order: self.order }),
            OrderStatus::Canceling | OrderStatus::Rejected | OrderStatus::Expired | OrderStatus::Canceled => Ok(Changes::none()),
            OrderStatus::Completed => Err(OrderRefusal::AlreadyDispatched { order: self.order }),
            OrderStatus::Placed | OrderStatus::Confirmed if order.is_dispatched() => {
                Err(OrderRefusal::AlreadyDispatched { order: self.order })
            }
            OrderStatus::Placed | OrderStatus::Confirmed => Ok(self.give_back(order, states)),
        }
    }
}

impl CancelOrder {
    fn give_back(&self, order: &Order, states: &States<'_>) -> Changes {
        let mut changes = self.take_parcels_back(order, states);
        for hold in order.holds(self.order) {
            let id = hold.item.to_string();
            let released = loaded::<StockItem>(states, &id).release(&hold, ReleaseReason::OrderCanceling);
            changes.append(Changes::of::<StockItem>(&id, released));
        }
        let (outcome, reason, released) = (self.outcome, self.reason.clone(), order.reservations());
        changes.push::<Order>(self.order.to_string(), OrderCancelationStarted { outcome, reason, released }.into());
        changes
    }

    fn take_parcels_back(&self, order: &Order, states: &States<'_>) -> Changes {
        let mut changes = Changes::none();
        for taken_back in order.take_back() {
            let id = taken_back.shipment.to_string();
            changes.append(Changes::of::<Shipment>(&id, loaded::<Shipment>(states, &id).cancel()));
            changes.push::<Order>(self.order.to_string(), taken_back.into());
        }
        changes
    }
}

impl Decision for FinishCancelation {
    type Refusal = OrderRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        Order::with_its_payments(self.order, states)
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, OrderRefusal> {
        let id = self.order.to_string();
        let order = loaded::<Order>(states, &id);
        let Some(cancelation) = order.cancelation().filter(|_| order.exists()) else {
            let status = order.status();
            return order.terms_of(self.order).and(Err(OrderRefusal::WrongOrderStatus { order: self.order, status }));
        };
        if order.status().is_final() {
            return Ok(Changes::none());
        }
        self.no_money_is_held(order, states)?;
        Ok(Changes::of::<Order>(&id, [end(cancelation)]))
    }
}

impl FinishCancelation {
    fn no_money_is_held(&self, order: &Order, states: &States<'_>) -> Result<(), OrderRefusal> {
        let holding = |payment: &crate::values::PaymentId| loaded::<Payment>(states, &payment.to_string()).holds_money();
        match order.payments().iter().map(|attempt| attempt.payment).find(holding) {
            None => Ok(()),
            Some(payment) => Err(OrderRefusal::MoneyHeld { payment }),
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
