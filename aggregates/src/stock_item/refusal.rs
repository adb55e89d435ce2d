use decider::{Refusal, RefusalClass};
use serde::Serialize;

use crate::values::{Sku, WarehouseCode};

/// Why stock is not moved as asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum StockItemRefusal {
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
            Self::InsufficientStock { .. } | Self::StockNotReserved { .. } => RefusalClass::State,
        }
    }
}
