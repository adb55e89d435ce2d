//! The stored processes: one row per order, with everything that is under way in it. What is pending is part of the state, so it becomes durable with the
//! event that made it due and stops being pending with the event that is its fact; there is no second table that could disagree.

use std::collections::HashMap;

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::ProcessError;
use crate::order_fulfillment::{OrderFulfillment, Phase};

/// Raised with every change of the state's layout: rows of another layout are rebuilt from the log.
pub(crate) const LAYOUT: i32 = 1;

/// The process of one order as it is stored.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Instance {
    pub(crate) state: OrderFulfillment,
    /// An event that this program cannot read: nothing of the order is folded until it can, then it is rebuilt from the log.
    pub(crate) unreadable: Option<String>,
}

impl Instance {
    pub(crate) fn is_final(&self) -> bool {
        self.state.facts.phase == Phase::Ended
    }

    /// The last event that it has seen.
    pub(crate) fn position(&self) -> i64 {
        self.state.seen
    }

    fn pending(&self) -> i32 {
        i32::try_from(self.state.under_way().count()).unwrap_or(i32::MAX)
    }
}

type Row = (Uuid, i32, String, Option<String>);

type Broken = (Uuid, serde_json::Error);

/// `None`: of another layout.
fn read((order, layout, state, unreadable): Row) -> Option<Result<(Uuid, Instance), Broken>> {
    (layout == LAYOUT).then(|| match serde_json::from_str(&state) {
        Ok(state) => Ok((order, Instance { state, unreadable })),
        Err(source) => Err((order, source)),
    })
}

fn broken((order, source): Broken) -> ProcessError {
    ProcessError::BrokenState { order, source }
}

/// The stored processes of these orders.
pub(crate) async fn load(pool: &PgPool, orders: &[Uuid]) -> Result<HashMap<Uuid, Instance>, ProcessError> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> = sqlx::query_as("select order_id, layout, state::text, unreadable from process.instances where order_id = any($1)")
        .bind(orders)
        .fetch_all(pool)
        .await?;
    rows.into_iter().filter_map(read).collect::<Result<_, _>>().map_err(broken)
}

/// A page of stored processes after an order, of this layout.
pub(crate) async fn page(pool: &PgPool, after: Uuid, limit: i64, only_open: bool) -> Result<Vec<(Uuid, Instance)>, ProcessError> {
    let rows: Vec<Row> = sqlx::query_as(
        "select order_id, layout, state::text, unreadable from process.instances
          where order_id > $1 and layout = $2 and not (final and $3) order by order_id limit $4",
    )
    .bind(after)
    .bind(LAYOUT)
    .bind(only_open)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    rows.into_iter().filter_map(read).collect::<Result<_, _>>().map_err(broken)
}

/// Orders whose stored process is of another layout or stopped at an event that could not be read: to be rebuilt from the log.
pub(crate) async fn outdated(pool: &PgPool, after: Uuid, limit: i64) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar(
        "select order_id from process.instances
          where order_id > $1 and (layout <> $2 or unreadable is not null) order by order_id limit $3",
    )
    .bind(after)
    .bind(LAYOUT)
    .bind(limit)
    .fetch_all(pool)
    .await
}

/// Writes the processes that a batch has touched.
pub(crate) async fn save(transaction: &mut PgConnection, instances: &[(Uuid, &Instance)]) -> Result<(), ProcessError> {
    let mut states = Vec::with_capacity(instances.len());
    for (order, instance) in instances {
        states.push(serde_json::to_string(&instance.state).map_err(|source| ProcessError::BrokenState { order: *order, source })?);
    }
    sqlx::query(
        "insert into process.instances (order_id, layout, state, position, pending, parked, final, unreadable, updated_at)
         select t.order_id, $2, t.state::json, t.position, t.pending, t.parked, t.final, t.unreadable, clock_timestamp()
           from unnest($1::uuid[], $3::text[], $4::bigint[], $5::int[], $6::boolean[], $7::boolean[], $8::text[])
                as t (order_id, state, position, pending, parked, final, unreadable)
         on conflict (order_id) do update set layout = excluded.layout, state = excluded.state, position = excluded.position,
                pending = excluded.pending, parked = excluded.parked, final = excluded.final, unreadable = excluded.unreadable,
                updated_at = excluded.updated_at",
    )
    .bind(instances.iter().map(|(order, _)| *order).collect::<Vec<_>>())
    .bind(LAYOUT)
    .bind(states)
    .bind(instances.iter().map(|(_, instance)| instance.position()).collect::<Vec<_>>())
    .bind(instances.iter().map(|(_, instance)| instance.pending()).collect::<Vec<_>>())
    .bind(instances.iter().map(|(_, instance)| instance.state.facts.parked.is_some()).collect::<Vec<_>>())
    .bind(instances.iter().map(|(_, instance)| instance.is_final()).collect::<Vec<_>>())
    .bind(instances.iter().map(|(_, instance)| instance.unreadable.clone()).collect::<Vec<_>>())
    .execute(transaction)
    .await?;
    Ok(())
}
