//! Which warehouses take part in sourcing: an index of the process manager's own, kept from the warehouses' events in the log's order, so that an
//! order is allocated over every warehouse that was open before it was placed.

use std::collections::BTreeMap;

use aggregates::values::WarehouseCode;
use aggregates::warehouse::{Warehouse, WarehouseEvent};
use decider::StoredEvent;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};

use crate::order_fulfillment::UnreadableEvent;

/// The warehouses by code.
#[derive(Debug, Clone, Default)]
pub(crate) struct Warehouses(BTreeMap<WarehouseCode, Sourcing>);

/// How a warehouse takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Sourcing {
    priority: i64,
    open: bool,
}

impl Warehouses {
    pub(crate) const AGGREGATE_TYPE: &'static str = "warehouse";

    /// Those that may be asked, with their priority.
    pub(crate) fn open(&self) -> Vec<(WarehouseCode, u32)> {
        let open = self.0.iter().filter(|(_, sourcing)| sourcing.open);
        open.map(|(code, sourcing)| (code.clone(), u32::try_from(sourcing.priority).unwrap_or(u32::MAX))).collect()
    }

    /// Learns from an event of the warehouse `code`.
    pub(crate) fn learn(&mut self, code: &str, event: StoredEvent<'_>) -> Result<(), UnreadableEvent> {
        let code: WarehouseCode = code.parse()?;
        match event.decode::<Warehouse>()? {
            WarehouseEvent::WarehouseOpened(opened) => {
                self.0.insert(code, Sourcing { priority: opened.priority.into(), open: true });
            }
            WarehouseEvent::WarehouseMaintenanceEnded(_) => self.set_open(&code, true),
            WarehouseEvent::WarehouseMaintenanceStarted(_) | WarehouseEvent::WarehouseClosed(_) => self.set_open(&code, false),
        }
        Ok(())
    }

    fn set_open(&mut self, code: &WarehouseCode, open: bool) {
        if let Some(sourcing) = self.0.get_mut(code) {
            sourcing.open = open;
        }
    }

    pub(crate) async fn load(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let rows: Vec<(String, i64, bool)> = sqlx::query_as("select code, priority, open from process.warehouses").fetch_all(pool).await?;
        let known = rows.into_iter().filter_map(|(code, priority, open)| Some((code.parse().ok()?, Sourcing { priority, open })));
        Ok(Self(known.collect()))
    }

    pub(crate) async fn save(&self, transaction: &mut PgConnection) -> Result<(), sqlx::Error> {
        let codes: Vec<String> = self.0.keys().map(ToString::to_string).collect();
        let (priorities, open): (Vec<i64>, Vec<bool>) = self.0.values().map(|sourcing| (sourcing.priority, sourcing.open)).unzip();
        sqlx::query(
            "insert into process.warehouses (code, priority, open)
             select * from unnest($1::text[], $2::bigint[], $3::boolean[])
             on conflict (code) do update set priority = excluded.priority, open = excluded.open",
        )
        .bind(codes)
        .bind(priorities)
        .bind(open)
        .execute(transaction)
        .await?;
        Ok(())
    }
}
