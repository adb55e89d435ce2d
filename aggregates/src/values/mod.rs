//! The words of the business as types that cannot be wrong: parsed once at the edge.

mod address;
mod identity;
mod money;
mod payment;
mod personal;
mod quantity;
#[cfg(test)]
mod tests;
mod tier;
mod units;

pub use address::{Address, Country, EmailAddress, PersonName, PhoneNumber};
pub use identity::{
    ChannelReference, CustomerId, LineNumber, OrderId, OrderNumber, PaymentId, ShipmentId, Sku, StockItemId, WarehouseCode,
};
pub use money::{Currency, Money};
pub use payment::{OperationId, PaymentPurpose};
pub use personal::Personal;
pub use quantity::Quantity;
pub use tier::Tier;
pub(crate) use units::Hold;
pub use units::{LineQuantity, LineReservation};

/// A text that is not a value of the type asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {problem}")]
pub struct InvalidValue {
    /// Which type of value, in the reader's words: `a SKU`.
    pub what: &'static str,
    /// What is wrong with it, with the value where it is not personal.
    pub problem: String,
}

impl InvalidValue {
    pub(crate) fn new(what: &'static str, problem: impl Into<String>) -> Self {
        Self { what, problem: problem.into() }
    }
}
