use aggregates::order::Order;
use aggregates::process::ProcessParked;
use aggregates::values::OrderId;
use serde::Serialize;
use utoipa::ToSchema;

use super::Around;

/// A step of the order's process that waits for an operator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ParkedStep)]
pub(crate) struct ParkedView {
    /// Its name, such as `capture`.
    step: String,
    /// What it is about; empty: the order itself. Null: everything of the order waits.
    subject: Option<String>,
    /// What stood in the way.
    cause: String,
}

/// A fact that contradicts what the order says: people must see to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alert)]
pub(crate) struct AlertView {
    /// What it is about: the stream of the order, or of a payment or parcel of it.
    about: String,
    /// Stable, such as `delivered_after_cancel`.
    code: String,
    /// A sentence for the operator.
    message: String,
}

pub(super) fn parked(parked: &ProcessParked) -> ParkedView {
    ParkedView { step: parked.step.clone(), subject: parked.subject.clone(), cause: parked.cause.clone() }
}

/// Of the order itself, then of its parcels and payments.
pub(super) fn alerts(id: OrderId, order: &Order, around: &Around) -> Vec<AlertView> {
    let alert = |about: String, (code, message): (&str, &str)| AlertView { about, code: code.to_owned(), message: message.to_owned() };
    let own = order.anomalies().map(|said| alert(format!("order-{id}"), said));
    let parcels = around.parcels.iter().flat_map(|(id, parcel)| parcel.anomalies().map(move |said| alert(format!("shipment-{id}"), said)));
    let payments =
        around.payments.iter().flat_map(|(id, payment)| payment.anomalies().map(move |said| alert(format!("payment-{id}"), said)));
    own.chain(parcels).chain(payments).collect()
}
