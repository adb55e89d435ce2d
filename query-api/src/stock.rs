//! Stock: what is where, and the warehouses.

use aggregates::status::available_units;
use aggregates::values::{Sku, StockItemId, WarehouseCode};
use async_graphql::dataloader::DataLoader;
use async_graphql::{ComplexObject, Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use projections::stock::{self, Stock, StockFilter, StockRow};
use projections::warehouses::{self, WarehouseRow, Warehouses};

use crate::arguments::{parse, parse_given};
use crate::errors::QueryError;
use crate::hops::ClosedWarehouses;
use crate::page::{self, List, Page};
use crate::position;
use crate::viewer::Viewer;
use crate::whole_number::WholeNumber;

/// The stock of one SKU in one warehouse.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct StockItem {
    /// Where: the warehouse's code.
    warehouse: String,
    /// Of what.
    sku: String,
    /// Units in the house.
    on_hand: WholeNumber,
    /// Units of these that are held for orders.
    reserved: WholeNumber,
    /// Units that ever came in.
    received: WholeNumber,
    /// Units that ever left with a shipment.
    dispatched: WholeNumber,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    #[graphql(skip)]
    code: WarehouseCode,
}

#[ComplexObject]
impl StockItem {
    /// Units that a new order can have: none of a closed warehouse's.
    async fn available(&self, context: &Context<'_>) -> Result<WholeNumber, QueryError> {
        position::reach::<Warehouses>(context, None).await?;
        let closed = context.data_unchecked::<DataLoader<ClosedWarehouses>>().load_one(self.code.clone()).await?.is_some();
        let units = |units: i64| u64::try_from(units).unwrap_or(0);
        let available = available_units(units(self.on_hand.get()), units(self.reserved.get()), closed);
        Ok(i64::try_from(available).unwrap_or(i64::MAX).into())
    }
}

impl From<StockRow> for StockItem {
    fn from(row: StockRow) -> Self {
        Self {
            warehouse: row.warehouse.to_string(),
            sku: row.sku.to_string(),
            on_hand: row.on_hand.into(),
            reserved: row.reserved.into(),
            received: row.received.into(),
            dispatched: row.dispatched.into(),
            updated_at: row.updated_at,
            code: row.warehouse,
        }
    }
}

/// Units over all stock.
#[derive(SimpleObject)]
pub(crate) struct StockTotals {
    /// Units in all houses.
    on_hand: WholeNumber,
    /// Units of these that are held for orders.
    reserved: WholeNumber,
}

/// A warehouse.
#[derive(SimpleObject)]
pub(crate) struct Warehouse {
    /// Its code.
    code: String,
    /// For people.
    name: String,
    /// Lower is asked first.
    priority: WholeNumber,
    /// Whether it takes part in sourcing.
    status: WarehouseStatus,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

impl From<WarehouseRow> for Warehouse {
    fn from(row: WarehouseRow) -> Self {
        let (code, priority) = (row.code.to_string(), row.priority.into());
        Self { code, name: row.name, priority, status: row.status.into(), updated_at: row.updated_at }
    }
}

/// Whether a warehouse takes part in sourcing.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "projections::warehouses::WarehouseStatus")]
pub(crate) enum WarehouseStatus {
    /// Takes part.
    Open,
    /// Not for now.
    Maintenance,
    /// Never again.
    Closed,
}

/// Which stock.
#[derive(InputObject, Default)]
pub(crate) struct StockItemsFilter {
    /// Only in this warehouse.
    warehouse: Option<String>,
    /// Only of this SKU.
    sku: Option<String>,
    /// Only where something is on hand or reserved.
    #[graphql(default)]
    not_empty: bool,
}

impl StockItemsFilter {
    fn parse(self) -> Result<StockFilter, QueryError> {
        let warehouse = parse_given::<WarehouseCode>(self.warehouse.as_deref())?;
        let sku = parse_given::<Sku>(self.sku.as_deref())?;
        Ok(StockFilter { warehouse, sku, not_empty: self.not_empty })
    }
}

/// See [`StockItem`].
#[derive(Default)]
pub(crate) struct StockQueries;

#[Object]
impl StockQueries {
    /// The stock of one SKU in one warehouse. Not for customers, nor for a sales channel without the grant.
    async fn stock_item(
        &self,
        context: &Context<'_>,
        warehouse: String,
        sku: String,
        min_position: Option<String>,
    ) -> Result<Option<StockItem>, QueryError> {
        Viewer::asking(context, "Query", "stockItem")?;
        let read = position::reach::<Stock>(context, min_position).await?;
        let id = StockItemId { warehouse: parse(&warehouse)?, sku: parse(&sku)? };
        Ok(stock::by_id(read, &id).await?.map(StockItem::from))
    }

    /// Stock in the order of warehouse and SKU. Not for customers, nor for a sales channel without the grant.
    async fn stock(
        &self,
        context: &Context<'_>,
        filter: Option<StockItemsFilter>,
        #[graphql(desc = "1 to 200; 20 where nothing is said")] first: Option<i32>,
        after: Option<String>,
        min_position: Option<String>,
    ) -> Result<Page<StockItem>, QueryError> {
        Viewer::asking(context, "Query", "stock")?;
        let read = position::reach::<Stock>(context, min_position).await?;
        let request = page::request(List::STOCK, first, after)?;
        let found = stock::page(read, &filter.unwrap_or_default().parse()?, &request).await?;
        Ok(page::page(List::STOCK, found, &request, StockItem::from))
    }

    /// Units over all stock. Not for customers, nor for a sales channel without the grant.
    async fn stock_totals(&self, context: &Context<'_>, min_position: Option<String>) -> Result<StockTotals, QueryError> {
        Viewer::asking(context, "Query", "stockTotals")?;
        let read = position::reach::<Stock>(context, min_position).await?;
        let (on_hand, reserved) = stock::totals(read).await?;
        Ok(StockTotals { on_hand: on_hand.into(), reserved: reserved.into() })
    }

    /// Every warehouse, in the order in which they are asked for stock. Not for customers, nor for a sales channel without the grant.
    async fn warehouses(&self, context: &Context<'_>, min_position: Option<String>) -> Result<Vec<Warehouse>, QueryError> {
        Viewer::asking(context, "Query", "warehouses")?;
        let read = position::reach::<Warehouses>(context, min_position).await?;
        Ok(warehouses::all(read).await?.into_iter().map(Warehouse::from).collect())
    }
}
