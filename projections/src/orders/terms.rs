//! What was frozen when an order was placed: written once.

use aggregates::order::{Delivery, OrderEvent, OrderPlaced, OrderedLine, PlacementEvent};
use aggregates::values::{Address, Country, Currency, CustomerId, LineNumber, OrderNumber, Personal, Sku, Tier, WarehouseCode};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::OrdersEvent;
use crate::recorded::{Recorded, Unfoldable};
use crate::row::Entry;
use crate::words::row_words;

/// An order as it was placed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderTerms {
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
    /// The currency of every amount.
    pub currency: Currency,
    /// Σ (unit price × quantity − discount) over the lines.
    #[serde(with = "crate::amount")]
    pub goods: Decimal,
    /// Σ tax over the lines.
    #[serde(with = "crate::amount")]
    pub tax: Decimal,
    /// Shipping without tax.
    #[serde(with = "crate::amount")]
    pub shipping: Decimal,
    /// The tax on shipping.
    #[serde(with = "crate::amount")]
    pub shipping_tax: Decimal,
    /// Goods, tax, shipping and its tax.
    #[serde(with = "crate::amount")]
    pub total: Decimal,
    /// Business time: when the customer placed it.
    pub placed_at: DateTime<Utc>,
    /// When the log took it.
    pub recorded_at: DateTime<Utc>,
    /// How it reaches the customer.
    pub delivery: DeliveryRow,
    /// Where the bill goes.
    pub billing_address: Option<Address>,
    /// What was ordered.
    pub lines: Vec<TermsLine>,
}

/// How an order reaches its customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryRow {
    /// In which way.
    pub kind: DeliveryKind,
    /// Of a pickup: where.
    pub warehouse: Option<WarehouseCode>,
    /// Of a shipped order: the country.
    pub country: Option<Country>,
    /// Of a shipped order: where to.
    pub address: Option<Address>,
}

/// One line of an order as it was placed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TermsLine {
    /// Its number in the order.
    pub line: LineNumber,
    /// What.
    pub sku: Sku,
    /// The product's name then.
    pub name: String,
    /// The product's category then.
    pub category: String,
    /// Units ordered.
    pub quantity: u32,
    /// The price of a unit.
    #[serde(with = "crate::amount")]
    pub unit_price: Decimal,
    /// What is taken off unit price × quantity.
    #[serde(with = "crate::amount")]
    pub discount: Decimal,
    /// unit price × quantity − discount.
    #[serde(with = "crate::amount")]
    pub net: Decimal,
    /// The tax on net.
    #[serde(with = "crate::amount")]
    pub tax: Decimal,
}

row_words! {
    /// How an order reaches its customer.
    DeliveryKind:
    /// Sent by a carrier.
    Ship = "ship",
    /// Fetched at a warehouse.
    Pickup = "pickup",
    /// Nothing is sent.
    None = "none",
}

impl Entry<OrdersEvent> for OrderTerms {
    const TABLE: &'static str = "order_terms";

    fn of(_: &str, event: &Recorded<'_, OrdersEvent>) -> Result<Option<Self>, Unfoldable> {
        match &event.event {
            OrdersEvent::Order(OrderEvent::Placement(PlacementEvent::OrderPlaced(placed))) => {
                Ok(Some(Self::new(placed, event.recorded_at)))
            }
            OrdersEvent::Order(
                OrderEvent::Placement(PlacementEvent::OrderConfirmed(_))
                | OrderEvent::Stock(_)
                | OrderEvent::Paying(_)
                | OrderEvent::Fulfillment(_)
                | OrderEvent::Cancelation(_)
                | OrderEvent::Completion(_)
                | OrderEvent::Anomaly(_),
            )
            | OrdersEvent::Payment(_)
            | OrdersEvent::Shipment(_)
            | OrdersEvent::Process(_) => Ok(None),
        }
    }
}

impl OrderTerms {
    fn new(placed: &OrderPlaced, recorded_at: DateTime<Utc>) -> Self {
        let nothing = Decimal::new(0, placed.currency.digits());
        Self {
            number: placed.order_number.clone(),
            channel: placed.channel_reference.as_ref().map(|name| name.channel.clone()),
            reference: placed.channel_reference.as_ref().map(|name| name.reference.clone()),
            customer_id: placed.customer,
            tier: placed.tier,
            currency: placed.currency,
            goods: placed.goods.amount(),
            tax: placed.lines.iter().map(|line| line.tax.amount()).sum::<Decimal>() + nothing,
            shipping: placed.shipping.amount(),
            shipping_tax: placed.shipping_tax.amount(),
            total: placed.total.amount(),
            placed_at: placed.placed_at,
            recorded_at,
            delivery: delivery(&placed.delivery),
            billing_address: placed.billing_address.as_ref().and_then(Personal::clear).cloned(),
            lines: placed.lines.iter().map(line).collect(),
        }
    }
}

fn line(ordered: &OrderedLine) -> TermsLine {
    TermsLine {
        line: ordered.line,
        sku: ordered.sku.clone(),
        name: ordered.name.clone(),
        category: ordered.category.clone(),
        quantity: ordered.quantity.get(),
        unit_price: ordered.unit_price.amount(),
        discount: ordered.discount.amount(),
        net: ordered.net.amount(),
        tax: ordered.tax.amount(),
    }
}

fn delivery(delivery: &Delivery) -> DeliveryRow {
    let empty = |kind| DeliveryRow { kind, warehouse: None, country: None, address: None };
    match delivery {
        Delivery::Ship { address, country } => {
            DeliveryRow { country: Some(*country), address: address.clear().cloned(), ..empty(DeliveryKind::Ship) }
        }
        Delivery::Pickup { warehouse } => DeliveryRow { warehouse: Some(warehouse.clone()), ..empty(DeliveryKind::Pickup) },
        Delivery::None => empty(DeliveryKind::None),
    }
}
