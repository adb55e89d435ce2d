//! Attempts to pay: only read here. The process and the gateways write them.

use aggregates::payment::Payment;
use aggregates::values::{Money, PaymentId};
use axum::extract::State;
use chrono::{DateTime, Utc};
use identity::Caller;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Authenticated;
use crate::history::{self, History, Page};
use crate::input::{PathParams, QueryParams};
use crate::problem::Problem;
use crate::resource::{AsOf, Reading, Resource};
use crate::shapes::{MoneyShape, PaymentStatusShape};
use crate::state::ApiState;

/// The routes about payments.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(read)).routes(routes!(events))
}

/// An attempt to pay.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payment)]
pub(crate) struct PaymentView {
    id: String,
    version: i64,
    /// The order that it pays.
    order: Option<String>,
    #[schema(value_type = PaymentStatusShape)]
    status: &'static str,
    gateway: Option<String>,
    /// How much the gateway was asked to hold.
    #[schema(value_type = Option<MoneyShape>)]
    amount: Option<Money>,
    /// How much it holds or held.
    #[schema(value_type = Option<MoneyShape>)]
    authorized: Option<Money>,
    /// How much of it is the shop's.
    #[schema(value_type = Option<MoneyShape>)]
    captured: Option<Money>,
    /// When the gateway lets go of it by itself.
    expires_at: Option<DateTime<Utc>>,
    /// The gateway's reason, if it said no.
    decline_code: Option<String>,
}

fn view(id: PaymentId, payment: &Payment, version: i64) -> PaymentView {
    let captured = payment.amount().and_then(|amount| Money::from_minor(payment.captured_minor(), amount.currency()).ok());
    PaymentView {
        id: id.to_string(),
        version,
        order: payment.order().map(|order| order.to_string()),
        status: payment.status().as_str(),
        gateway: payment.initiated().map(|initiated| initiated.gateway.clone()),
        amount: payment.amount(),
        authorized: payment.authorized(),
        captured,
        expires_at: payment.expires_at(),
        decline_code: payment.decline_code().map(ToOwned::to_owned),
    }
}

#[utoipa::path(get, path = "/v1/payments/{payment}",
    params(("payment" = String, Path), AsOf), responses((status = 200, body = PaymentView)))]
async fn read(
    State(state): State<ApiState>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParams,
    QueryParams(as_of): QueryParams<AsOf>,
) -> Result<Resource<PaymentView>, Problem> {
    let id: PaymentId = path.parse("payment")?;
    let moment = as_of.moment(&state).await?;
    let loaded = seen(&state, &caller, &id.to_string()).await?.at(moment).await?;
    Ok(Resource::of(loaded, |payment, version| view(id, payment, version)))
}

#[utoipa::path(get, path = "/v1/payments/{payment}/events",
    params(("payment" = String, Path), Page), responses((status = 200, body = History)))]
async fn events(
    State(state): State<ApiState>,
    reader: Authenticated,
    path: PathParams,
    QueryParams(page): QueryParams<Page>,
) -> Result<History, Problem> {
    let id = path.parse::<PaymentId>("payment")?.to_string();
    seen(&state, &reader.caller, &id).await?;
    history::read::<Payment>(&state, "payment", &id, &page, &reader).await
}

async fn seen<'a>(state: &'a ApiState, caller: &Caller, id: &'a str) -> Result<Reading<'a, Payment>, Problem> {
    Reading::of_an_order(state, caller, "payment", id, Payment::order).await
}
