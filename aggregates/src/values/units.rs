use serde::{Deserialize, Serialize};

use super::{LineNumber, OrderId, Quantity, Sku, StockItemId, WarehouseCode};

/// Units of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineQuantity {
    /// The line.
    pub line: LineNumber,
    /// How many units.
    pub quantity: Quantity,
}

/// Units of a line that a warehouse holds for the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineReservation {
    /// The line.
    pub line: LineNumber,
    /// Of what.
    pub sku: Sku,
    /// Where.
    pub warehouse: WarehouseCode,
    /// How many units.
    pub quantity: Quantity,
}

impl LineReservation {
    /// The same, as the stock item knows it.
    pub(crate) fn of(self, order: OrderId) -> Hold {
        let item = StockItemId { warehouse: self.warehouse, sku: self.sku };
        Hold { item, order, line: self.line, quantity: self.quantity }
    }
}

/// A line of an order, and the stock item that it concerns: what a reservation is known by.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    pub(crate) item: StockItemId,
    pub(crate) order: OrderId,
    pub(crate) line: LineNumber,
    pub(crate) quantity: Quantity,
}
