//! What was ever stored of an order. This file is the storage format: add, never alter.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::stored::stored_events;
use crate::values::{
    Address, ChannelReference, Country, Currency, CustomerId, LineNumber, Money, OrderNumber, PaymentId, Personal, Quantity, ShipmentId,
    Sku, WarehouseCode,
};

stored_events! {
    /// An event of an order.
    OrderEvent:
    /// Placed, with everything frozen.
    OrderPlaced = "order.placed", version "1";
    /// Every open unit is reserved.
    OrderStockReserved = "order.stock_reserved", version "1";
    /// The stock does not suffice.
    OrderStockUnavailable = "order.stock_unavailable", version "1";
    /// An attempt to pay is about to begin.
    OrderPaymentStarted = "order.payment_started", version "1";
    /// The order counts an attempt as authorized.
    OrderPaymentAuthorized = "order.payment_authorized", version "1";
    /// An attempt was declined.
    OrderPaymentDeclined = "order.payment_declined", version "1";
    /// An attempt ended by a void: it is not live any more.
    OrderPaymentVoided = "order.payment_voided", version "1";
    /// Stock and money are certain.
    OrderConfirmed = "order.confirmed", version "1";
    /// Lines were handed to a planned shipment.
    OrderLinesReleased = "order.lines_released", version "1";
    /// Lines left the warehouse.
    OrderLinesShipped = "order.lines_shipped", version "1";
    /// Lines arrived.
    OrderLinesDelivered = "order.lines_delivered", version "1";
    /// Lines of an undispatched shipment came back from fulfillment.
    OrderLinesTakenBack = "order.lines_taken_back", version "1";
    /// The order is being undone; stock is given back with this event.
    OrderCancelationStarted = "order.cancelation_started", version "1";
    /// Ended: it could not be fulfilled or paid.
    OrderRejected = "order.rejected", version "1";
    /// Ended: it took too long.
    OrderExpired = "order.expired", version "1";
    /// Ended on request.
    OrderCanceled = "order.canceled", version "1";
    /// Ended well: everything delivered and paid.
    OrderCompleted = "order.completed", version "1";
    /// A fact contradicts the state.
    AnomalyDetected = "order.anomaly_detected", version "1";
}

/// See [`OrderEvent::OrderPlaced`].
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

/// A customer's tier: what it takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// 0 %.
    #[default]
    Bronze,
    /// 5 %.
    Silver,
    /// 10 %.
    Gold,
    /// 15 %.
    Platinum,
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

/// Units of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineQuantity {
    /// The line.
    pub line: LineNumber,
    /// How many units.
    pub quantity: Quantity,
}

/// Units of a line that a warehouse holds for the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineReservation {
    /// The line.
    pub line: LineNumber,
    /// Of what.
    pub sku: Sku,
    /// Where.
    pub warehouse: WarehouseCode,
    /// How many units.
    pub quantity: Quantity,
}

/// See [`OrderEvent::OrderStockReserved`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderStockReserved {
    /// Where each line's units are held.
    pub reservations: Vec<LineReservation>,
    /// When the reservations lapse unless the order is confirmed.
    pub until: DateTime<Utc>,
}

/// See [`OrderEvent::OrderStockUnavailable`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderStockUnavailable {
    /// What is missing.
    pub missing: Vec<MissingStock>,
}

/// A SKU of which there is less than ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingStock {
    /// Of what.
    pub sku: Sku,
    /// How many units the order wants.
    pub wanted: u32,
    /// How many units there were, in all warehouses that may serve it.
    pub available: u32,
}

/// What a payment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentPurpose {
    /// The order as it was placed.
    Order,
}

/// See [`OrderEvent::OrderPaymentStarted`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaymentStarted {
    /// The attempt.
    pub payment: PaymentId,
    /// What for.
    pub purpose: PaymentPurpose,
    /// How much is to be authorized.
    pub amount: Money,
}

/// See [`OrderEvent::OrderPaymentAuthorized`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaymentAuthorized {
    /// The attempt.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
}

/// See [`OrderEvent::OrderPaymentDeclined`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaymentDeclined {
    /// The attempt.
    pub payment: PaymentId,
    /// The gateway's reason, such as `insufficient_funds`.
    pub code: String,
}

/// See [`OrderEvent::OrderPaymentVoided`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaymentVoided {
    /// The attempt.
    pub payment: PaymentId,
}

/// See [`OrderEvent::OrderConfirmed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderConfirmed {}

/// See [`OrderEvent::OrderLinesReleased`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLinesReleased {
    /// The shipment that was planned with them.
    pub shipment: ShipmentId,
    /// Where from.
    pub warehouse: WarehouseCode,
    /// What.
    pub lines: Vec<LineQuantity>,
}

/// See [`OrderEvent::OrderLinesShipped`].
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

/// See [`OrderEvent::OrderLinesDelivered`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLinesDelivered {
    /// The shipment.
    pub shipment: ShipmentId,
    /// What.
    pub lines: Vec<LineQuantity>,
    /// When they arrived.
    pub delivered_at: DateTime<Utc>,
}

/// See [`OrderEvent::OrderLinesTakenBack`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLinesTakenBack {
    /// The shipment that was canceled.
    pub shipment: ShipmentId,
    /// What.
    pub lines: Vec<LineQuantity>,
}

/// How a canceling order will end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelationOutcome {
    /// It could not be fulfilled or paid.
    Rejected,
    /// It took too long.
    Expired,
    /// Somebody asked for it.
    Canceled,
}

/// Why an order ended early, in words that the customer may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelationReason {
    /// Stable, such as `out_of_stock`, `payment_declined`, `customer_request`.
    pub code: String,
    /// A sentence for the customer.
    pub message: String,
}

/// See [`OrderEvent::OrderCancelationStarted`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCancelationStarted {
    /// How it will end.
    pub outcome: CancelationOutcome,
    /// Why.
    pub reason: CancelationReason,
    /// What was given back with it.
    pub released: Vec<LineReservation>,
}

/// See [`OrderEvent::OrderRejected`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRejected {
    /// Why.
    pub reason: CancelationReason,
}

/// See [`OrderEvent::OrderExpired`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderExpired {
    /// Why.
    pub reason: CancelationReason,
}

/// See [`OrderEvent::OrderCanceled`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCanceled {
    /// Why.
    pub reason: CancelationReason,
}

/// See [`OrderEvent::OrderCompleted`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCompleted {
    /// What was paid in the end.
    pub captured: Money,
}

/// See [`OrderEvent::AnomalyDetected`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnomalyDetected {
    /// Stable, such as `delivered_twice`.
    pub code: String,
    /// A sentence for the operator.
    pub message: String,
}
