use decider::{Refusal, RefusalClass};
use serde::{Deserialize, Serialize};

use crate::values::{Quantity, Sku, StockItemId, WarehouseCode};

/// Takes units into the warehouse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiveStock {
    /// Of what, and where.
    pub item: StockItemId,
    /// The document that says so, unique for the stock item; without one, asked twice means received twice.
    pub document: Option<String>,
    /// How many units.
    pub quantity: Quantity,
}

/// Why stock is not moved as asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum StockItemRefusal {
    /// There is no such product.
    #[error("there is no product {sku}")]
    ProductNotFound {
        /// Which.
        sku: Sku,
    },
    /// There is no such warehouse.
    #[error("there is no warehouse {warehouse}")]
    WarehouseNotFound {
        /// Which.
        warehouse: WarehouseCode,
    },
    /// The document was recorded with another quantity.
    #[error("document {document} was recorded for {sku} in {warehouse} with another quantity")]
    DuplicateDocument {
        /// Which.
        document: String,
        /// Of what.
        sku: Sku,
        /// Where.
        warehouse: WarehouseCode,
    },
    /// There are not enough units.
    #[error("only {available} of sku {sku} left in {warehouse}, {wanted} wanted")]
    InsufficientStock {
        /// Of what.
        sku: Sku,
        /// Where.
        warehouse: WarehouseCode,
        /// How many were asked for.
        wanted: u32,
        /// How many there are.
        available: u64,
    },
    /// The units are not held for the line.
    #[error("sku {sku} in {warehouse} is not reserved as the order says")]
    StockNotReserved {
        /// Of what.
        sku: Sku,
        /// Where.
        warehouse: WarehouseCode,
    },
}

impl Refusal for StockItemRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::ProductNotFound { .. } | Self::WarehouseNotFound { .. } => RefusalClass::NotFound,
            Self::DuplicateDocument { .. } | Self::InsufficientStock { .. } | Self::StockNotReserved { .. } => RefusalClass::State,
        }
    }
}
