//! Parcels: planned, packed and sent by hand where fulfillment is manual; delivered as a carrier or somebody at the counter says.

use aggregates::decisions::shipping::{DispatchShipment, PlanShipment, RecordDelivery};
use aggregates::order::{FulfillmentEvent, Order, OrderEvent};
use aggregates::shipment::{CarrierBooking, PackShipment, Shipment};
use aggregates::values::{OrderId, ShipmentId, WarehouseCode};
use axum::extract::State;
use chrono::{DateTime, Utc};
use event_store::Executed;
use identity::{Caller, Right};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::caller::{Authenticated, require};
use crate::command::{Accepted, Done, Submission};
use crate::history::{self, History, Page};
use crate::input::{Body, PathParams, QueryParams};
use crate::problem::{Kind, Problem};
use crate::resource::{AsOf, Reading, Resource};
use crate::shapes::{NameShape, Nothing, ShipmentStatusShape, TimeShape, WarehouseCodeShape};
use crate::state::ApiState;

/// The routes about shipments.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(plan))
        .routes(routes!(pack))
        .routes(routes!(dispatch))
        .routes(routes!(deliver))
        .routes(routes!(read))
        .routes(routes!(events))
}

/// A parcel to plan.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanShipmentRequest {
    /// Where it leaves from: everything that is reserved there for the order goes into it.
    #[schema(value_type = WarehouseCodeShape)]
    warehouse: WarehouseCode,
}

/// Plans a parcel of everything that a warehouse holds for a confirmed order. The answer is about the parcel; an If-Match speaks of the order.
#[utoipa::path(post, path = "/v1/orders/{order}/shipments", tag = "shipments", operation_id = "plan_shipment",
    params(("order" = String, Path)), request_body = PlanShipmentRequest, responses((status = 201, body = Done)))]
async fn plan(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<PlanShipmentRequest>,
) -> Result<Accepted, Problem> {
    require(&submission.caller, Right::Fulfill)?;
    let order: OrderId = path.parse("order")?;
    let shipment = ShipmentId::new(Uuid::now_v7());
    let command = PlanShipment { order, shipment, warehouse: body.value.warehouse };
    let executed = submission.about_order(order.uuid()).run(&state, body.fingerprint, command).await?;
    let planned = if executed.replayed { planned_then(&state, &executed).await?.unwrap_or(shipment) } else { shipment };
    Ok(Accepted::created_beside(&executed, planned.to_string(), "/v1/shipments"))
}

/// The parcel that was planned when the command was first sent, as the order's history has it.
async fn planned_then(state: &ApiState, executed: &Executed) -> Result<Option<ShipmentId>, Problem> {
    let events = state.store().stream_events(&executed.stream, executed.version - 1, 1).await?;
    let decoded = events.first().map(|event| event.stored().decode::<Order>()).transpose();
    let event = decoded.map_err(|error| {
        tracing::error!(%error, "an order's history could not be read");
        Problem::new(Kind::Internal, "this was not foreseen; it has been noted")
    })?;
    Ok(if let Some(OrderEvent::Fulfillment(FulfillmentEvent::OrderLinesReleased(released))) = event {
        Some(released.shipment)
    } else {
        None
    })
}

/// Records that a parcel is packed.
#[utoipa::path(post, path = "/v1/orders/{order}/shipments/{shipment}/pack", tag = "shipments", operation_id = "pack_shipment",
    params(("order" = String, Path), ("shipment" = String, Path)), request_body = Option<Nothing>, responses((status = 200, body = Done)))]
async fn pack(State(state): State<ApiState>, submission: Submission, path: PathParams, body: Body<Nothing>) -> Result<Accepted, Problem> {
    require(&submission.caller, Right::Fulfill)?;
    let (order, shipment) = parcel(&state, &path).await?;
    submission.about_order(order.uuid()).change(&state, body.fingerprint, PackShipment { shipment }).await
}

/// How a parcel leaves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DispatchShipmentRequest {
    /// Who carries it; none where it is picked up or nothing moves.
    carrier: Option<CarrierRequest>,
}

/// A parcel in a carrier's hands.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CarrierRequest {
    /// The carrier's name.
    #[schema(value_type = NameShape)]
    carrier: String,
    /// Its number for the parcel.
    #[schema(value_type = NameShape)]
    tracking: String,
}

/// Lets a parcel leave: what was held for it is gone from the warehouse, and its part of the order is due.
#[utoipa::path(post, path = "/v1/orders/{order}/shipments/{shipment}/dispatch", tag = "shipments", operation_id = "dispatch_shipment",
    params(("order" = String, Path), ("shipment" = String, Path)), request_body = DispatchShipmentRequest,
    responses((status = 200, body = Done)))]
async fn dispatch(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<DispatchShipmentRequest>,
) -> Result<Accepted, Problem> {
    require(&submission.caller, Right::Fulfill)?;
    let (order, shipment) = parcel(&state, &path).await?;
    let carrier = body.value.carrier.map(|CarrierRequest { carrier, tracking }| CarrierBooking { carrier, tracking });
    let command = DispatchShipment { shipment, order, carrier, at: Utc::now() };
    submission.about_order(order.uuid()).change(&state, body.fingerprint, command).await
}

/// When a parcel arrived.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordDeliveryRequest {
    /// Now, if not given.
    #[schema(value_type = Option<TimeShape>)]
    delivered_at: Option<DateTime<Utc>>,
}

/// Records that a parcel arrived.
#[utoipa::path(post, path = "/v1/orders/{order}/shipments/{shipment}/deliver", tag = "shipments", operation_id = "deliver_shipment",
    params(("order" = String, Path), ("shipment" = String, Path)), request_body = Option<RecordDeliveryRequest>,
    responses((status = 200, body = Done)))]
async fn deliver(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<RecordDeliveryRequest>,
) -> Result<Accepted, Problem> {
    require(&submission.caller, Right::Fulfill)?;
    let (order, shipment) = parcel(&state, &path).await?;
    let command = RecordDelivery { shipment, order, delivered_at: body.value.delivered_at.unwrap_or_else(Utc::now), carrier: None };
    submission.about_order(order.uuid()).change(&state, body.fingerprint, command).await
}

/// The order and its parcel in a path, once it is known that they belong together.
async fn parcel(state: &ApiState, path: &PathParams) -> Result<(OrderId, ShipmentId), Problem> {
    let (order, shipment) = path.parse_both::<OrderId, ShipmentId>("order", "shipment")?;
    let loaded = state.store().load::<Shipment>(&shipment.to_string()).await?;
    if loaded.state.order() == Some(order) { Ok((order, shipment)) } else { Err(Problem::not_found("shipment", &shipment.to_string())) }
}

/// A parcel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Shipment)]
pub(crate) struct ShipmentView {
    id: String,
    version: i64,
    order: Option<String>,
    warehouse: Option<String>,
    #[schema(value_type = ShipmentStatusShape)]
    status: &'static str,
    carrier: Option<String>,
    /// The carrier's number for it.
    tracking: Option<String>,
    lines: Vec<ShipmentLineView>,
}

/// Units of a line in a parcel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShipmentLine)]
pub(crate) struct ShipmentLineView {
    line: u32,
    sku: String,
    quantity: u32,
}

fn view(id: ShipmentId, shipment: &Shipment, version: i64) -> ShipmentView {
    let lines = shipment.lines().iter();
    ShipmentView {
        id: id.to_string(),
        version,
        order: shipment.order().map(|order| order.to_string()),
        warehouse: shipment.warehouse().map(ToString::to_string),
        status: shipment.status().as_str(),
        carrier: shipment.carrier().map(|booking| booking.carrier.clone()),
        tracking: shipment.carrier().map(|booking| booking.tracking.clone()),
        lines: lines
            .map(|line| ShipmentLineView { line: line.line.get(), sku: line.sku.to_string(), quantity: line.quantity.get() })
            .collect(),
    }
}

/// Reads a parcel, now or as it once stood.
#[utoipa::path(get, path = "/v1/shipments/{shipment}", tag = "shipments", operation_id = "read_shipment",
    params(("shipment" = String, Path), AsOf), responses((status = 200, body = ShipmentView)))]
async fn read(
    State(state): State<ApiState>,
    Authenticated(caller): Authenticated,
    path: PathParams,
    QueryParams(as_of): QueryParams<AsOf>,
) -> Result<Resource<ShipmentView>, Problem> {
    let id: ShipmentId = path.parse("shipment")?;
    let moment = as_of.moment(&state).await?;
    let loaded = seen(&state, &caller, &id.to_string()).await?.at(moment).await?;
    Ok(Resource::of(loaded, |shipment, version| view(id, shipment, version)))
}

/// What happened to a parcel.
#[utoipa::path(get, path = "/v1/shipments/{shipment}/events", tag = "shipments", operation_id = "list_shipment_events",
    params(("shipment" = String, Path), Page), responses((status = 200, body = History)))]
async fn events(
    State(state): State<ApiState>,
    Authenticated(caller): Authenticated,
    path: PathParams,
    QueryParams(page): QueryParams<Page>,
) -> Result<History, Problem> {
    let id = path.parse::<ShipmentId>("shipment")?.to_string();
    seen(&state, &caller, &id).await?;
    history::read::<Shipment>(&state, "shipment", &id, &page, &caller).await
}

async fn seen<'a>(state: &'a ApiState, caller: &Caller, id: &'a str) -> Result<Reading<'a, Shipment>, Problem> {
    Reading::of_an_order(state, caller, "shipment", id, Shipment::order).await
}
