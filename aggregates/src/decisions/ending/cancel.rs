//! Undoing an order begins: stock and parcels come back in the append that starts it, so that no hold outlives its order.

use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use super::EndingRefusal;
use crate::decisions::looking::held_stock;
use crate::loaded::loaded;
use crate::order::{CancelationOutcome, CancelationReason, Order, OrderCancelationStarted, OrderRefusal, OrderStatus};
use crate::shipment::Shipment;
use crate::stock_item::{ReleaseReason, StockItem};
use crate::values::OrderId;

/// Begins to undo the order and gives its stock back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CancelOrder {
    /// Which order.
    pub order: OrderId,
    /// How it will end.
    pub outcome: CancelationOutcome,
    /// Why, in words that the customer may read.
    pub reason: CancelationReason,
}

impl Decision for CancelOrder {
    type Refusal = EndingRefusal;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let id = self.order.to_string();
        let mut needed = vec![Needed::of::<Order>(id.as_str())];
        if let Some(order) = states.get::<Order>(&id) {
            needed.extend(held_stock(self.order, order));
            needed.extend(order.take_back().map(|parcel| Needed::of::<Shipment>(parcel.shipment.to_string())));
        }
        needed
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, EndingRefusal> {
        let order = loaded::<Order>(states, &self.order.to_string());
        match order.status() {
            OrderStatus::NotStarted => Err(OrderRefusal::OrderNotFound { order: self.order }.into()),
            OrderStatus::Canceling | OrderStatus::Rejected | OrderStatus::Expired | OrderStatus::Canceled => Ok(Changes::none()),
            OrderStatus::Completed => Err(EndingRefusal::AlreadyDispatched { order: self.order }),
            OrderStatus::Placed | OrderStatus::Confirmed if order.is_dispatched() => {
                Err(EndingRefusal::AlreadyDispatched { order: self.order })
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
