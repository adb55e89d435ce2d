use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::values::{
    Address, ChannelReference, Country, Currency, CustomerId, LineNumber, Money, OrderNumber, Personal, Quantity, Sku, Tier, WarehouseCode,
};

/// See [`PlacementEvent::OrderPlaced`](super::PlacementEvent::OrderPlaced).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// For people; unique.
    pub order_number: OrderNumber,
    /// Who ordered.
    pub customer: CustomerId,
    /// The customer's tier when the order was placed.
    pub tier: Tier,
    /// The one currency of all amounts.
    pub currency: Currency,
    /// What was ordered, by line number.
    pub lines: Vec<OrderedLine>,
    /// Σ (gross − discount) over the lines.
    pub goods: Money,
    /// Shipping without tax.
    pub shipping: Money,
    /// The tax on shipping.
    pub shipping_tax: Money,
    /// Σ (net + tax) over the lines, shipping and its tax.
    pub total: Money,
    /// How it reaches the customer.
    pub delivery: Delivery,
    /// Where the bill goes.
    pub billing_address: Option<Personal<Address>>,
    /// How the sales channel names it.
    pub channel_reference: Option<ChannelReference>,
    /// Business time: when the customer placed it.
    pub placed_at: DateTime<Utc>,
    /// How it is paid.
    pub payment: PaymentTerms,
    /// What to do when a step fails.
    pub policy: OrderPolicy,
}

/// One line of an order, as it stood when it was placed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderedLine {
    /// Its number in the order.
    pub line: LineNumber,
    /// What.
    pub sku: Sku,
    /// The product's name then.
    pub name: String,
    /// The product's category then.
    pub category: String,
    /// Grams a unit, of shippable products.
    pub weight_grams: Option<u32>,
    /// How many units.
    pub quantity: Quantity,
    /// The price of a unit.
    pub unit_price: Money,
    /// What is taken off unit price × quantity.
    pub discount: Money,
    /// unit price × quantity − discount.
    pub net: Money,
    /// The tax on net.
    pub tax: Money,
}

/// How an order reaches its customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Delivery {
    /// Sent by a carrier.
    Ship {
        /// Where to.
        address: Personal<Address>,
        /// Its country, in clear: shipping prices, tax and statistics need it.
        country: Country,
    },
    /// Fetched at a warehouse; delivered with the dispatch.
    Pickup {
        /// Where.
        warehouse: WarehouseCode,
    },
    /// Nothing is sent (a service, a download); delivered with the dispatch.
    None,
}

/// How an order is paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PaymentTerms {
    /// Through a payment gateway, authorized before confirmation, captured with each dispatch.
    Card {
        /// What the gateway gave the shop for the customer's card; opaque.
        method: Option<String>,
    },
}

/// What to do when a step fails; frozen at placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPolicy {
    /// When the stock does not suffice.
    pub stock: StockPolicy,
    /// When the payment is declined.
    pub on_decline: DeclinePolicy,
}

/// What to do when the stock does not suffice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockPolicy {
    /// Reject the order.
    All,
}

/// What to do when the payment is declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclinePolicy {
    /// Reject the order.
    Reject,
}

/// See [`PlacementEvent::OrderConfirmed`](super::PlacementEvent::OrderConfirmed).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderConfirmed {}
