use aggregates::order::Cancelation;
use serde::Serialize;
use utoipa::ToSchema;

/// Why an order was or is being undone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CancelationReason)]
pub(crate) struct ReasonView {
    /// Stable, such as `out_of_stock`.
    code: String,
    /// A sentence for the customer.
    message: String,
}

pub(super) fn reason(cancelation: &Cancelation) -> ReasonView {
    ReasonView { code: cancelation.reason.code.clone(), message: cancelation.reason.message.clone() }
}
