use aggregates::decisions::ending::CancelOrder;
use aggregates::decisions::on_order::OnOrder;
use aggregates::order::{CancelationOutcome, CancelationReason};
use aggregates::values::OrderId;
use axum::extract::State;
use identity::{Caller, Role};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::command::{Accepted, Done, Submission};
use crate::input::{Body, PathParams};
use crate::problem::Problem;
use crate::state::ApiState;

/// Why an order is called off.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelOrderRequest {
    /// Without one: on the customer's request, or by decision of the shop, as the caller is the one or the other.
    reason: Option<CancelReason>,
}

/// A reason for calling an order off. There is no free text: it would end up in the log in clear, whatever somebody wrote into it.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CancelReason {
    CustomerRequest,
    OrderedByMistake,
    NoLongerNeeded,
    TakesTooLong,
    SuspectedFraud,
    ShopDecision,
}

impl CancelReason {
    /// Its code, and a sentence that the customer may read.
    fn in_words(self) -> CancelationReason {
        let (code, message) = match self {
            Self::CustomerRequest => ("customer_request", "canceled on the customer's request"),
            Self::OrderedByMistake => ("ordered_by_mistake", "canceled because it was ordered by mistake"),
            Self::NoLongerNeeded => ("no_longer_needed", "canceled because it is no longer needed"),
            Self::TakesTooLong => ("takes_too_long", "canceled because it takes too long"),
            Self::SuspectedFraud => ("suspected_fraud", "canceled by the shop"),
            Self::ShopDecision => ("shop_decision", "canceled by the shop"),
        };
        CancelationReason { code: code.to_owned(), message: message.to_owned() }
    }

    fn of(caller: &Caller) -> Self {
        match caller.role {
            Role::Customer => Self::CustomerRequest,
            Role::Operator | Role::Auditor | Role::Service | Role::Admin => Self::ShopDecision,
        }
    }
}

#[utoipa::path(post, path = "/v1/orders/{order}/cancel",
    params(("order" = String, Path)), request_body = Option<CancelOrderRequest>, responses((status = 200, body = Done)))]
pub(crate) async fn cancel(
    State(state): State<ApiState>,
    submission: Submission,
    path: PathParams,
    body: Body<CancelOrderRequest>,
) -> Result<Accepted, Problem> {
    let order: OrderId = path.parse("order")?;
    let reason = body.value.reason.unwrap_or_else(|| CancelReason::of(&submission.caller)).in_words();
    let command = CancelOrder { order, outcome: CancelationOutcome::Canceled, reason };
    let command = OnOrder::new(order, submission.sight.clone(), command);
    submission.about_order(order.uuid()).change(&state, body.fingerprint, command).await
}
