use decider::{Refusal, RefusalClass};
use serde::Serialize;

use super::OrderStatus;
use crate::stock_item::StockItemRefusal;
use crate::values::{CustomerId, Money, OrderId, PaymentId, ShipmentId, WarehouseCode};

/// Why an order does not do what is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum OrderRefusal {
    /// Nobody placed it.
    #[error("there is no order {order}")]
    OrderNotFound {
        /// Which.
        order: OrderId,
    },
    /// Its status does not allow it.
    #[error("order {order} is {}", status.as_str())]
    WrongOrderStatus {
        /// Which.
        order: OrderId,
        /// Where it is in its life.
        status: OrderStatus,
    },
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
    /// Not every open unit is reserved.
    #[error("{units} units of order {order} are not reserved")]
    StockNotReserved {
        /// Which order.
        order: OrderId,
        /// How many units.
        units: u32,
    },
    /// An attempt to pay is under way.
    #[error("payment {payment} is under way")]
    PaymentInFlight {
        /// Which.
        payment: PaymentId,
    },
    /// Too many attempts to pay.
    #[error("{attempts} attempts to pay were made, {declines} declined")]
    RetryLimitReached {
        /// How many in all.
        attempts: usize,
        /// How many were declined.
        declines: usize,
    },
    /// There is nothing to pay.
    #[error("nothing is outstanding")]
    NothingOutstanding,
    /// The order knows no such attempt.
    #[error("payment {payment} is no attempt to pay this order")]
    PaymentNotFound {
        /// Which.
        payment: PaymentId,
    },
    /// The attempt has no outcome yet.
    #[error("payment {payment} has no outcome yet")]
    PaymentUndecided {
        /// Which.
        payment: PaymentId,
    },
    /// Less is authorized than is due.
    #[error("{missing} more must be authorized")]
    AuthorizationInsufficient {
        /// How much more.
        missing: Money,
    },
    /// Nothing is held there that no shipment was planned for.
    #[error("{warehouse} holds nothing of this order that could be shipped")]
    NothingToShip {
        /// Where.
        warehouse: WarehouseCode,
    },
    /// Another shipment has this id.
    #[error("another shipment was planned as {shipment}")]
    ShipmentExists {
        /// Which.
        shipment: ShipmentId,
    },
    /// Something has left: it can only be returned.
    #[error("a part of order {order} has left the warehouse: use a return")]
    AlreadyDispatched {
        /// Which order.
        order: OrderId,
    },
    /// The gateway holds money for the order, or may.
    #[error("payment {payment} holds money or has a call without an outcome")]
    MoneyHeld {
        /// Which payment.
        payment: PaymentId,
    },
    /// Units are still to be shipped.
    #[error("{units} units are still to be shipped")]
    OpenQuantity {
        /// How many.
        units: u32,
    },
    /// Units are on their way.
    #[error("{units} units have not arrived")]
    NotDelivered {
        /// How many.
        units: u32,
    },
    /// Less (or more) was taken than is due.
    #[error("{due} is due, {captured} was captured")]
    PaymentOutstanding {
        /// What is due.
        due: Money,
        /// What was captured.
        captured: Money,
    },
    /// A call has no outcome, or an authorization is still open.
    #[error("payment {payment} is not settled")]
    PaymentUnsettled {
        /// Which.
        payment: PaymentId,
    },
    /// What the stock says.
    #[error(transparent)]
    #[serde(untagged)]
    Stock(#[from] StockItemRefusal),
}

impl Refusal for OrderRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::OrderNotFound { .. } | Self::CustomerNotFound { .. } | Self::PaymentNotFound { .. } => RefusalClass::NotFound,
            Self::EmptyOrder
            | Self::TooManyLines { .. }
            | Self::LineNumbersInvalid { .. }
            | Self::CurrencyMismatch { .. }
            | Self::TotalsMismatch { .. }
            | Self::AmountOutOfBounds { .. } => RefusalClass::Value,
            Self::WrongOrderStatus { .. }
            | Self::OrderExists { .. }
            | Self::DuplicateChannelReference { .. }
            | Self::CustomerInactive { .. }
            | Self::QuoteStale { .. }
            | Self::StockNotReserved { .. }
            | Self::PaymentInFlight { .. }
            | Self::RetryLimitReached { .. }
            | Self::NothingOutstanding
            | Self::PaymentUndecided { .. }
            | Self::AuthorizationInsufficient { .. }
            | Self::NothingToShip { .. }
            | Self::ShipmentExists { .. }
            | Self::AlreadyDispatched { .. }
            | Self::MoneyHeld { .. }
            | Self::OpenQuantity { .. }
            | Self::NotDelivered { .. }
            | Self::PaymentOutstanding { .. }
            | Self::PaymentUnsettled { .. } => RefusalClass::State,
            Self::Stock(refusal) => refusal.class(),
        }
    }
}
