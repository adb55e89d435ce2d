use aggregates::order::Order;
use aggregates::values::OrderId;
use axum::extract::State;
use identity::Caller;

use super::owner::owner_for;
use super::view::{OrderView, view};
use crate::caller::{Authenticated, sees_personal_data};
use crate::history::{self, History, Page};
use crate::input::{PathParams, QueryParams};
use crate::problem::Problem;
use crate::resource::{AsOf, Resource, load};
use crate::state::ApiState;

/// Reads an order, now or as it once stood, with what may be asked of it.
#[utoipa::path(get, path = "/v1/orders/{order}", tag = "orders", operation_id = "read_order",
    params(("order" = String, Path), AsOf), responses((status = 200, body = OrderView)))]
pub(crate) async fn read(
    State(state): State<ApiState>,
    Authenticated(caller): Authenticated,
    path: PathParams,
    QueryParams(as_of): QueryParams<AsOf>,
) -> Result<Resource<OrderView>, Problem> {
    let id: OrderId = path.parse("order")?;
    seen_owner(&state, &caller, id).await?;
    let loaded = load::<Order>(&state, "order", &id.to_string(), &as_of).await?;
    Ok(Resource::of(loaded, |order, version| view(id, order, version, &caller)))
}

/// What happened to an order.
#[utoipa::path(get, path = "/v1/orders/{order}/events", tag = "orders", operation_id = "list_order_events",
    params(("order" = String, Path), Page), responses((status = 200, body = History)))]
pub(crate) async fn events(
    State(state): State<ApiState>,
    Authenticated(caller): Authenticated,
    path: PathParams,
    QueryParams(page): QueryParams<Page>,
) -> Result<History, Problem> {
    let id: OrderId = path.parse("order")?;
    let owner = seen_owner(&state, &caller, id).await?;
    history::read::<Order>(&state, "order", &id.to_string(), &page, sees_personal_data(&caller, &owner)).await
}

async fn seen_owner(state: &ApiState, caller: &Caller, id: OrderId) -> Result<String, Problem> {
    owner_for(state, caller, id).await?.ok_or_else(|| Problem::not_found("order", &id.to_string()))
}
