//! Which warehouses take part in sourcing: an index of the process manager's own, kept from the warehouses' events, so that an order is allocated over every
//! warehouse that was open before it was placed. All programs keep it together, each as far as it has read: the event that said something last says it.

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
    /// The event that said so last.
    position: i64,
}

impl Warehouses {
    pub(crate) const AGGREGATE_TYPE: &'static str = "warehouse";

    /// Those that may be asked, with their priority.
    pub(crate) fn open(&self) -> Vec<(WarehouseCode, u32)> {
        let open = self.0.iter().filter(|(_, sourcing)| sourcing.open);
        open.map(|(code, sourcing)| (code.clone(), u32::try_from(sourcing.priority).unwrap_or(u32::MAX))).collect()
    }

    /// Learns from an event of the warehouse `code`.
    pub(crate) fn learn(&mut self, code: &str, position: i64, event: StoredEvent<'_>) -> Result<(), UnreadableEvent> {
        let code: WarehouseCode = code.parse()?;
        let known = self.0.get(&code).copied();
        if known.is_some_and(|known| known.position >= position) {
            return Ok(());
        }
        let now = match event.decode::<Warehouse>()? {
            WarehouseEvent::WarehouseOpened(opened) => Some(Sourcing { priority: opened.priority.into(), open: true, position }),
            WarehouseEvent::WarehouseMaintenanceEnded(_) => known.map(|known| Sourcing { open: true, position, ..known }),
            WarehouseEvent::WarehouseMaintenanceStarted(_) | WarehouseEvent::WarehouseClosed(_) => {
                known.map(|known| Sourcing { open: false, position, ..known })
            }
        };
        self.0.extend(now.map(|now| (code, now)));
        Ok(())
    }

    /// Learns what others have learned meanwhile.
    pub(crate) async fn catch_up(&mut self, pool: &PgPool) -> Result<(), sqlx::Error> {
        for (code, theirs) in Self::load(pool).await?.0 {
            let mine = self.0.entry(code).or_insert(theirs);
            if theirs.position > mine.position {
                *mine = theirs;
            }
        }
        Ok(())
    }

    pub(crate) async fn load(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let rows: Vec<(String, i64, bool, i64)> =
            sqlx::query_as("select code, priority, open, position from process.warehouses").fetch_all(pool).await?;
        let sourcing =
            |(code, priority, open, position): (String, i64, bool, i64)| Some((code.parse().ok()?, Sourcing { priority, open, position }));
        let known = rows.into_iter().filter_map(sourcing);
        Ok(Self(known.collect()))
    }

    pub(crate) async fn save(&self, transaction: &mut PgConnection) -> Result<(), sqlx::Error> {
        let codes: Vec<String> = self.0.keys().map(ToString::to_string).collect();
        let (priorities, open): (Vec<i64>, Vec<bool>) = self.0.values().map(|sourcing| (sourcing.priority, sourcing.open)).unzip();
        let positions: Vec<i64> = self.0.values().map(|sourcing| sourcing.position).collect();
        sqlx::query(
            "insert into process.warehouses as known (code, priority, open, position)
             select * from unnest($1::text[], $2::bigint[], $3::boolean[], $4::bigint[])
             on conflict (code) do update set priority = excluded.priority, open = excluded.open, position = excluded.position
              where known.position < excluded.position",
        )
        .bind(codes)
        .bind(priorities)
        .bind(open)
        .bind(positions)
        .execute(transaction)
        .await?;
        Ok(())
    }
}
