use aggregates::values::{Currency, Money, Quantity, Sku, WarehouseCode};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

/// An order as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOrder {
    /// The channel's reference for it.
    pub reference: String,
    /// The channel's reference for who ordered.
    pub customer: String,
    /// Where it is picked up: the store's warehouse.
    pub warehouse: WarehouseCode,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// The currency of its prices.
    pub currency: Currency,
    /// What was ordered.
    pub lines: Vec<FileLine>,
}

impl FileOrder {
    /// What its goods cost, in its currency.
    pub fn total(&self) -> Decimal {
        self.lines.iter().map(|line| line.total().amount()).sum()
    }
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// The product.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
    /// What one costs before the discount.
    pub unit_price: Money,
    /// What the line costs less.
    pub discount: Money,
}

impl FileLine {
    /// What the line costs: the file was checked to add up.
    pub fn total(&self) -> Money {
        self.unit_price.times(self.quantity.get()).and_then(|gross| gross.minus(self.discount)).expect("checked when the line was read")
    }
}
