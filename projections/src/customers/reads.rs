use aggregates::values::{ChannelReference, CustomerId, Tier};
use sqlx::QueryBuilder;

use super::{CustomerRow, CustomerStatus};
use crate::{Page, PageRequest, ReadDatabase, ReadModelError};

/// Which customers.
#[derive(Debug, Clone, Default)]
pub struct CustomerFilter {
    /// Only those of this tier.
    pub tier: Option<Tier>,
    /// Only those in this state.
    pub status: Option<CustomerStatus>,
    /// Only those that this sales channel has named.
    pub channel: Option<String>,
}

/// One customer.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_id(read: &ReadDatabase, id: CustomerId) -> Result<Option<CustomerRow>, ReadModelError> {
    Ok(by_ids(read, &[id]).await?.pop())
}

/// Those of these customers that exist.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_ids(read: &ReadDatabase, ids: &[CustomerId]) -> Result<Vec<CustomerRow>, ReadModelError> {
    let keys: Vec<String> = ids.iter().map(CustomerId::to_string).collect();
    read.rows(sqlx::query_scalar("select row_to_json(c)::text from customers c where key = any($1)").bind(keys)).await
}

/// The customer that a sales channel names so.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_channel_reference(read: &ReadDatabase, name: &ChannelReference) -> Result<Option<CustomerRow>, ReadModelError> {
    let query = sqlx::query_scalar("select row_to_json(c)::text from customers c where channel = $1 and reference = $2");
    read.row(query.bind(name.channel.clone()).bind(name.reference.clone())).await
}

/// The customer with this e-mail address, however it is capitalized.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_email(read: &ReadDatabase, email: &str) -> Result<Option<CustomerRow>, ReadModelError> {
    let query = sqlx::query_scalar("select row_to_json(c)::text from customers c where lower(email) = lower($1)");
    read.row(query.bind(email.trim().to_owned())).await
}

/// Customers in the order of their ids.
///
/// # Errors
/// The cursor is not one of this list, or the read database cannot be asked.
pub async fn page(read: &ReadDatabase, filter: &CustomerFilter, request: &PageRequest) -> Result<Page<CustomerRow>, ReadModelError> {
    let mut query = QueryBuilder::new("select row_to_json(c)::text from customers c where true");
    if let Some(tier) = filter.tier {
        query.push(" and tier = ").push_bind(tier_word(tier));
    }
    if let Some(status) = filter.status {
        query.push(" and status = ").push_bind(status.as_str());
    }
    if let Some(channel) = &filter.channel {
        query.push(" and channel = ").push_bind(channel.clone());
    }
    read.page_by_key(query, request, |row: &CustomerRow| row.id.to_string()).await
}

fn tier_word(tier: Tier) -> &'static str {
    match tier {
        Tier::Bronze => "bronze",
        Tier::Silver => "silver",
        Tier::Gold => "gold",
        Tier::Platinum => "platinum",
    }
}
