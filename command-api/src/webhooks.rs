//! What carriers report by themselves: signed, deduplicated by the event's own id, and never refused for what it says.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aggregates::decisions::shipping::RecordDelivery;
use aggregates::shipment::CarrierBooking;
use aggregates::values::{OrderId, ShipmentId};
use axum::body::Body;
use axum::extract::{Request, State};
use chrono::{DateTime, Utc};
use event_store::{CommandKey, Envelope, StoreError};
use futures::StreamExt;
use gateways::webhook::{check_header, verify};
use gateways::{CarrierEvent, DeliveryStatus, WebhookError, WebhookSecret};
use serde::Serialize;
use tracing::info;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::command::{Accepted, Done};
use crate::input::{PathParams, fingerprint, refuse_packed};
use crate::problem::{Kind, Problem};
use crate::shapes::formats::happened;
use crate::shapes::{IdShape, NameShape, TimeShape};
use crate::state::ApiState;

/// The most bytes that a report has.
const LONGEST_NEWS: usize = 64 * 1024;

/// How long a report may take to arrive.
const SLOWEST_NEWS: Duration = Duration::from_secs(5);

/// The secret of each gateway and carrier that may report, by its name.
#[derive(Debug, Clone, Default)]
pub struct WebhookSecrets(Arc<BTreeMap<String, WebhookSecret>>);

impl WebhookSecrets {
    /// The secrets by name.
    pub fn new(secrets: impl IntoIterator<Item = (String, WebhookSecret)>) -> Self {
        Self(Arc::new(secrets.into_iter().collect()))
    }

    fn of(&self, name: &str) -> Option<&WebhookSecret> {
        self.0.get(name)
    }
}

/// The routes of webhooks.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(report))
}

/// A parcel's news, as its carrier sends it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CarrierReport {
    /// The same each time the same news is sent.
    #[schema(value_type = IdShape)]
    event_id: String,
    /// The carrier's number for the parcel.
    #[schema(value_type = NameShape)]
    tracking: String,
    #[schema(value_type = IdShape)]
    shipment: String,
    #[schema(value_type = IdShape)]
    order: String,
    /// `delivered`.
    status: String,
    #[schema(value_type = TimeShape)]
    at: String,
}

#[utoipa::path(post, path = "/v1/webhooks/{gateway}",
    params(("gateway" = String, Path, description = "The name of the gateway or carrier, such as `simulator`."),
        ("Orderly-Signature" = String, Header, description = "`t=<unix seconds>,v1=<hex>`: HMAC-SHA-256 over `t`, a full stop and the body; at most three `v1`.")),
    request_body = CarrierReport, responses((status = 200, body = Done)))]
async fn report(State(state): State<ApiState>, path: PathParams, request: Request) -> Result<Accepted, Problem> {
    let gateway = path.text("gateway");
    let secret = state.webhooks().of(gateway).ok_or_else(|| Problem::not_found("gateway", gateway))?;
    let (parts, body) = request.into_parts();
    let tolerance = state.args().webhook_tolerance();
    refuse_packed(&parts.headers)?;
    check_header(&parts.headers, Utc::now(), tolerance).map_err(|error| disbelieved(&error))?;
    let body = read(body, LONGEST_NEWS, SLOWEST_NEWS).await?;
    let event = verify(secret, &parts.headers, &body, Utc::now(), tolerance).map_err(|error| disbelieved(&error))?;
    happened(event.at, Utc::now()).map_err(|detail| Problem::field("/at", detail))?;
    record(&state, gateway, event).await
}

/// Who sends it is not known before it was read: so it is read only if it is short and comes quickly.
async fn read(body: Body, longest: usize, slowest: Duration) -> Result<Vec<u8>, Problem> {
    let whole = tokio::time::timeout(slowest, collect(body, longest)).await;
    whole.unwrap_or_else(|_| Err(Problem::body_too_slow(slowest)))
}

async fn collect(body: Body, longest: usize) -> Result<Vec<u8>, Problem> {
    let (mut chunks, mut whole) = (body.into_data_stream(), Vec::new());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Kind::MalformedJson, "the body could not be read to its end"))?;
        if whole.len() + chunk.len() > longest {
            return Err(Problem::new(Kind::BodyTooLarge, format!("a report may have at most {longest} bytes")));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole)
}

fn disbelieved(error: &WebhookError) -> Problem {
    match error {
        WebhookError::MalformedBody(_) => Problem::new(Kind::MalformedJson, "the body is not a carrier's event"),
        WebhookError::MalformedSignature
        | WebhookError::WrongSignature
        | WebhookError::OutsideTolerance { .. }
        | WebhookError::ShortSecret { .. } => Problem::new(Kind::BadSignature, error.to_string()),
    }
}

/// The provider's event id is the key: the same news sent twice is one command.
async fn record(state: &ApiState, gateway: &str, event: CarrierEvent) -> Result<Accepted, Problem> {
    let actor = format!("gateway:{gateway}");
    let envelope =
        Envelope { correlation_id: Some(event.order), occurred_at: Some(event.at), ..Envelope::new(key(&actor, &event)?, actor) };
    let executed = match event.status {
        DeliveryStatus::Delivered => state.store().execute(delivery(gateway, &event, event.at), envelope).await?.done()?,
    };
    info!(shipment.id = %event.shipment, order.id = %event.order, replayed = executed.replayed, "a carrier reported a parcel");
    Ok(Accepted::changed(&executed))
}

/// The same news may be written in other bytes when it is sent again: what counts is what it says.
fn key(actor: &str, event: &CarrierEvent) -> Result<CommandKey, Problem> {
    let news = serde_json::to_value(event).map_err(StoreError::from)?;
    let fingerprint = fingerprint("POST", actor, b"", &news);
    Ok(CommandKey::Client { caller: actor.to_owned(), key: event.event_id.to_string(), fingerprint })
}

fn delivery(carrier: &str, event: &CarrierEvent, delivered_at: DateTime<Utc>) -> RecordDelivery {
    let carrier = Some(CarrierBooking { carrier: carrier.to_owned(), tracking: event.tracking.clone() });
    RecordDelivery { shipment: ShipmentId::new(event.shipment), order: OrderId::new(event.order), delivered_at, carrier }
}
