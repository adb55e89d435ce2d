use aggregates::status::{FulfillmentStatus, PaidStatus};
use aggregates::values::{ChannelReference, CustomerId, OrderId, OrderNumber};
use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};

use super::whole::Rows;
use super::{OrderRow, OrderStatus};
use crate::page::TimeCursor;
use crate::{Page, PageRequest, ReadDatabase, ReadModelError};

/// Which orders.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// Only those in one of these states; of none: no order.
    pub statuses: Option<Vec<OrderStatus>>,
    /// Only those with this payment status.
    pub payment_status: Option<PaidStatus>,
    /// Only those with this fulfillment status.
    pub fulfillment_status: Option<FulfillmentStatus>,
    /// Only this customer's.
    pub customer: Option<CustomerId>,
    /// Only those that this sales channel sent.
    pub channel: Option<String>,
    /// Only those of which a step waits for an operator, or none does.
    pub parked: Option<bool>,
    /// Only those of which a fact contradicts what they say, or none does.
    pub alerted: Option<bool>,
    /// Only those placed at this time or later.
    pub placed_from: Option<DateTime<Utc>>,
    /// Only those placed before this time.
    pub placed_before: Option<DateTime<Utc>>,
}

/// One order.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_id(read: &ReadDatabase, id: OrderId) -> Result<Option<OrderRow>, ReadModelError> {
    Ok(by_ids(read, &[id]).await?.pop())
}

/// Those of these orders that exist.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_ids(read: &ReadDatabase, ids: &[OrderId]) -> Result<Vec<OrderRow>, ReadModelError> {
    let mut query = orders();
    query.push(" and o.key = any(").push_bind(ids.iter().map(OrderId::to_string).collect::<Vec<_>>()).push(")");
    found(read, query).await
}

/// The order with this number.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_number(read: &ReadDatabase, number: &OrderNumber) -> Result<Option<OrderRow>, ReadModelError> {
    let mut query = orders();
    query.push(" and t.number = ").push_bind(number.as_str().to_owned());
    Ok(found(read, query).await?.pop())
}

/// The order that a sales channel names so.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_channel_reference(read: &ReadDatabase, name: &ChannelReference) -> Result<Option<OrderRow>, ReadModelError> {
    Ok(by_channel_references(read, &name.channel, std::slice::from_ref(&name.reference)).await?.pop())
}

/// Those of these orders of a sales channel that exist.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_channel_references(read: &ReadDatabase, channel: &str, references: &[String]) -> Result<Vec<OrderRow>, ReadModelError> {
    let mut query = orders();
    query.push(" and t.channel = ").push_bind(channel.to_owned());
    query.push(" and t.reference = any(").push_bind(references.to_vec()).push(")");
    found(read, query).await
}

/// Orders, the latest placed first.
///
/// # Errors
/// The cursor is not one of this list, or the read database cannot be asked.
pub async fn page(read: &ReadDatabase, filter: &OrderFilter, request: &PageRequest) -> Result<Page<OrderRow>, ReadModelError> {
    // Both tables have the time: the one that the list is narrowed by has the index that is in its order.
    let by = if filter.statuses.is_none() { "t" } else { "o" };
    let mut query = orders();
    narrow(&mut query, filter, by);
    if let Some(after) = request.after.as_deref().map(str::parse::<TimeCursor>).transpose()? {
        query.push(format!(" and ({by}.placed_at, {by}.key) < (")).push_bind(after.time).push(", ").push_bind(after.key).push(")");
    }
    query.push(format!(" order by {by}.placed_at desc, {by}.key desc limit ")).push_bind(request.rows_to_read());
    let rows = found(read, query).await?;
    Ok(request.page(rows, |row: &OrderRow| TimeCursor { time: row.placed_at, key: row.id.to_string() }.to_string()))
}

/// Every order in full, to be narrowed.
fn orders() -> QueryBuilder<Postgres> {
    QueryBuilder::new(include_str!("in_full.sql"))
}

async fn found(read: &ReadDatabase, mut query: QueryBuilder<Postgres>) -> Result<Vec<OrderRow>, ReadModelError> {
    let rows: Vec<Rows> = read.rows(query.build_query_scalar()).await?;
    Ok(rows.into_iter().map(OrderRow::from).collect())
}

fn narrow(query: &mut QueryBuilder<Postgres>, filter: &OrderFilter, by: &str) {
    if let Some(statuses) = &filter.statuses {
        let words: Vec<&str> = statuses.iter().map(|status| status.as_str()).collect();
        query.push(" and o.status = any(").push_bind(words).push(")");
    }
    if let Some(status) = filter.payment_status {
        query.push(" and o.payment_status = ").push_bind(status.as_str());
    }
    if let Some(status) = filter.fulfillment_status {
        query.push(" and o.fulfillment_status = ").push_bind(status.as_str());
    }
    if let Some(customer) = filter.customer {
        query.push(" and t.customer_id = ").push_bind(customer.uuid());
    }
    if let Some(channel) = &filter.channel {
        query.push(" and t.channel = ").push_bind(channel.clone());
    }
    if let Some(parked) = filter.parked {
        query.push(if parked {
            " and o.key in (select key from order_parked)"
        } else {
            " and o.key not in (select key from order_parked)"
        });
    }
    if let Some(alerted) = filter.alerted {
        query.push(if alerted {
            " and o.key in (select key from order_alerts)"
        } else {
            " and o.key not in (select key from order_alerts)"
        });
    }
    if let Some(from) = filter.placed_from {
        query.push(format!(" and {by}.placed_at >= ")).push_bind(from);
    }
    if let Some(before) = filter.placed_before {
        query.push(format!(" and {by}.placed_at < ")).push_bind(before);
    }
}

/// How many orders there are in each state that has any.
///
/// # Errors
/// The read database cannot be asked.
pub async fn count_by_status(read: &ReadDatabase) -> Result<Vec<(OrderStatus, i64)>, ReadModelError> {
    let counts: Vec<(String, i64)> = sqlx::query_as("select status, count(*) from orders group by status").fetch_all(read.pool()).await?;
    let of = |status: OrderStatus| counts.iter().find(|(word, _)| word == status.as_str()).map(|(_, count)| (status, *count));
    Ok(OrderStatus::ALL.iter().copied().filter_map(of).collect())
}
