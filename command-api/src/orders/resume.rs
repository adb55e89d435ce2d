use aggregates::process::ResumeProcess;
use aggregates::values::OrderId;
use axum::extract::State;
use identity::Right;
use serde::Deserialize;
use utoipa::ToSchema;

use super::owner_for;
use crate::caller::require;
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

/// Lets an order go on that waits for an operator: the step that was stuck is tried again. The version in the answer is that of the order's process.
#[utoipa::path(post, path = "/v1/orders/{order}/resume", tag = "orders", operation_id = "resume_order",
    params(("order" = String, Path)), request_body = ResumeOrderRequest, responses((status = 200, body = Done)))]
pub(crate) async fn resume(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<ResumeOrderRequest>,
) -> Result<Accepted, Problem> {
    require(&submission.caller, Right::Operate)?;
    let order: OrderId = path.parse("order")?;
    if owner_for(&state, &submission.caller, order).await?.is_none() {
        return Err(Problem::not_found("order", &order.to_string()));
    }
    let command = ResumeProcess { order, reason: body.value.reason };
    submission.about_order(order.uuid()).change(&state, body.fingerprint, command).await
}
