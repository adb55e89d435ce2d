use serde::{Deserialize, Serialize};

use super::{Order, OrderLine};

/// How far an order is fulfilled: derived, never the target of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStatus {
    /// Nothing is held for it.
    Unfulfilled,
    /// Stock is held for it.
    Reserved,
    /// Shipments are planned.
    InFulfillment,
    /// A part has left.
    PartiallyShipped,
    /// Everything has left.
    Shipped,
    /// A part has arrived.
    PartiallyDelivered,
    /// Everything has arrived.
    Delivered,
    /// Nothing will be sent.
    Canceled,
}

impl FulfillmentStatus {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unfulfilled => "unfulfilled",
            Self::Reserved => "reserved",
            Self::InFulfillment => "in_fulfillment",
            Self::PartiallyShipped => "partially_shipped",
            Self::Shipped => "shipped",
            Self::PartiallyDelivered => "partially_delivered",
            Self::Delivered => "delivered",
            Self::Canceled => "canceled",
        }
    }
}

impl Order {
    /// How far it is fulfilled.
    pub fn fulfillment_status(&self) -> FulfillmentStatus {
        let sum = |units: fn(&OrderLine) -> u32| -> u64 { self.lines().map(|line| u64::from(units(line))).sum() };
        let wanted = sum(OrderLine::ordered) - sum(OrderLine::canceled);
        let (delivered, shipped) = (sum(OrderLine::delivered), sum(OrderLine::shipped));
        match () {
            () if wanted == 0 && self.exists() => FulfillmentStatus::Canceled,
            () if wanted > 0 && delivered == wanted => FulfillmentStatus::Delivered,
            () if delivered > 0 => FulfillmentStatus::PartiallyDelivered,
            () if wanted > 0 && shipped == wanted => FulfillmentStatus::Shipped,
            () if shipped > 0 => FulfillmentStatus::PartiallyShipped,
            () if sum(OrderLine::in_fulfillment) > 0 => FulfillmentStatus::InFulfillment,
            () if sum(OrderLine::reserved) > 0 => FulfillmentStatus::Reserved,
            () => FulfillmentStatus::Unfulfilled,
        }
    }
}
