use aggregates::decisions::on_order::OnOrder;
use aggregates::process::ResumeProcess;
use aggregates::values::OrderId;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::command::{Accepted, Done, Submission};
use crate::input::{Body, PathParams};
use crate::problem::Problem;
use crate::state::ApiState;

/// Why an order that waits for an operator may go on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResumeOrderRequest {
    /// For operators: what was mended. The customer does not read it.
    reason: ResumeReason,
}

/// What was mended. There is no free text: it would end up in the log in clear, whoever was named in it.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ResumeReason {
    GatewayMended,
    CarrierMended,
    StockCorrected,
    SettledByHand,
    ToBeTriedAgain,
}

impl ResumeReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::GatewayMended => "gateway_mended",
            Self::CarrierMended => "carrier_mended",
            Self::StockCorrected => "stock_corrected",
            Self::SettledByHand => "settled_by_hand",
            Self::ToBeTriedAgain => "to_be_tried_again",
        }
    }
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
    let command = OnOrder::new(order, submission.sight.clone(), ResumeProcess { order, reason: body.value.reason.as_str().to_owned() });
    submission.about_order(order.uuid()).change(&state, body.fingerprint, command).await
}
