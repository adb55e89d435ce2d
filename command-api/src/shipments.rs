//! Parcels: planned, packed and sent by hand where fulfillment is manual; delivered as a carrier or somebody at the counter says.

use aggregates::decisions::on_order::OnOrder;
use aggregates::decisions::shipping::{DeliverShipment, DispatchShipment, PlanShipment};
use aggregates::order::{FulfillmentEvent, Order, OrderEvent};
use aggregates::shipment::{CarrierBooking, PackShipment, Shipment};
use aggregates::values::{OrderId, ShipmentId, WarehouseCode};
use axum::extract::State;
use chrono::{DateTime, Utc};
use decider::Decision;
use event_store::Executed;
use identity::Caller;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::caller::Authenticated;
use crate::command::{Accepted, Done, Submission};
use crate::history::{self, History, Page};
use crate::input::{Body, PathParams, QueryParams};
use crate::problem::Problem;
use crate::resource::{AsOf, Reading, Resource};
use crate::shapes::{BookingStageShape, NameShape, Nothing, ShipmentStatusShape, TimeShape, WarehouseCodeShape};
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

#[utoipa::path(post, path = "/v1/orders/{order}/shipments",
    params(("order" = String, Path)), request_body = PlanShipmentRequest, responses((status = 201, body = Done)))]
async fn plan(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<PlanShipmentRequest>,
) -> Result<Accepted, Problem> {
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
        Problem::internal()
    })?;
    Ok(if let Some(OrderEvent::Fulfillment(FulfillmentEvent::OrderLinesReleased(released))) = event {
        Some(released.shipment)
    } else {
        None
    })
}

#[utoipa::path(post, path = "/v1/orders/{order}/shipments/{shipment}/pack",
    params(("order" = String, Path), ("shipment" = String, Path)), request_body = Option<Nothing>, responses((status = 200, body = Done)))]
async fn pack(State(state): State<ApiState>, submission: Submission, path: PathParams, body: Body<Nothing>) -> Result<Accepted, Problem> {
    let (order, shipment) = path.parse_both("order", "shipment")?;
    on_parcel(&state, submission, body.fingerprint, (order, shipment), PackShipment { shipment }).await
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

#[utoipa::path(post, path = "/v1/orders/{order}/shipments/{shipment}/dispatch",
    params(("order" = String, Path), ("shipment" = String, Path)), request_body = DispatchShipmentRequest,
    responses((status = 200, body = Done)))]
async fn dispatch(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<DispatchShipmentRequest>,
) -> Result<Accepted, Problem> {
    let (order, shipment) = path.parse_both("order", "shipment")?;
    let carrier = body.value.carrier.map(|CarrierRequest { carrier, tracking }| CarrierBooking { carrier, tracking });
    let command = DispatchShipment { shipment, order, carrier, at: Utc::now() };
    on_parcel(&state, submission, body.fingerprint, (order, shipment), command).await
}

/// When a parcel arrived.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordDeliveryRequest {
    /// Now, if not given.
    #[schema(value_type = Option<TimeShape>)]
    delivered_at: Option<DateTime<Utc>>,
}

#[utoipa::path(post, path = "/v1/orders/{order}/shipments/{shipment}/deliver",
    params(("order" = String, Path), ("shipment" = String, Path)), request_body = Option<RecordDeliveryRequest>,
    responses((status = 200, body = Done)))]
async fn deliver(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<RecordDeliveryRequest>,
) -> Result<Accepted, Problem> {
    let (order, shipment) = path.parse_both("order", "shipment")?;
    let command = DeliverShipment { shipment, order, delivered_at: body.value.delivered_at, now: Utc::now() };
    on_parcel(&state, submission, body.fingerprint, (order, shipment), command).await
}

/// A command about a parcel of an order, if it is one of that order.
async fn on_parcel(
    state: &ApiState,
    submission: Submission,
    fingerprint: [u8; 32],
    (order, shipment): (OrderId, ShipmentId),
    command: impl Decision,
) -> Result<Accepted, Problem> {
    let command = OnOrder::new(order, submission.sight.clone(), command).parcel(shipment);
    submission.about_order(order.uuid()).change(state, fingerprint, command).await
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
    /// How far it is with a carrier.
    #[schema(value_type = BookingStageShape)]
    booking: &'static str,
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
        booking: shipment.booking().stage().as_str(),
        lines: lines
            .map(|line| ShipmentLineView { line: line.line.get(), sku: line.sku.to_string(), quantity: line.quantity.get() })
            .collect(),
    }
}

#[utoipa::path(get, path = "/v1/shipments/{shipment}",
    params(("shipment" = String, Path), AsOf), responses((status = 200, body = ShipmentView)))]
async fn read(
    State(state): State<ApiState>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParams,
    QueryParams(as_of): QueryParams<AsOf>,
) -> Result<Resource<ShipmentView>, Problem> {
    let id: ShipmentId = path.parse("shipment")?;
    let moment = as_of.moment(&state).await?;
    let loaded = seen(&state, &caller, &id.to_string()).await?.at(moment).await?;
    Ok(Resource::of(loaded, |shipment, version| view(id, shipment, version)))
}

#[utoipa::path(get, path = "/v1/shipments/{shipment}/events",
    params(("shipment" = String, Path), Page), responses((status = 200, body = History)))]
async fn events(
    State(state): State<ApiState>,
    reader: Authenticated,
    path: PathParams,
    QueryParams(page): QueryParams<Page>,
) -> Result<History, Problem> {
    let id = path.parse::<ShipmentId>("shipment")?.to_string();
    seen(&state, &reader.caller, &id).await?;
    history::read::<Shipment>(&state, "shipment", &id, &page, &reader).await
}

async fn seen<'a>(state: &'a ApiState, caller: &Caller, id: &'a str) -> Result<Reading<'a, Shipment>, Problem> {
    Reading::of_an_order(state, caller, "shipment", id, Shipment::order).await
}
