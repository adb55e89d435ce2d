//! Warehouses: opened, in maintenance, closed.

use aggregates::decisions::stocking::CloseWarehouse;
use aggregates::stock_item::StockItem;
use aggregates::values::{StockItemId, WarehouseCode};
use aggregates::warehouse::{EndMaintenance, OpenWarehouse, StartMaintenance, Warehouse};
use axum::extract::State;
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
use crate::shapes::{NameShape, Nothing, WarehouseCodeShape, WarehouseStatusShape};
use crate::state::ApiState;

/// The routes about warehouses.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(start_maintenance))
        .routes(routes!(end_maintenance))
        .routes(routes!(close))
        .routes(routes!(read))
        .routes(routes!(events))
}

/// A warehouse to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenWarehouseRequest {
    #[schema(value_type = WarehouseCodeShape)]
    code: WarehouseCode,
    #[schema(value_type = NameShape)]
    name: String,
    /// Lower is asked first.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    priority: u32,
}

#[utoipa::path(post, path = "/v1/warehouses",
    request_body = OpenWarehouseRequest, responses((status = 201, body = Done)))]
async fn open(State(state): State<ApiState>, submission: Submission, body: Body<OpenWarehouseRequest>) -> Result<Accepted, Problem> {
    let OpenWarehouseRequest { code: warehouse, name, priority } = body.value;
    let executed = submission.run(&state, body.fingerprint, OpenWarehouse { warehouse, name, priority }).await?;
    Ok(Accepted::created(&executed, "/v1/warehouses"))
}

#[utoipa::path(post, path = "/v1/warehouses/{warehouse}/start-maintenance",
    params(("warehouse" = String, Path)), request_body = Option<Nothing>, responses((status = 200, body = Done)))]
async fn start_maintenance(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<Nothing>,
) -> Result<Accepted, Problem> {
    let warehouse = path.parse("warehouse")?;
    submission.change(&state, body.fingerprint, StartMaintenance { warehouse }).await
}

#[utoipa::path(post, path = "/v1/warehouses/{warehouse}/end-maintenance",
    params(("warehouse" = String, Path)), request_body = Option<Nothing>, responses((status = 200, body = Done)))]
async fn end_maintenance(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<Nothing>,
) -> Result<Accepted, Problem> {
    let warehouse = path.parse("warehouse")?;
    submission.change(&state, body.fingerprint, EndMaintenance { warehouse }).await
}

#[utoipa::path(post, path = "/v1/warehouses/{warehouse}/close",
    params(("warehouse" = String, Path)), request_body = Option<Nothing>, responses((status = 200, body = Done)))]
async fn close(State(state): State<ApiState>, submission: Submission, path: PathParams, body: Body<Nothing>) -> Result<Accepted, Problem> {
    let warehouse: WarehouseCode = path.parse("warehouse")?;
    let items = items(&state, &warehouse).await?;
    submission.change(&state, body.fingerprint, CloseWarehouse { warehouse, items }).await
}

/// So many stock items are looked at at once.
const PAGE: i64 = 500;

/// So many that hold something suffice to refuse.
const ENOUGH: usize = 100;

/// So many that were empty a moment ago are looked at again.
const LOOKED_AT_AGAIN: usize = 2_000;

/// A warehouse's stock items, those that hold something first.
async fn items(state: &ApiState, warehouse: &WarehouseCode) -> Result<Vec<StockItemId>, Problem> {
    let (prefix, mut after, mut holding, mut empty) = (format!("{warehouse}/"), String::new(), Vec::new(), Vec::new());
    while holding.len() < ENOUGH {
        let ids = state.store().ids::<StockItem>(&prefix, &after, PAGE).await?;
        let Some(last) = ids.last() else { break };
        after.clone_from(last);
        let items = state.store().load_many_cached::<StockItem>(&ids).await?;
        let (held, not): (Vec<_>, Vec<_>) = ids.iter().zip(items).partition(|(_, item)| item.state.on_hand() > 0);
        let item = |(id, _): (&String, _)| id.parse::<StockItemId>().ok();
        holding.extend(held.into_iter().filter_map(item));
        empty.extend(not.into_iter().filter_map(item).take(LOOKED_AT_AGAIN - empty.len()));
    }
    holding.append(&mut empty);
    Ok(holding)
}

/// A warehouse.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Warehouse)]
pub(crate) struct WarehouseView {
    id: String,
    version: i64,
    #[schema(value_type = WarehouseStatusShape)]
    status: &'static str,
    name: String,
    /// Lower is asked first.
    priority: u32,
}

fn view(code: &WarehouseCode, warehouse: &Warehouse, version: i64) -> WarehouseView {
    WarehouseView {
        id: code.to_string(),
        version,
        status: warehouse.status().as_str(),
        name: warehouse.name().unwrap_or_default().to_owned(),
        priority: warehouse.priority().unwrap_or_default(),
    }
}

#[utoipa::path(get, path = "/v1/warehouses/{warehouse}",
    params(("warehouse" = String, Path), AsOf), responses((status = 200, body = WarehouseView)))]
async fn read(
    State(state): State<ApiState>,
    _caller: Authenticated,
    path: PathParams,
    QueryParams(as_of): QueryParams<AsOf>,
) -> Result<Resource<WarehouseView>, Problem> {
    let code: WarehouseCode = path.parse("warehouse")?;
    let loaded = load::<Warehouse>(&state, "warehouse", code.as_str(), &as_of).await?;
    Ok(Resource::of(loaded, |warehouse, version| view(&code, warehouse, version)))
}

#[utoipa::path(get, path = "/v1/warehouses/{warehouse}/events",
    params(("warehouse" = String, Path), Page), responses((status = 200, body = History)))]
async fn events(
    State(state): State<ApiState>,
    reader: Authenticated,
    path: PathParams,
    QueryParams(page): QueryParams<Page>,
) -> Result<History, Problem> {
    let code: WarehouseCode = path.parse("warehouse")?;
    history::read::<Warehouse>(&state, "warehouse", code.as_str(), &page, &reader).await
}
