//! From rows of one read model to those of another, all rows of a page in one statement.

use std::collections::HashMap;
use std::time::Duration;

use aggregates::values::{CustomerId, Sku, WarehouseCode};
use async_graphql::Request;
use async_graphql::dataloader::{DataLoader, Loader};
use projections::ReadDatabase;
use projections::customers::{self, CustomerRow};
use projections::stock::{self, StockRow};
use projections::warehouses::{self, WarehouseStatus};

use crate::errors::QueryError;

/// Loaders for one request: what one caller loaded is never answered to another.
pub(crate) fn with_loaders(request: Request, read: &ReadDatabase) -> Request {
    request
        .data(DataLoader::new(CustomerOf(read.clone()), tokio::spawn).delay(Duration::ZERO))
        .data(DataLoader::new(StockOf(read.clone()), tokio::spawn).delay(Duration::ZERO))
        .data(DataLoader::new(ClosedWarehouses(read.clone()), tokio::spawn).delay(Duration::ZERO))
}

/// From an order to its customer.
pub(crate) struct CustomerOf(pub(crate) ReadDatabase);

impl Loader<CustomerId> for CustomerOf {
    type Value = CustomerRow;
    type Error = QueryError;

    async fn load(&self, ids: &[CustomerId]) -> Result<HashMap<CustomerId, CustomerRow>, QueryError> {
        Ok(customers::by_ids(&self.0, ids).await?.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// From a product to its stock everywhere.
pub(crate) struct StockOf(pub(crate) ReadDatabase);

impl Loader<Sku> for StockOf {
    type Value = Vec<StockRow>;
    type Error = QueryError;

    async fn load(&self, skus: &[Sku]) -> Result<HashMap<Sku, Vec<StockRow>>, QueryError> {
        let mut stock: HashMap<Sku, Vec<StockRow>> = HashMap::new();
        for row in stock::by_skus(&self.0, skus).await? {
            stock.entry(row.sku.clone()).or_default().push(row);
        }
        Ok(stock)
    }
}

/// From stock to its warehouse, if that is closed.
pub(crate) struct ClosedWarehouses(pub(crate) ReadDatabase);

impl Loader<WarehouseCode> for ClosedWarehouses {
    type Value = ();
    type Error = QueryError;

    /// There are so few warehouses that all of them are looked at.
    async fn load(&self, _: &[WarehouseCode]) -> Result<HashMap<WarehouseCode, ()>, QueryError> {
        let closed = warehouses::all(&self.0).await?.into_iter().filter(|row| row.status == WarehouseStatus::Closed);
        Ok(closed.map(|row| (row.code, ())).collect())
    }
}
