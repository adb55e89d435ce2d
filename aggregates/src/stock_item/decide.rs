use chrono::{DateTime, Utc};

use super::{
    ReleaseReason, Reservation, ReservationExpired, ReservationReleased, StockDispatched, StockItem, StockItemEvent, StockItemRefusal,
    StockReserved,
};
use crate::values::{Hold, Quantity, ShipmentId};

impl StockItem {
    /// Holds units for a line until an instant.
    pub(crate) fn reserve(&self, hold: &Hold, until: DateTime<Utc>) -> Result<StockItemEvent, StockItemRefusal> {
        if self.available() < u64::from(hold.quantity.get()) {
            let (sku, warehouse) = (hold.item.sku.clone(), hold.item.warehouse.clone());
            return Err(StockItemRefusal::InsufficientStock { sku, warehouse, wanted: hold.quantity.get(), available: self.available() });
        }
        Ok(StockReserved { order: hold.order, line: hold.line, quantity: hold.quantity, until }.into())
    }

    /// Ends the hold; nothing if it is over: asked twice, nothing new happened.
    pub(crate) fn release(&self, hold: &Hold, reason: ReleaseReason) -> Option<StockItemEvent> {
        let held = self.reservation(hold.order, hold.line)?;
        let quantity = Quantity::try_from(held.quantity).ok()?;
        Some(ReservationReleased { order: hold.order, line: hold.line, quantity, reason }.into())
    }

    /// Ends a hold that lapses; nothing if it is over.
    pub(crate) fn expire(&self, hold: &Hold) -> Option<StockItemEvent> {
        let held = self.reservation(hold.order, hold.line)?;
        let quantity = Quantity::try_from(held.quantity).ok()?;
        Some(ReservationExpired { order: hold.order, line: hold.line, quantity }.into())
    }

    /// Lets held units leave with a shipment. That their order is confirmed is for the decision to see, which looks at it.
    pub(crate) fn dispatch(&self, hold: &Hold, shipment: ShipmentId) -> Result<StockItemEvent, StockItemRefusal> {
        self.held(hold)?;
        Ok(StockDispatched { order: hold.order, line: hold.line, shipment, quantity: hold.quantity }.into())
    }

    /// Lets units leave that nobody holds; nothing if there are not so many.
    pub(crate) fn leave_unheld(&self, hold: &Hold, shipment: ShipmentId, at: DateTime<Utc>) -> Vec<StockItemEvent> {
        let (order, line, quantity) = (hold.order, hold.line, hold.quantity);
        match self.reserve(hold, at) {
            Ok(reserved) => vec![reserved, StockDispatched { order, line, shipment, quantity }.into()],
            Err(_) => vec![],
        }
    }

    fn held(&self, hold: &Hold) -> Result<&Reservation, StockItemRefusal> {
        self.reservation(hold.order, hold.line).filter(|held| held.quantity >= hold.quantity.get()).ok_or_else(|| not_reserved(hold))
    }
}

fn not_reserved(hold: &Hold) -> StockItemRefusal {
    StockItemRefusal::StockNotReserved { sku: hold.item.sku.clone(), warehouse: hold.item.warehouse.clone() }
}
