//! Sales: one row per order that shipped something, with its parts by category, keyed by the order's id. Days, categories and currencies are
//! summed when read: only so an order that leaves in two parcels is one order in every sum.

mod reads;

use std::collections::BTreeMap;

use aggregates::order::{Order, OrderEvent, OrderLinesShipped};
use aggregates::values::{Currency, Money, OrderId};
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::projection::Projection;
use crate::recorded::{Recorded, Unfoldable, follows};
use crate::row::Row;
use crate::tables::One;

pub use reads::{SalesFilter, SalesGrouping, SalesSum, between};

/// The read model of sales.
#[derive(Debug)]
pub struct Sales;

follows! {
    /// What the read model of sales follows.
    SalesEvent:
    /// Of the order.
    Order(Order),
}

/// What one order sold: what has left the house of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SalesRow {
    /// The order.
    pub order_id: OrderId,
    /// The day (UTC) on which it was placed.
    pub day: NaiveDate,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Units shipped.
    pub units: i64,
    /// Their net.
    #[serde(with = "crate::amount")]
    pub net: Decimal,
    /// Their tax.
    #[serde(with = "crate::amount")]
    pub tax: Decimal,
    /// Shipping with its tax.
    #[serde(with = "crate::amount")]
    pub shipping: Decimal,
    /// The same by category, without shipping.
    pub categories: BTreeMap<String, CategorySales>,
    /// When something last left.
    pub updated_at: DateTime<Utc>,
}

/// What one order sold of one category.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CategorySales {
    /// Units shipped.
    pub units: i64,
    /// Their net.
    #[serde(with = "crate::amount")]
    pub net: Decimal,
    /// Their tax.
    #[serde(with = "crate::amount")]
    pub tax: Decimal,
}

impl Projection for Sales {
    const NAME: &'static str = "sales";
    const VERSION: u32 = 2;
    const SCHEMA_SQL: &'static str = include_str!("schema.sql");
    const INDEXES_SQL: &'static str = include_str!("indexes.sql");
    type Event = SalesEvent;
    type Tables = (One<SalesRow>,);

    fn keys(event: &Recorded<'_, SalesEvent>) -> Vec<String> {
        match shipped(event) {
            Some(_) => vec![event.stream.aggregate_id().to_owned()],
            None => vec![],
        }
    }
}

impl Row<SalesEvent> for SalesRow {
    const TABLE: &'static str = "sales";

    fn fold(row: Option<Self>, key: &str, event: &Recorded<'_, SalesEvent>) -> Result<Option<Self>, Unfoldable> {
        let Some(shipped) = shipped(event) else { return Ok(row) };
        let mut row = match row {
            Some(row) => row,
            None => SalesRow::empty(key, shipped, event.recorded_at)?,
        };
        row.add(shipped);
        row.updated_at = event.recorded_at;
        Ok(Some(row))
    }
}

/// A sale is made when goods leave; nothing else of an order's life changes it.
fn shipped<'a>(event: &'a Recorded<'_, SalesEvent>) -> Option<&'a OrderLinesShipped> {
    let SalesEvent::Order(fact) = &event.event;
    match fact {
        OrderEvent::Fulfillment(event) => event.shipped(),
        OrderEvent::Placement(_)
        | OrderEvent::Stock(_)
        | OrderEvent::Paying(_)
        | OrderEvent::Cancelation(_)
        | OrderEvent::Completion(_)
        | OrderEvent::Anomaly(_) => None,
    }
}

impl SalesRow {
    fn empty(key: &str, shipped: &OrderLinesShipped, updated_at: DateTime<Utc>) -> Result<Self, Unfoldable> {
        let currency = shipped.shipping.currency();
        let nothing = Money::zero(currency).amount();
        Ok(Self {
            order_id: key.parse().map_err(|problem| Unfoldable(format!("{problem}")))?,
            day: shipped.placed_at.date_naive(),
            currency,
            units: 0,
            net: nothing,
            tax: nothing,
            shipping: nothing,
            categories: BTreeMap::new(),
            updated_at,
        })
    }

    fn add(&mut self, shipped: &OrderLinesShipped) {
        self.shipping += shipped.shipping.amount() + shipped.shipping_tax.amount();
        for line in &shipped.lines {
            let (units, net, tax) = (i64::from(line.quantity.get()), line.net.amount(), line.tax.amount());
            self.units += units;
            self.net += net;
            self.tax += tax;
            let category = self.categories.entry(line.category.clone()).or_default();
            category.units += units;
            category.net += net;
            category.tax += tax;
        }
    }
}
