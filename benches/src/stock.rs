//! The stock store: cqrs-es on postgres-es, as their documentation sets it up, with the same events on a table of its own.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aggregates::product::Product;
use aggregates::stock_item::StockItem;
use anyhow::bail;
use cqrs_es::{Aggregate, AggregateError};
use postgres_es::{PostgresCqrs, postgres_cqrs};
use sqlx_stock::PgPool;
use sqlx_stock::postgres::PgPoolOptions;
use uuid::Uuid;

use crate::clients::Client;
use crate::{ours, shop};

/// What this process is while stock runs in it.
pub(crate) const HERE: &str = "store and clients";

/// The sizes of its pool that are tried.
pub(crate) const POOLS: [u32; 3] = [8, 16, 32];

/// The table as postgres-es documents it.
const TABLE: &str = "create table if not exists events (
    aggregate_type text                         not null,
    aggregate_id   text                         not null,
    sequence       bigint check (sequence >= 0) not null,
    event_type     text                         not null,
    event_version  text                         not null,
    payload        json                         not null,
    metadata       json                         not null,
    primary key (aggregate_type, aggregate_id, sequence)
)";

/// The stock store of one database, through a pool of one size.
#[derive(Clone)]
pub(crate) struct Stock {
    pub(crate) pool: PgPool,
    products: Arc<PostgresCqrs<Product>>,
    items: Arc<PostgresCqrs<StockItem>>,
}

impl Stock {
    pub(crate) async fn open(database_url: &str, connections: u32) -> anyhow::Result<Self> {
        let pool = PgPoolOptions::new().max_connections(connections).connect(database_url).await?;
        sqlx_stock::query(TABLE).execute(&pool).await?;
        let products = Arc::new(postgres_cqrs(pool.clone(), Vec::new(), ()));
        let items = Arc::new(postgres_cqrs(pool.clone(), Vec::new(), ()));
        Ok(Self { pool, products, items })
    }

    /// The stock store of one database, once for each size of its pool.
    pub(crate) async fn open_all(database_url: &str) -> anyhow::Result<Vec<(u32, Self)>> {
        let mut stores = Vec::new();
        for connections in POOLS {
            stores.push((connections, Self::open(database_url, connections).await?));
        }
        Ok(stores)
    }

    pub(crate) async fn receive(&self, id: &str, retries: Retries) -> anyhow::Result<()> {
        until_stored(&self.items, id, retries, || Ok(vec![shop::stock_received()?.into()])).await
    }

    /// A stock item with this many events, written straight into the table.
    pub(crate) async fn long_stream(&self, id: &str, events: i64) -> anyhow::Result<()> {
        let payload = serde_json::json!({ "stock_item.received": shop::stock_received()? });
        let insert = "insert into events select 'stock_item', $1, n, 'stock_item.received', '1', $2, $3 from generate_series(1, $4) n";
        let metadata = serde_json::json!(metadata());
        sqlx_stock::query(insert).bind(id).bind(payload).bind(metadata).bind(events).execute(&self.pool).await?;
        Ok(())
    }
}

/// When a command is tried again after a conflict.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Retries {
    /// At once.
    AtOnce,
    /// After a random part of 1, 2, 4 … 128 ms.
    Later,
}

impl Retries {
    async fn pause(self, tries: u32) {
        match self {
            Self::AtOnce => {}
            Self::Later => {
                let most = 1000_u128 << tries.min(7);
                let micros = Uuid::new_v4().as_u128() % most;
                tokio::time::sleep(Duration::from_micros(u64::try_from(micros).unwrap_or_default())).await;
            }
        }
    }
}

/// Executes until it is stored.
async fn until_stored<A>(
    cqrs: &PostgresCqrs<A>,
    id: &str,
    retries: Retries,
    command: impl Fn() -> anyhow::Result<A::Command>,
) -> anyhow::Result<()>
where
    A: Aggregate,
{
    let mut tries = 0;
    loop {
        match cqrs.execute_with_metadata(id, command()?, metadata()).await {
            Ok(()) => return Ok(()),
            Err(AggregateError::AggregateConflict) => retries.pause(tries).await,
            Err(error) => bail!("the stock store failed: {error:?}"),
        }
        tries += 1;
    }
}

/// What our events say of their command, too.
fn metadata() -> HashMap<String, String> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let actor = format!("operator:{}", ours::subject(NEXT.fetch_add(1, Ordering::Relaxed)));
    HashMap::from([("actor".to_owned(), actor), ("command_id".to_owned(), Uuid::now_v7().to_string())])
}

/// Adds a product for each command.
pub(crate) struct AddsProducts(pub(crate) Stock);

impl Client for AddsProducts {
    async fn ask(&mut self) -> anyhow::Result<()> {
        until_stored(&self.0.products, &shop::new_sku(), Retries::AtOnce, || Ok(vec![shop::product_added().into()])).await
    }
}

/// Receives units of one SKU.
pub(crate) struct Receives {
    pub(crate) stock: Stock,
    pub(crate) id: Arc<str>,
    pub(crate) retries: Retries,
}

impl Client for Receives {
    async fn ask(&mut self) -> anyhow::Result<()> {
        self.stock.receive(&self.id, self.retries).await
    }
}
