use aggregates::decisions::on_order::OnOrder;
use aggregates::process::ResumeProcess;
use aggregates::values::OrderId;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::command::{Accepted, Done, Submission};
use crate::input::{Body, PathParams};
use crate::problem::Problem;
use crate::shapes::ReasonShape;
use crate::state::ApiState;

/// Why an order that waits for an operator may go on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResumeOrderRequest {
    /// For operators: what was mended. The customer does not read it.
    #[schema(value_type = ReasonShape)]
    reason: String,
}

#[utoipa::path(post, path = "/v1/orders/{order}/resume",
    params(("order" = String, Path)), request_body = ResumeOrderRequest, responses((status = 200, body = Done)))]
pub(crate) async fn resume(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<ResumeOrderRequest>,
) -> Result<Accepted, Problem> {
    let order: OrderId = path.parse("order")?;
    let command = OnOrder::new(order, submission.sight, ResumeProcess { order, reason: body.value.reason });
    submission.about_order(order.uuid()).change(&state, body.fingerprint, command).await
}
