//! The stock of a product in a warehouse.

use aggregates::decisions::stocking::ReceiveStock;
use aggregates::status::available_units;
use aggregates::stock_item::StockItem;
use aggregates::values::{Quantity, StockItemId, WarehouseCode};
use aggregates::warehouse::{Warehouse, WarehouseStatus};
use axum::extract::State;
use event_store::{Loaded, Moment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Authenticated;
use crate::command::{Accepted, Done, Submission};
use crate::history::{self, History, Page};
use crate::input::{Body, PathParams, QueryParams};
use crate::problem::Problem;
use crate::resource::{AsOf, Resource, load};
use crate::shapes::DocumentShape;
use crate::state::ApiState;

/// The routes about stock.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(receive)).routes(routes!(read)).routes(routes!(events))
}

/// Units that came in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiveStockRequest {
    /// How many units.
    #[schema(value_type = u32, minimum = 1, maximum = 1_000_000)]
    quantity: Quantity,
    /// The document that says so: received once, however often it is sent. Without one, an Idempotency-Key is needed.
    #[schema(value_type = Option<DocumentShape>)]
    document: Option<String>,
}

#[utoipa::path(post, path = "/v1/warehouses/{warehouse}/stock/{sku}/receive",
    params(("warehouse" = String, Path), ("sku" = String, Path)), request_body = ReceiveStockRequest,
    responses((status = 200, body = Done)))]
async fn receive(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<ReceiveStockRequest>,
) -> Result<Accepted, Problem> {
    let item = item(&path)?;
    let ReceiveStockRequest { quantity, document } = body.value;
    if document.is_none() {
        submission.require_key()?;
    }
    submission.change(&state, body.fingerprint, ReceiveStock { item, document, quantity }).await
}

fn item(path: &PathParams) -> Result<StockItemId, Problem> {
    let (warehouse, sku) = path.parse_both("warehouse", "sku")?;
    Ok(StockItemId { warehouse, sku })
}

/// The stock of a product in a warehouse.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StockItem)]
pub(crate) struct StockView {
    /// `warehouse/sku`.
    id: String,
    version: i64,
    warehouse: String,
    sku: String,
    /// Units in the warehouse.
    on_hand: u64,
    /// Units held for orders.
    reserved: u64,
    /// Units that can be promised: none of a closed warehouse's.
    available: u64,
}

#[utoipa::path(get, path = "/v1/warehouses/{warehouse}/stock/{sku}",
    params(("warehouse" = String, Path), ("sku" = String, Path), AsOf), responses((status = 200, body = StockView)))]
async fn read(
    State(state): State<ApiState>,
    _caller: Authenticated,
    path: PathParams,
    QueryParams(as_of): QueryParams<AsOf>,
) -> Result<Resource<StockView>, Problem> {
    let id = item(&path)?;
    let loaded = load::<StockItem>(&state, "stock item", &id.to_string(), &as_of).await?;
    let is_closed = was_closed(&state, &id.warehouse, &loaded).await?;
    Ok(Resource::of(loaded, |item, version| StockView {
        id: id.to_string(),
        version,
        warehouse: id.warehouse.to_string(),
        sku: id.sku.to_string(),
        on_hand: item.on_hand(),
        reserved: item.reserved(),
        available: available_units(item.on_hand(), item.reserved(), is_closed),
    }))
}

/// Whether the warehouse was closed when its stock was as it was read.
async fn was_closed(state: &ApiState, warehouse: &WarehouseCode, item: &Loaded<StockItem>) -> Result<bool, Problem> {
    let now = state.store().load::<Warehouse>(warehouse.as_str()).await?.state.status();
    if now != WarehouseStatus::Closed {
        return Ok(false);
    }
    let then = state.store().load_at::<Warehouse>(warehouse.as_str(), Moment::Position(item.position.position)).await?;
    Ok(then.is_some_and(|then| then.state.status() == WarehouseStatus::Closed))
}

#[utoipa::path(get, path = "/v1/warehouses/{warehouse}/stock/{sku}/events",
    params(("warehouse" = String, Path), ("sku" = String, Path), Page), responses((status = 200, body = History)))]
async fn events(
    State(state): State<ApiState>,
    reader: Authenticated,
    path: PathParams,
    QueryParams(page): QueryParams<Page>,
) -> Result<History, Problem> {
    history::read::<StockItem>(&state, "stock item", &item(&path)?.to_string(), &page, &reader).await
}
