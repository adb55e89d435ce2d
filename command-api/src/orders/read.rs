use aggregates::order::Order;
use aggregates::values::OrderId;
use axum::extract::State;
use identity::Caller;

use super::owner::is_seen;
use super::view::{OrderView, view};
use super::whole::Around;
use crate::caller::Authenticated;
use crate::history::{self, History, Page};
use crate::input::{PathParams, QueryParams};
use crate::problem::Problem;
use crate::resource::{AsOf, Reading, Resource};
use crate::state::ApiState;

#[utoipa::path(get, path = "/v1/orders/{order}",
    params(("order" = String, Path), AsOf), responses((status = 200, body = OrderView)))]
pub(crate) async fn read(
    State(state): State<ApiState>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParams,
    QueryParams(as_of): QueryParams<AsOf>,
) -> Result<Resource<OrderView>, Problem> {
    let id: OrderId = path.parse("order")?;
    let moment = as_of.moment(&state).await?;
    let (loaded, unreadable) = seen(&state, &caller, &id.to_string()).await?.known_at(moment).await?;
    let around = Around::load(&state, id, &loaded, moment).await?.behind(unreadable);
    Ok(Resource::of(loaded, |order, version| view(id, (order, &around), version, &caller)))
}

#[utoipa::path(get, path = "/v1/orders/{order}/events",
    params(("order" = String, Path), Page), responses((status = 200, body = History)))]
pub(crate) async fn events(
    State(state): State<ApiState>,
    reader: Authenticated,
    path: PathParams,
    QueryParams(page): QueryParams<Page>,
) -> Result<History, Problem> {
    let id = path.parse::<OrderId>("order")?.to_string();
    seen(&state, &reader.caller, &id).await?;
    history::read::<Order>(&state, "order", &id, &page, &reader).await
}

async fn seen<'a>(state: &'a ApiState, caller: &Caller, id: &'a str) -> Result<Reading<'a, Order>, Problem> {
    let reading = Reading::<Order>::begin(state, "order", id).await?;
    let sees = is_seen(caller, reading.now());
    reading.seen_if(sees)
}
