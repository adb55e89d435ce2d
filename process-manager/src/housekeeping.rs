//! What orders that are over leave behind: the keys of their commands, none of which can come again, and notes of failed calls.

use std::sync::{Mutex, PoisonError};

use event_store::EventStore;

use crate::instances::Of;
use crate::{ProcessError, instances, retries};

const PAGE: i64 = 1_000;

/// Orders that are over, and what they left behind is not dropped yet. If the program dies before, whoever takes over finds them.
#[derive(Debug, Default)]
pub(crate) struct Ended(Mutex<Vec<String>>);

impl Ended {
    /// Adds orders.
    pub(crate) fn note(&self, orders: Vec<String>) {
        self.lock().extend(orders);
    }

    /// Drops what they have left behind.
    pub(crate) async fn forget(&self, store: &EventStore) -> Result<(), ProcessError> {
        let orders = std::mem::take(&mut *self.lock());
        if orders.is_empty() {
            return Ok(());
        }
        let forgotten = forget(store, &orders).await;
        if forgotten.is_err() {
            self.note(orders);
        }
        forgotten
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops what the last holder of these parts has left behind: keys of orders that are over, and what it noted of calls that nobody makes now.
pub(crate) async fn take_over(store: &EventStore, of: &Of) -> Result<(), ProcessError> {
    retries::forget_parts(store.pool(), of).await?;
    forget_what_is_over(store).await
}

/// Drops what all orders that are over have left behind, noted or not. Only open orders have keys for long, so it is few that are looked through.
pub(crate) async fn forget_what_is_over(store: &EventStore) -> Result<(), ProcessError> {
    let mut after = String::new();
    loop {
        let keyed = store.keyed_processes(&after, PAGE).await?;
        let Some(last) = keyed.last() else { return Ok(()) };
        after = last.clone();
        let over = instances::over(store.pool(), &keyed).await?;
        if !over.is_empty() {
            forget(store, &over).await?;
        }
    }
}

async fn forget(store: &EventStore, orders: &[String]) -> Result<(), ProcessError> {
    store.forget_processes(orders).await?;
    retries::forget_orders(store.pool(), orders).await?;
    Ok(())
}
