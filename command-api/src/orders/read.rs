use aggregates::order::Order;
use aggregates::payment::Payment;
use aggregates::values::{OrderId, PaymentId};
use axum::extract::State;
use decider::StreamId;
use event_store::{Loaded, Moment};
use futures::future::try_join_all;
use identity::Caller;

use super::owner::owner;
use super::view::{OrderView, view};
use crate::caller::{Authenticated, sees};
use crate::history::{self, History, Page};
use crate::input::{PathParams, QueryParams};
use crate::problem::Problem;
use crate::resource::{AsOf, Reading, Resource};
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
    let moment = as_of.moment(&state).await?;
    let loaded = seen(&state, &caller, &id.to_string()).await?.at(moment).await?;
    let payments = payments_of(&state, id, &loaded, moment).await?;
    Ok(Resource::of(loaded, |order, version| view(id, (order, &payments), version, &caller)))
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
    let id = path.parse::<OrderId>("order")?.to_string();
    seen(&state, &caller, &id).await?;
    history::read::<Order>(&state, "order", &id, &page, &caller).await
}

async fn seen<'a>(state: &'a ApiState, caller: &Caller, id: &'a str) -> Result<Reading<'a, Order>, Problem> {
    let reading = Reading::<Order>::begin(state, "order", id).await?;
    let sees = owner(reading.now()).is_some_and(|owner| sees(caller, &owner));
    reading.seen_if(sees)
}

/// An order's attempts to pay, oldest first, as they were when it was as it was read: the order itself does not know what gateways have taken.
async fn payments_of(state: &ApiState, id: OrderId, order: &Loaded<Order>, moment: Moment) -> Result<Vec<Payment>, Problem> {
    let moment = match moment {
        Moment::Version(version) => Moment::Position(position_of(state, id, version).await?),
        Moment::Position(_) | Moment::Instant(_) => Moment::Position(order.position.position),
        Moment::Now => Moment::Now,
    };
    let attempts = order.state.payments().iter().map(|attempt| payment_at(state, attempt.payment, moment));
    Ok(try_join_all(attempts).await?.into_iter().flatten().collect())
}

async fn payment_at(state: &ApiState, id: PaymentId, moment: Moment) -> Result<Option<Payment>, Problem> {
    let (store, id) = (state.store(), id.to_string());
    match moment {
        Moment::Now => Ok(Some(store.load(&id).await?.state)),
        Moment::Version(_) | Moment::Position(_) | Moment::Instant(_) => Ok(store.load_at(&id, moment).await?.map(|loaded| loaded.state)),
    }
}

async fn position_of(state: &ApiState, id: OrderId, version: i64) -> Result<i64, Problem> {
    let events = state.store().stream_events(&StreamId::of::<Order>(id.to_string()), version - 1, 1).await?;
    Ok(events.first().map_or(0, |event| event.position))
}
