//! An order in full, put together from its tables when it is read.

use aggregates::status::{FulfillmentStatus, LineUnits, PaidStatus};
use aggregates::values::{Address, Currency, CustomerId, LineNumber, OrderId, OrderNumber, Sku, Tier};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{Alert, DeliveryRow, OrderState, OrderStatus, OrderTerms, ParkedStep, PaymentRow, ShipmentRow, TermsLine, TimelineEntry};

/// What a read answers of an order: its rows in every table.
#[derive(Debug, Deserialize)]
pub(crate) struct Rows {
    id: OrderId,
    state: OrderState,
    terms: OrderTerms,
    payments: Vec<PaymentRow>,
    shipments: Vec<ShipmentRow>,
    parked: Option<Vec<ParkedStep>>,
    alerts: Vec<Alert>,
    timeline: Vec<TimelineEntry>,
}

/// An order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRow {
    /// Its id.
    pub id: OrderId,
    /// Its number for people.
    pub number: OrderNumber,
    /// The sales channel that sent it.
    pub channel: Option<String>,
    /// How that channel names it.
    pub reference: Option<String>,
    /// Who ordered.
    pub customer_id: CustomerId,
    /// Their tier then.
    pub tier: Tier,
    /// Where it is in its life.
    pub status: OrderStatus,
    /// Derived from its payments.
    pub payment_status: PaidStatus,
    /// Derived from its lines.
    pub fulfillment_status: FulfillmentStatus,
    /// The currency of every amount.
    pub currency: Currency,
    /// Σ (unit price × quantity − discount) over the lines.
    pub goods: Decimal,
    /// Σ tax over the lines.
    pub tax: Decimal,
    /// Shipping without tax.
    pub shipping: Decimal,
    /// The tax on shipping.
    pub shipping_tax: Decimal,
    /// Goods, tax, shipping and its tax.
    pub total: Decimal,
    /// What is owed for what was not canceled.
    pub due: Decimal,
    /// What gateways hold for it and have not taken.
    pub authorized: Decimal,
    /// What was taken.
    pub captured: Decimal,
    /// Business time: when the customer placed it.
    pub placed_at: DateTime<Utc>,
    /// When the log took it.
    pub recorded_at: DateTime<Utc>,
    /// When something last happened to it.
    pub updated_at: DateTime<Utc>,
    /// Why it ended early: stable, such as `out_of_stock`.
    pub reason_code: Option<String>,
    /// The same in a sentence for the customer.
    pub reason_message: Option<String>,
    /// How it reaches the customer.
    pub delivery: DeliveryRow,
    /// Where the bill goes.
    pub billing_address: Option<Address>,
    /// What was ordered.
    pub lines: Vec<LineRow>,
    /// Every attempt to pay.
    pub payments: Vec<PaymentRow>,
    /// Every parcel.
    pub shipments: Vec<ShipmentRow>,
    /// Steps of its process that wait for an operator.
    pub parked: Vec<ParkedStep>,
    /// Facts that contradict what it says.
    pub alerts: Vec<Alert>,
    /// What happened, in the order of the log.
    pub timeline: Vec<TimelineEntry>,
    /// The sequence of the last event of its own stream: what `If-Match` speaks of.
    pub version: i64,
}

/// One line of an order: as it was placed, and how far its units are.
#[derive(Debug, Clone, PartialEq)]
pub struct LineRow {
    /// Its number in the order.
    pub line: LineNumber,
    /// What.
    pub sku: Sku,
    /// The product's name then.
    pub name: String,
    /// The product's category then.
    pub category: String,
    /// Units ordered.
    pub quantity: i64,
    /// The price of a unit.
    pub unit_price: Decimal,
    /// What is taken off unit price × quantity.
    pub discount: Decimal,
    /// unit price × quantity − discount.
    pub net: Decimal,
    /// The tax on net.
    pub tax: Decimal,
    /// Units that warehouses hold for it, those in fulfillment included.
    pub reserved: i64,
    /// Units of these that were handed to a planned shipment.
    pub in_fulfillment: i64,
    /// Units that left.
    pub shipped: i64,
    /// Units of these that arrived.
    pub delivered: i64,
    /// Units that will never be sent.
    pub canceled: i64,
}

impl From<Rows> for OrderRow {
    fn from(rows: Rows) -> Self {
        let Rows { id, state, terms, payments, shipments, parked, alerts, timeline } = rows;
        let lines = terms.lines.into_iter().zip(state.units()).map(LineRow::from).collect();
        Self {
            id,
            number: terms.number,
            channel: terms.channel,
            reference: terms.reference,
            customer_id: terms.customer_id,
            tier: terms.tier,
            status: state.status,
            payment_status: state.payment_status,
            fulfillment_status: state.fulfillment_status,
            currency: terms.currency,
            goods: terms.goods,
            tax: terms.tax,
            shipping: terms.shipping,
            shipping_tax: terms.shipping_tax,
            total: terms.total,
            due: state.due,
            authorized: state.authorized,
            captured: state.captured,
            placed_at: terms.placed_at,
            recorded_at: terms.recorded_at,
            updated_at: state.updated_at,
            reason_code: state.reason_code,
            reason_message: state.reason_message,
            delivery: terms.delivery,
            billing_address: terms.billing_address,
            lines,
            payments,
            shipments,
            parked: parked.unwrap_or_default(),
            alerts,
            timeline,
            version: state.version,
        }
    }
}

impl From<(TermsLine, LineUnits)> for LineRow {
    fn from((line, units): (TermsLine, LineUnits)) -> Self {
        Self {
            line: line.line,
            sku: line.sku,
            name: line.name,
            category: line.category,
            quantity: i64::from(line.quantity),
            unit_price: line.unit_price,
            discount: line.discount,
            net: line.net,
            tax: line.tax,
            reserved: i64::from(units.reserved),
            in_fulfillment: i64::from(units.in_fulfillment),
            shipped: i64::from(units.shipped),
            delivered: i64::from(units.delivered),
            canceled: i64::from(units.canceled),
        }
    }
}
