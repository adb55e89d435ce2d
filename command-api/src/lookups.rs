//! A cheap question for who sends much: what is there already, and how far is it?

mod answers;

use aggregates::values::Money;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use identity::{Caller, Reach, Right};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Authenticated;
use crate::channel::channel_of;
use crate::command::position_header;
use crate::input::{At, Body, Fields};
use crate::problem::Problem;
use crate::shapes::{MoneyShape, ReferenceShape};
use crate::state::ApiState;

/// The routes of lookups.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(look_up))
}

/// What to look for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookupRequest {
    kind: LookupKind,
    /// The names of what is looked for. Orders and customers: by the references of the caller's channel, if its token has one, else by id; products: by SKU;
    /// warehouses: by code; receipts: `warehouse/sku/document`.
    #[schema(value_type = Vec<ReferenceShape>, min_items = 1, max_items = 1000)]
    references: Vec<String>,
}

/// Of which kind it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LookupKind {
    Order,
    Customer,
    Product,
    Warehouse,
    Receipt,
}

/// What is there of what was looked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LookupAnswer {
    /// What exists, in the order in which it was asked for.
    found: Vec<Found>,
    /// Where the log stood at least.
    position: String,
}

/// Something that is there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Found {
    /// As it was asked for.
    reference: String,
    id: String,
    version: i64,
    /// Its status, as its own resource has it; of a receipt: `received`.
    status: &'static str,
    /// Whether nothing more will happen by itself; only orders have a life of their own.
    r#final: bool,
    /// Why an order was or is being undone.
    reason: Option<String>,
    /// How many lines an order has.
    lines: Option<usize>,
    /// What an order costs, as it was placed.
    #[schema(value_type = Option<MoneyShape>)]
    total: Option<Money>,
}

impl IntoResponse for LookupAnswer {
    fn into_response(self) -> Response {
        (position_header(&self.position), Json(self)).into_response()
    }
}

#[utoipa::path(post, path = "/v1/lookups",
    request_body = LookupRequest, responses((status = 200, body = LookupAnswer)))]
async fn look_up(
    State(state): State<ApiState>,
    Authenticated { caller, .. }: Authenticated,
    body: Body<LookupRequest>,
) -> Result<LookupAnswer, Problem> {
    let LookupRequest { kind, references } = body.value;
    if !may_look_for(&caller, kind) {
        return Err(Problem::forbidden(caller.role));
    }
    let mut fields = Fields::default();
    let ids = ids(&caller, kind, &references, &mut fields);
    let ids = fields.finish(ids)?;
    let position = state.store().head().await?.token().to_string();
    let answers = match kind {
        LookupKind::Order => answers::orders(&state, &ids).await?,
        LookupKind::Customer => answers::customers(&state, &ids).await?,
        LookupKind::Product => answers::products(&state, &ids).await?,
        LookupKind::Warehouse => answers::warehouses(&state, &ids).await?,
        LookupKind::Receipt => answers::receipts(&state, &ids).await?,
    };
    let found = references.into_iter().zip(ids).zip(answers).filter_map(|((reference, id), answer)| answer.map(|a| a.found(reference, id)));
    Ok(LookupAnswer { found: found.collect(), position })
}

/// Looking for something takes the right to read it: for a channel, what it has named itself, for which it gives its own references.
fn may_look_for(caller: &Caller, kind: LookupKind) -> bool {
    let by_name = |right| match caller.reach(right) {
        Reach::Everything => true,
        Reach::Own => channel_of(caller).is_some(),
        Reach::Nothing => false,
    };
    match kind {
        LookupKind::Order => by_name(Right::ReadOrder),
        LookupKind::Customer => by_name(Right::ReadCustomer),
        LookupKind::Product => true,
        LookupKind::Warehouse => caller.may(Right::ReadAll) || caller.may(Right::ManageWarehouses),
        LookupKind::Receipt => caller.may(Right::ReadAll) || caller.may(Right::ManageStock),
    }
}

fn ids(caller: &Caller, kind: LookupKind, references: &[String], fields: &mut Fields) -> Option<Vec<String>> {
    let (root, mut ids) = (At::root(), Vec::with_capacity(references.len()));
    let all = root.member("references");
    for (index, reference) in references.iter().enumerate() {
        ids.push(fields.check(&all.item(index), answers::id(caller, kind, reference)));
    }
    ids.into_iter().collect()
}
