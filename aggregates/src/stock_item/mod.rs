//! A stock item: the ledger of one SKU in one warehouse, and what of it is held for orders.
//!
//! Only live reservations are kept, by order and line; what became of ended ones stands in the order's stream, so the state of a hot item is never
//! longer than the units it has. A reservation, its release and its dispatch are always written in one append with the order's own event. That a reservation
//! lasts is one fact of the order, `order.confirmed`: whatever ends one is decided over the order and the shelf together, so the shelf is not told.
//!
//! Invariants: reserved = Σ live reservations ≤ on hand; one reservation for a line of an order.

mod decide;
mod events;
mod evolve;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use events::*;
pub use refusal::StockItemRefusal;

use crate::status::available_units;
use crate::stored::aggregate;
use crate::values::{LineNumber, OrderId};

/// The units of one SKU in one warehouse.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StockItem {
    on_hand: u64,
    reserved: u64,
    reservations: BTreeMap<OrderId, BTreeMap<LineNumber, Reservation>>,
}

/// Units held for a line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    quantity: u32,
    until: DateTime<Utc>,
}

impl Reservation {
    /// How many units.
    pub fn quantity(&self) -> u32 {
        self.quantity
    }

    /// When it lapses, unless its order is confirmed by then.
    pub fn until(&self) -> DateTime<Utc> {
        self.until
    }
}

aggregate!(StockItem, "stock_item", StockItemEvent);

impl StockItem {
    /// Units in the warehouse.
    pub fn on_hand(&self) -> u64 {
        self.on_hand
    }

    /// Units in the warehouse that are held for orders.
    pub fn reserved(&self) -> u64 {
        self.reserved
    }

    /// Units that can be reserved, as long as their warehouse is not closed.
    pub fn available(&self) -> u64 {
        available_units(self.on_hand, self.reserved, false)
    }

    /// What is held for a line of an order.
    pub fn reservation(&self, order: OrderId, line: LineNumber) -> Option<&Reservation> {
        self.reservations.get(&order)?.get(&line)
    }

    /// Everything that is held.
    pub fn reservations(&self) -> impl Iterator<Item = (OrderId, LineNumber, &Reservation)> {
        self.reservations.iter().flat_map(|(order, lines)| lines.iter().map(|(line, held)| (*order, *line, held)))
    }
}
