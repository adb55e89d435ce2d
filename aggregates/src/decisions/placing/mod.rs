//! An order comes to be, and becomes certain.

mod confirm;
mod place;
mod sold;
mod totals;

pub use confirm::ConfirmOrder;
pub use place::{LINE_LIMIT, PlaceOrder};
pub use sold::{Placement, Unsold, all_shippable, all_sold, handed_out, listed_price};

use decider::{Refusal, RefusalClass};
use serde::Serialize;

use crate::order::OrderRefusal;
use crate::product::ProductStatus;
use crate::values::{CustomerId, Money, OrderId, Sku, WarehouseCode};
use crate::warehouse::WarehouseStatus;

/// Why an order is not placed, or not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum PlacingRefusal {
    /// Another order has this id.
    #[error("another order was placed as {order}")]
    OrderExists {
        /// Which.
        order: OrderId,
    },
    /// The channel's reference belongs to another order, or to the same with other content.
    #[error("the channel reference belongs to order {order}, placed with other content")]
    DuplicateChannelReference {
        /// Which.
        order: String,
    },
    /// There is no such customer.
    #[error("there is no customer {customer}")]
    CustomerNotFound {
        /// Whom.
        customer: CustomerId,
    },
    /// The customer may not order.
    #[error("customer {customer} may not order now")]
    CustomerInactive {
        /// Whom.
        customer: CustomerId,
    },
    /// Nothing was ordered.
    #[error("an order needs at least one line")]
    EmptyOrder,
    /// More lines than an order can have.
    #[error("an order has at most {limit} lines, this has {lines}")]
    TooManyLines {
        /// How many there are.
        lines: usize,
        /// How many there can be.
        limit: usize,
    },
    /// Lines are numbered from 1 without gaps.
    #[error("line numbers must be 1 to {lines}, each once")]
    LineNumbersInvalid {
        /// How many lines there are.
        lines: usize,
    },
    /// An amount is in another currency than the order.
    #[error("the order is in {expected}, {field} in {found}")]
    CurrencyMismatch {
        /// Which amount.
        field: String,
        /// The order's currency.
        expected: String,
        /// The amount's currency.
        found: String,
    },
    /// The price has changed since it was quoted.
    #[error("the price has changed: the total is {total} now")]
    QuoteStale {
        /// What it costs now, or costs at the prices that were sent.
        total: Money,
    },
    /// An amount does not add up.
    #[error("{field} does not add up")]
    TotalsMismatch {
        /// Which amount.
        field: String,
    },
    /// The amounts are beyond what the log can hold.
    #[error("{field} is beyond the bounds of money")]
    AmountOutOfBounds {
        /// Which amount.
        field: String,
    },
    /// Some of it is not sold now.
    #[error("{}", sold::in_words(products))]
    ProductNotOrderable {
        /// What: the first.
        sku: Sku,
        /// What it is.
        status: ProductStatus,
        /// All that is not sold.
        products: Vec<Unsold>,
    },
    /// It was ordered to be sent, and no carrier can bring some of it.
    #[error("no carrier brings {}: order it to be fetched, or without delivery", sku_list(products))]
    ProductNotShippable {
        /// What: the first.
        sku: Sku,
        /// All that no carrier brings.
        products: Vec<Sku>,
    },
    /// Nothing can be fetched there.
    #[error("nothing can be fetched at warehouse {warehouse}: it is {}", status.as_str())]
    PickupNotPossible {
        /// Where.
        warehouse: WarehouseCode,
        /// What it is.
        status: WarehouseStatus,
    },
    /// It has no price in the order's currency.
    #[error("product {sku} has no price in {currency}")]
    CurrencyNotSupported {
        /// What.
        sku: Sku,
        /// The order's currency.
        currency: String,
    },
    /// What the order says, whatever is asked.
    #[error(transparent)]
    #[serde(untagged)]
    Order(#[from] OrderRefusal),
}

impl Refusal for PlacingRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::CustomerNotFound { .. } => RefusalClass::NotFound,
            Self::EmptyOrder
            | Self::TooManyLines { .. }
            | Self::LineNumbersInvalid { .. }
            | Self::CurrencyMismatch { .. }
            | Self::TotalsMismatch { .. }
            | Self::AmountOutOfBounds { .. }
            | Self::CurrencyNotSupported { .. }
            | Self::ProductNotShippable { .. }
            | Self::PickupNotPossible { .. } => RefusalClass::Value,
            Self::ProductNotOrderable { .. }
            | Self::OrderExists { .. }
            | Self::DuplicateChannelReference { .. }
            | Self::CustomerInactive { .. }
            | Self::QuoteStale { .. } => RefusalClass::State,
            Self::Order(refusal) => refusal.class(),
        }
    }
}

fn sku_list(products: &[Sku]) -> String {
    products.iter().map(Sku::as_str).collect::<Vec<_>>().join(", ")
}
