//! Stock: one row per warehouse and SKU, keyed `warehouse/sku` as the stream is.

mod reads;

use aggregates::stock_item::{StockItem, StockItemEvent};
use aggregates::values::{Sku, StockItemId, WarehouseCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::projection::Projection;
use crate::recorded::{Recorded, Unfoldable, follows};
use crate::row::Row;
use crate::tables::One;

pub use reads::{StockFilter, by_id, by_skus, page, totals};

/// The read model of stock.
#[derive(Debug)]
pub struct Stock;

follows! {
    /// What the read model of stock follows.
    StockEvent:
    /// Of the stock item.
    StockItem(StockItem),
}

/// The stock of one SKU in one warehouse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StockRow {
    /// Where.
    pub warehouse: WarehouseCode,
    /// Of what.
    pub sku: Sku,
    /// Units in the house.
    pub on_hand: i64,
    /// Units of these that are held for orders.
    pub reserved: i64,
    /// Units that a new order can have: on hand − reserved.
    pub available: i64,
    /// Units that ever came in.
    pub received: i64,
    /// Units that ever left with a shipment.
    pub dispatched: i64,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// The sequence of the last event of its stream.
    pub version: i64,
}

impl Projection for Stock {
    const NAME: &'static str = "stock";
    const VERSION: u32 = 2;
    const SCHEMA_SQL: &'static str = include_str!("schema.sql");
    const INDEXES_SQL: &'static str = include_str!("indexes.sql");
    type Event = StockEvent;
    type Tables = (One<StockRow>,);

    fn keys(event: &Recorded<'_, StockEvent>) -> Vec<String> {
        vec![event.stream.aggregate_id().to_owned()]
    }
}

impl Row<StockEvent> for StockRow {
    const TABLE: &'static str = "stock";

    fn fold(row: Option<Self>, key: &str, event: &Recorded<'_, StockEvent>) -> Result<Option<Self>, Unfoldable> {
        let StockEvent::StockItem(fact) = &event.event;
        let mut row = match row {
            Some(row) => row,
            None => StockRow::empty(key, event.recorded_at)?,
        };
        row.change(fact);
        row.available = row.on_hand - row.reserved;
        row.updated_at = event.recorded_at;
        row.version = event.sequence;
        Ok(Some(row))
    }
}

impl StockRow {
    fn empty(key: &str, updated_at: DateTime<Utc>) -> Result<Self, Unfoldable> {
        let StockItemId { warehouse, sku } = key.parse().map_err(|problem| Unfoldable(format!("{problem}")))?;
        Ok(Self { warehouse, sku, on_hand: 0, reserved: 0, available: 0, received: 0, dispatched: 0, updated_at, version: 0 })
    }

    fn change(&mut self, fact: &StockItemEvent) {
        match fact {
            StockItemEvent::StockReceived(received) => {
                self.on_hand += i64::from(received.quantity.get());
                self.received += i64::from(received.quantity.get());
            }
            StockItemEvent::StockReserved(reserved) => self.reserved += i64::from(reserved.quantity.get()),
            StockItemEvent::ReservationConfirmed(_) => {}
            StockItemEvent::ReservationReleased(released) => self.reserved -= i64::from(released.quantity.get()),
            StockItemEvent::ReservationExpired(expired) => self.reserved -= i64::from(expired.quantity.get()),
            StockItemEvent::StockDispatched(dispatched) => {
                self.reserved -= i64::from(dispatched.quantity.get());
                self.on_hand -= i64::from(dispatched.quantity.get());
                self.dispatched += i64::from(dispatched.quantity.get());
            }
        }
    }
}
