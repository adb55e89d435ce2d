use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::values::{LineNumber, LineQuantity, Money, PaymentId, Quantity, ShipmentId, Sku, WarehouseCode};

/// See [`FulfillmentEvent::OrderLinesReleased`](super::FulfillmentEvent::OrderLinesReleased).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLinesReleased {
    /// The shipment that was planned with them.
    pub shipment: ShipmentId,
    /// Where from.
    pub warehouse: WarehouseCode,
    /// What.
    pub lines: Vec<LineQuantity>,
}

/// See [`FulfillmentEvent::OrderLinesShipped`](super::FulfillmentEvent::OrderLinesShipped).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLinesShipped {
    /// The shipment they left with.
    pub shipment: ShipmentId,
    /// Where from.
    pub warehouse: WarehouseCode,
    /// What, with the part of each line's net and tax that is charged for it.
    pub lines: Vec<ShippedLine>,
    /// Shipping without tax: goes with the first shipment.
    pub shipping: Money,
    /// The tax on it.
    pub shipping_tax: Money,
    /// What is to be captured for it, by payment. Empty: nothing.
    pub captures: Vec<CaptureShare>,
    /// When the customer placed the order: the business day of the sale.
    pub placed_at: DateTime<Utc>,
}

/// Units of a line that were shipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShippedLine {
    /// The line.
    pub line: LineNumber,
    /// Of what.
    pub sku: Sku,
    /// The product's category when the order was placed.
    pub category: String,
    /// How many units.
    pub quantity: Quantity,
    /// The part of the line's net that is charged with them.
    pub net: Money,
    /// The part of the line's tax that is charged with them.
    pub tax: Money,
}

/// What one payment gives to a shipment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaptureShare {
    /// The payment.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
}

/// See [`FulfillmentEvent::OrderLinesDelivered`](super::FulfillmentEvent::OrderLinesDelivered).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLinesDelivered {
    /// The shipment.
    pub shipment: ShipmentId,
    /// What.
    pub lines: Vec<LineQuantity>,
    /// When they arrived.
    pub delivered_at: DateTime<Utc>,
}

/// See [`FulfillmentEvent::OrderLinesTakenBack`](super::FulfillmentEvent::OrderLinesTakenBack).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLinesTakenBack {
    /// The shipment that was canceled.
    pub shipment: ShipmentId,
    /// What.
    pub lines: Vec<LineQuantity>,
}

impl super::FulfillmentEvent {
    /// What left the warehouse, if anything did: all that whoever counts sales, debts or shelves wants to know of a fulfillment.
    pub fn shipped(&self) -> Option<&OrderLinesShipped> {
        match self {
            Self::OrderLinesShipped(event) => Some(event),
            Self::OrderLinesReleased(_) | Self::OrderLinesDelivered(_) | Self::OrderLinesTakenBack(_) => None,
        }
    }
}
