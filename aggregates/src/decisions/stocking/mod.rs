//! Stock comes in, and is held for orders.
//!
//! The queue of those that wait for a SKU at a warehouse will stand beside the stock item, as an aggregate `backorder_queue` of its own; whatever makes
//! units available serves its head from this room, in the same append.

mod allocate;
mod candidates;
mod close;
mod lapse;
mod receive;
mod sourcing;

pub use allocate::AllocateStock;
pub use close::CloseWarehouse;
pub use lapse::LapseReservation;
pub use receive::{ReceiveStock, receipt_claim};

use decider::{Refusal, RefusalClass};
use serde::Serialize;

use crate::order::OrderRefusal;
use crate::stock_item::StockItemRefusal;
use crate::values::{Sku, WarehouseCode};

/// Why stock does not come in, or is not held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum StockingRefusal {
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
    /// It takes nothing in any more.
    #[error("warehouse {warehouse} is closed")]
    WarehouseClosed {
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
    /// What the order says, whatever is asked.
    #[error(transparent)]
    #[serde(untagged)]
    Order(#[from] OrderRefusal),
    /// What the stock says.
    #[error(transparent)]
    #[serde(untagged)]
    Stock(#[from] StockItemRefusal),
}

impl Refusal for StockingRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::ProductNotFound { .. } | Self::WarehouseNotFound { .. } => RefusalClass::NotFound,
            Self::WarehouseClosed { .. } | Self::DuplicateDocument { .. } => RefusalClass::State,
            Self::Order(refusal) => refusal.class(),
            Self::Stock(refusal) => refusal.class(),
        }
    }
}
