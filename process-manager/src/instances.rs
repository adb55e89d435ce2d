//! The stored processes: one row per order, with everything that is under way in it. What is pending is part of the state, so it becomes durable with the
//! event that made it due and stops being pending with the event that is its fact; there is no second table that could disagree.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::order_fulfillment::{OrderFulfillment, Rules};
use crate::{Fulfillment, ProcessError};

/// Raised with every change of the state's layout: rows of another layout are rebuilt from the log.
pub(crate) const LAYOUT: i32 = 4;

/// The process of one order as it is stored.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Instance {
    pub(crate) state: OrderFulfillment,
    /// An event that this program cannot read: nothing of the order is folded until it can, then it is rebuilt from the log.
    pub(crate) unreadable: Option<String>,
}

impl Instance {
    pub(crate) fn is_final(&self) -> bool {
        self.state.is_over()
    }

    /// The last event that it has seen.
    pub(crate) fn position(&self) -> i64 {
        self.state.seen
    }

    /// What the process itself has under way; what waits for people is not.
    fn pending(&self, fulfillment: Fulfillment) -> i32 {
        count(self.state.under_way().filter(|asked| fulfillment.takes(&asked.step)))
    }

    /// The earliest instant by which something must have happened; of an order that stopped at an event, none is known.
    pub(crate) fn next_deadline(&self, rules: &Rules) -> Option<DateTime<Utc>> {
        self.unreadable.is_none().then(|| self.state.deadlines(rules).first().map(|deadline| deadline.due_at)).flatten()
    }

    fn waiting(&self) -> i32 {
        count(self.state.waiting())
    }
}

fn count(steps: impl Iterator) -> i32 {
    i32::try_from(steps.count()).unwrap_or(i32::MAX)
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

/// A page of stored processes after an order, of this layout, in one part of the log: the part is that of the order's events, see
/// [`event_store::Filter::partition`].
pub(crate) async fn page(pool: &PgPool, after: Uuid, limit: i64, (part, parts): (u32, u32)) -> Result<Vec<(Uuid, Instance)>, ProcessError> {
    let rows: Vec<Row> = sqlx::query_as(
        "select order_id, layout, state::text, unreadable from process.instances
          where order_id > $1 and layout = $2 and process.part_v1(order_id, $5) = $4
          order by order_id limit $3",
    )
    .bind(after)
    .bind(LAYOUT)
    .bind(limit)
    .bind(i32::try_from(part).unwrap_or(i32::MAX))
    .bind(i32::try_from(parts).unwrap_or(i32::MAX))
    .fetch_all(pool)
    .await?;
    rows.into_iter().filter_map(read).collect::<Result<_, _>>().map_err(broken)
}

/// Which of these orders are over.
pub(crate) async fn over(pool: &PgPool, orders: &[String]) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("select order_id::text from process.instances where final and order_id = any($1::text[]::uuid[])")
        .bind(orders)
        .fetch_all(pool)
        .await
}

/// The parts whose orders are asked for, of how many.
#[derive(Debug, Clone)]
pub(crate) struct Of {
    pub(crate) parts: Vec<i32>,
    pub(crate) count: i32,
}

impl Of {
    pub(crate) fn parts(parts: impl IntoIterator<Item = u32>, count: u32) -> Self {
        let number = |part: u32| i32::try_from(part).unwrap_or(i32::MAX);
        Self { parts: parts.into_iter().map(number).collect(), count: number(count) }
    }
}

/// A page of stored processes of some parts after an order that are not over, of this layout. Found by the index of open ones, however many are over.
pub(crate) async fn open_page(pool: &PgPool, of: &Of, after: Uuid, limit: i64) -> Result<Vec<(Uuid, Instance)>, ProcessError> {
    let rows: Vec<Row> = sqlx::query_as(
        "select order_id, layout, state::text, unreadable from process.instances
          where not final and order_id > $1 and layout = $2 and process.part_v1(order_id, $5) = any ($4) order by order_id limit $3",
    )
    .bind(after)
    .bind(LAYOUT)
    .bind(limit)
    .bind(&of.parts)
    .bind(of.count)
    .fetch_all(pool)
    .await?;
    rows.into_iter().filter_map(read).collect::<Result<_, _>>().map_err(broken)
}

type Due = (DateTime<Utc>, Uuid, i32, String, Option<String>);

/// A page of stored processes with a deadline that was due at an instant, in the order of their deadlines, after one of them.
pub(crate) async fn overdue(
    pool: &PgPool,
    of: &Of,
    due_by: DateTime<Utc>,
    (after, after_order): (DateTime<Utc>, Uuid),
    limit: i64,
) -> Result<Vec<(DateTime<Utc>, Uuid, Instance)>, ProcessError> {
    let rows: Vec<Due> = sqlx::query_as(
        "select next_deadline, order_id, layout, state::text, unreadable from process.instances
          where next_deadline <= $1 and (next_deadline, order_id) > ($2, $3) and layout = $4
            and process.part_v1(order_id, $7) = any ($6)
          order by next_deadline, order_id limit $5",
    )
    .bind(due_by)
    .bind(after)
    .bind(after_order)
    .bind(LAYOUT)
    .bind(limit)
    .bind(&of.parts)
    .bind(of.count)
    .fetch_all(pool)
    .await?;
    let instance = |(due_at, order, layout, state, unreadable): Due| {
        let read = read((order, layout, state, unreadable))?;
        Some(read.map(|(order, instance)| (due_at, order, instance)))
    };
    rows.into_iter().filter_map(instance).collect::<Result<_, _>>().map_err(broken)
}

/// The earliest deadline of these parts' orders, and the database's time.
pub(crate) async fn earliest(pool: &PgPool, of: &Of) -> Result<(Option<DateTime<Utc>>, DateTime<Utc>), sqlx::Error> {
    sqlx::query_as(
        "select (select next_deadline from process.instances
                  where next_deadline is not null and layout = $3 and process.part_v1(order_id, $2) = any ($1)
                  order by next_deadline limit 1), clock_timestamp()",
    )
    .bind(&of.parts)
    .bind(of.count)
    .bind(LAYOUT)
    .fetch_one(pool)
    .await
}

/// Orders whose stored process is of another layout: to be rebuilt from the log.
pub(crate) async fn of_another_layout(pool: &PgPool, of: &Of, limit: i64) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar(
        "(select order_id from process.instances where layout < $1 and process.part_v1(order_id, $4) = any ($3) order by layout limit $2)
         union all
         (select order_id from process.instances where layout > $1 and process.part_v1(order_id, $4) = any ($3) order by layout limit $2)
         limit $2",
    )
    .bind(LAYOUT)
    .bind(limit)
    .bind(&of.parts)
    .bind(of.count)
    .fetch_all(pool)
    .await
}

/// Orders whose process stopped at an event that could not be read: to be rebuilt from the log, which this program may be able to read.
pub(crate) async fn unreadable(pool: &PgPool, of: &Of, after: Uuid, limit: i64) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar(
        "select order_id from process.instances
          where unreadable is not null and order_id > $1 and process.part_v1(order_id, $4) = any ($3) order by order_id limit $2",
    )
    .bind(after)
    .bind(limit)
    .bind(&of.parts)
    .bind(of.count)
    .fetch_all(pool)
    .await
}

/// Writes the processes that a batch has touched.
pub(crate) async fn save(
    transaction: &mut PgConnection,
    instances: &[(Uuid, &Instance)],
    (fulfillment, rules): (Fulfillment, &Rules),
) -> Result<(), ProcessError> {
    let mut states = Vec::with_capacity(instances.len());
    for (order, instance) in instances {
        states.push(serde_json::to_string(&instance.state).map_err(|source| ProcessError::BrokenState { order: *order, source })?);
    }
    sqlx::query(
        "insert into process.instances (order_id, layout, state, position, pending, waiting, parked, final, unreadable, next_deadline, updated_at)
         select t.order_id, $2, t.state::json, t.position, t.pending, t.waiting, t.parked, t.final, t.unreadable, t.next_deadline, clock_timestamp()
           from unnest($1::uuid[], $3::text[], $4::bigint[], $5::int[], $6::int[], $7::boolean[], $8::boolean[], $9::text[],
                       $10::timestamptz[])
                as t (order_id, state, position, pending, waiting, parked, final, unreadable, next_deadline)
         on conflict (order_id) do update set layout = excluded.layout, state = excluded.state, position = excluded.position,
                pending = excluded.pending, waiting = excluded.waiting, parked = excluded.parked, final = excluded.final,
                unreadable = excluded.unreadable, next_deadline = excluded.next_deadline, updated_at = excluded.updated_at",
    )
    .bind(instances.iter().map(|(order, _)| *order).collect::<Vec<_>>())
    .bind(LAYOUT)
    .bind(states)
    .bind(instances.iter().map(|(_, instance)| instance.position()).collect::<Vec<_>>())
    .bind(instances.iter().map(|(_, instance)| instance.pending(fulfillment)).collect::<Vec<_>>())
    .bind(instances.iter().map(|(_, instance)| instance.waiting()).collect::<Vec<_>>())
    .bind(instances.iter().map(|(_, instance)| !instance.state.parked().is_empty()).collect::<Vec<_>>())
    .bind(instances.iter().map(|(_, instance)| instance.is_final()).collect::<Vec<_>>())
    .bind(instances.iter().map(|(_, instance)| instance.unreadable.clone()).collect::<Vec<_>>())
    .bind(instances.iter().map(|(_, instance)| instance.next_deadline(rules)).collect::<Vec<_>>())
    .execute(transaction)
    .await?;
    Ok(())
}
