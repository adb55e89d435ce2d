use serde::{Deserialize, Serialize};

use super::{LineNumber, Quantity, Sku, WarehouseCode};

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
