use std::collections::HashSet;

use event_store::EventStore;

use crate::{ProcessError, followed};

/// The orders whose money need not agree yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsettled {
    /// The log has gone on, or no process manager has followed it that far.
    All,
    /// These have something under way, or wait for an operator.
    Orders(HashSet<String>),
}

impl Unsettled {
    /// Whether an order is one of them.
    pub fn has(&self, order: &str) -> bool {
        match self {
            Self::All => true,
            Self::Orders(orders) => orders.contains(order),
        }
    }
}

/// The orders that are not settled at a position of the log.
///
/// # Errors
/// The log or the processes cannot be read.
pub async fn unsettled(store: &EventStore, position: i64) -> Result<Unsettled, ProcessError> {
    let followed = followed(store.pool()).await?;
    let orders = sqlx::query_scalar("select order_id::text from process.instances where pending > 0 or parked or unreadable is not null");
    let orders: Vec<String> = orders.fetch_all(store.pool()).await?;
    // Looked at last: what was read above is then of the log as it is at the position.
    let moved = store.head().await?.position > position;
    Ok(if moved || followed < position { Unsettled::All } else { Unsettled::Orders(orders.into_iter().collect()) })
}
