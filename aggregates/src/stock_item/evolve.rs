use std::collections::btree_map::Entry;

use super::{Reservation, StockItem, StockItemEvent, StockReserved};
use crate::values::{LineNumber, OrderId};

impl StockItem {
    pub(super) fn evolve(&mut self, event: StockItemEvent) {
        match event {
            StockItemEvent::StockReceived(received) => self.on_hand += u64::from(received.quantity.get()),
            StockItemEvent::StockReserved(reserved) => self.hold(&reserved),
            StockItemEvent::ReservationConfirmed(_) => {}
            StockItemEvent::ReservationReleased(released) => self.take(released.order, released.line, released.quantity.get()),
            StockItemEvent::ReservationExpired(expired) => self.take(expired.order, expired.line, expired.quantity.get()),
            StockItemEvent::StockDispatched(dispatched) => {
                self.take(dispatched.order, dispatched.line, dispatched.quantity.get());
                self.on_hand = self.on_hand.saturating_sub(u64::from(dispatched.quantity.get()));
            }
        }
    }

    fn hold(&mut self, reserved: &StockReserved) {
        let quantity = reserved.quantity.get();
        let lines = self.reservations.entry(reserved.order).or_default();
        let held = Reservation { quantity, until: reserved.until };
        lines.entry(reserved.line).and_modify(|held| held.quantity += quantity).or_insert(held);
        self.reserved += u64::from(quantity);
    }

    /// An ended reservation leaves no trace, so that the state stays as short as the stock.
    fn take(&mut self, order: OrderId, line: LineNumber, quantity: u32) {
        let Entry::Occupied(mut lines) = self.reservations.entry(order) else { return };
        let Entry::Occupied(mut held) = lines.get_mut().entry(line) else { return };
        let taken = quantity.min(held.get().quantity);
        held.get_mut().quantity -= taken;
        self.reserved -= u64::from(taken);
        if held.get().quantity == 0 {
            held.remove();
        }
        if lines.get().is_empty() {
            lines.remove();
        }
    }
}
