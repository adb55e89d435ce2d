//! Warehouses: one row each, keyed by the warehouse's code.

mod reads;

use aggregates::values::WarehouseCode;
use aggregates::warehouse::{Warehouse, WarehouseEvent};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::projection::Projection;
use crate::recorded::{Recorded, Unfoldable, follows};
use crate::row::Row;
use crate::tables::One;
use crate::words::row_words;

pub use reads::{all, by_code};

/// The read model of warehouses.
#[derive(Debug)]
pub struct Warehouses;

follows! {
    /// What the read model of warehouses follows.
    WarehousesEvent:
    /// Of the warehouse.
    Warehouse(Warehouse),
}

/// A warehouse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarehouseRow {
    /// Its code.
    pub code: WarehouseCode,
    /// For people.
    pub name: String,
    /// Lower is asked first.
    pub priority: u32,
    /// Whether it takes part in sourcing.
    pub status: WarehouseStatus,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

row_words! {
    /// Whether a warehouse takes part in sourcing.
    WarehouseStatus:
    /// Takes part.
    Open = "open",
    /// Not for now.
    Maintenance = "maintenance",
    /// Never again.
    Closed = "closed",
}

impl Projection for Warehouses {
    const NAME: &'static str = "warehouses";
    const VERSION: u32 = 1;
    const SCHEMA_SQL: &'static str = include_str!("schema.sql");
    const INDEXES_SQL: &'static str = include_str!("indexes.sql");
    type Event = WarehousesEvent;
    type Tables = (One<WarehouseRow>,);

    fn keys(event: &Recorded<'_, WarehousesEvent>) -> Vec<String> {
        vec![event.stream.aggregate_id().to_owned()]
    }
}

impl Row<WarehousesEvent> for WarehouseRow {
    const TABLE: &'static str = "warehouses";

    fn fold(row: Option<Self>, key: &str, event: &Recorded<'_, WarehousesEvent>) -> Result<Option<Self>, Unfoldable> {
        let WarehousesEvent::Warehouse(fact) = &event.event;
        let status = match fact {
            WarehouseEvent::WarehouseOpened(opened) if row.is_none() => {
                let code = key.parse().map_err(|problem| Unfoldable(format!("{problem}")))?;
                let (name, priority) = (opened.name.clone(), opened.priority);
                return Ok(Some(WarehouseRow { code, name, priority, status: WarehouseStatus::Open, updated_at: event.recorded_at }));
            }
            WarehouseEvent::WarehouseOpened(_) => return Err(Unfoldable::second(key, event)),
            WarehouseEvent::WarehouseMaintenanceStarted(_) => WarehouseStatus::Maintenance,
            WarehouseEvent::WarehouseMaintenanceEnded(_) => WarehouseStatus::Open,
            WarehouseEvent::WarehouseClosed(_) => WarehouseStatus::Closed,
        };
        let row = row.ok_or_else(|| Unfoldable::no_row(key, event))?;
        Ok(Some(WarehouseRow { status, updated_at: event.recorded_at, ..row }))
    }
}
