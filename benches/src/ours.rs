//! The log in process: `event_store::EventStore`, called as the command API calls it, with a key for each command.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::ensure;
use decider::Decision;
use event_store::{CommandKey, Envelope, EventStore, LogArgs, SecretKey};
use uuid::Uuid;

use crate::clients::Client;
use crate::shop;

/// How many different callers there are.
pub(crate) const CALLERS: usize = 1000;

pub(crate) const MASTER_KEY: [u8; 32] = [1; 32];
pub(crate) const CLAIM_KEY: [u8; 32] = [2; 32];

/// Opens the log of a database, which is migrated first.
pub(crate) async fn open(database_url: &str) -> anyhow::Result<EventStore> {
    event_store::migrate(database_url).await?;
    connect(database_url).await
}

/// Opens the log of a migrated database: with nothing in memory.
pub(crate) async fn connect(database_url: &str) -> anyhow::Result<EventStore> {
    Ok(EventStore::connect(&LogArgs::new(database_url, SecretKey::new(MASTER_KEY), SecretKey::new(CLAIM_KEY))).await?)
}

/// The subject of a caller's token.
pub(crate) fn subject(number: usize) -> String {
    format!("bench-{:03}", number % CALLERS)
}

/// Another caller and another key for each command.
pub(crate) fn envelope() -> Envelope {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let actor = format!("operator:{}", subject(NEXT.fetch_add(1, Ordering::Relaxed)));
    let key = CommandKey::Client { caller: actor.clone(), key: Uuid::now_v7().to_string(), fingerprint: [7; 32] };
    Envelope::new(key, actor)
}

/// Executes a command that must write this many events.
pub(crate) async fn execute<D: Decision>(store: &EventStore, command: D, events: usize) -> anyhow::Result<()> {
    let executed = store.execute(command, envelope()).await?.done()?;
    ensure!(executed.appended == events && !executed.replayed, "{} events instead of {events}: {executed:?}", executed.appended);
    Ok(())
}

/// A warehouse and these products, so that stock can be received.
pub(crate) async fn open_shop(store: &EventStore, skus: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
    execute(store, shop::open_warehouse()?, 1).await?;
    let products = skus.into_iter().map(|sku| async move { execute(store, shop::add_product(&sku)?, 1).await });
    for_all(products).await
}

/// All of these, a few hundred at a time.
pub(crate) async fn for_all<F: Future<Output = anyhow::Result<()>>>(work: impl Iterator<Item = F>) -> anyhow::Result<()> {
    use futures::{StreamExt, TryStreamExt};
    futures::stream::iter(work).buffer_unordered(500).try_collect().await
}

/// Adds a product for each command. What a command creates is presumed new: nothing is read, and the append finds out if it is not.
pub(crate) struct AddsProducts(pub(crate) EventStore);

impl Client for AddsProducts {
    async fn ask(&mut self) -> anyhow::Result<()> {
        execute(&self.0, shop::add_product(&shop::new_sku())?, 1).await
    }
}

/// Receives units of one SKU.
pub(crate) struct Receives {
    pub(crate) store: EventStore,
    pub(crate) sku: Arc<str>,
}

impl Client for Receives {
    async fn ask(&mut self) -> anyhow::Result<()> {
        execute(&self.store, shop::receive(&self.sku, 1)?, 1).await
    }
}

/// So many clients, each made so.
pub(crate) fn clients<C>(count: usize, client: impl Fn() -> C) -> Vec<C> {
    (0..count).map(|_| client()).collect()
}

/// Clients that receive units of one SKU in one warehouse.
pub(crate) fn receivers(log: &EventStore, count: usize, sku: &str) -> Vec<Receives> {
    let sku: Arc<str> = sku.into();
    clients(count, || Receives { store: log.clone(), sku: sku.clone() })
}
