//! What the timeline tells of an event.

use aggregates::order::{MissingStock, OrderEvent};
use aggregates::payment::PaymentEvent;
use aggregates::shipment::ShipmentEvent;

use super::OrdersEvent;
use super::row::TimelineEntry;
use crate::projection::Recorded;

pub(super) fn entry(event: &Recorded<'_, OrdersEvent>) -> TimelineEntry {
    let note = match &event.event {
        OrdersEvent::Order(fact) => of_order(fact),
        OrdersEvent::Payment(fact) => of_payment(fact),
        OrdersEvent::Shipment(fact) => of_shipment(fact),
    };
    TimelineEntry { at: event.recorded_at, event: event.name.to_owned(), actor: event.actor.to_owned(), note }
}

fn of_order(fact: &OrderEvent) -> Option<String> {
    match fact {
        OrderEvent::OrderStockUnavailable(unavailable) => Some(unavailable.missing.iter().map(missing).collect::<Vec<_>>().join(", ")),
        OrderEvent::OrderPaymentStarted(started) => Some(started.amount.to_string()),
        OrderEvent::OrderPaymentAuthorized(authorized) => Some(authorized.amount.to_string()),
        OrderEvent::OrderPaymentDeclined(declined) => Some(declined.code.clone()),
        OrderEvent::OrderLinesReleased(released) => Some(released.warehouse.to_string()),
        OrderEvent::OrderLinesShipped(shipped) => Some(shipped.warehouse.to_string()),
        OrderEvent::OrderCancelationStarted(started) => Some(started.reason.message.clone()),
        OrderEvent::OrderRejected(rejected) => Some(rejected.reason.message.clone()),
        OrderEvent::OrderExpired(expired) => Some(expired.reason.message.clone()),
        OrderEvent::OrderCanceled(canceled) => Some(canceled.reason.message.clone()),
        OrderEvent::OrderCompleted(completed) => Some(completed.captured.to_string()),
        OrderEvent::AnomalyDetected(anomaly) => Some(anomaly.message.clone()),
        OrderEvent::OrderPlaced(_)
        | OrderEvent::OrderStockReserved(_)
        | OrderEvent::OrderPaymentVoided(_)
        | OrderEvent::OrderConfirmed(_)
        | OrderEvent::OrderLinesDelivered(_)
        | OrderEvent::OrderLinesTakenBack(_) => None,
    }
}

fn missing(missing: &MissingStock) -> String {
    format!("{}: {} of {}", missing.sku, missing.available, missing.wanted)
}

fn of_payment(fact: &PaymentEvent) -> Option<String> {
    match fact {
        PaymentEvent::PaymentInitiated(initiated) => Some(initiated.amount.to_string()),
        PaymentEvent::AuthorizationRequested(requested) => Some(requested.amount.to_string()),
        PaymentEvent::PaymentAuthorized(authorized) => Some(authorized.amount.to_string()),
        PaymentEvent::PaymentDeclined(declined) => Some(declined.code.clone()),
        PaymentEvent::CaptureRequested(requested) => Some(requested.amount.to_string()),
        PaymentEvent::PaymentCaptured(captured) => Some(captured.amount.to_string()),
        PaymentEvent::CaptureFailed(failed) => Some(failed.code.clone()),
        PaymentEvent::AuthorizationReleased(released) => Some(released.amount.to_string()),
        PaymentEvent::VoidFailed(failed) => Some(failed.code.clone()),
        PaymentEvent::AnomalyDetected(anomaly) => Some(anomaly.message.clone()),
        PaymentEvent::VoidRequested(_) | PaymentEvent::PaymentVoided(_) => None,
    }
}

fn of_shipment(fact: &ShipmentEvent) -> Option<String> {
    match fact {
        ShipmentEvent::ShipmentPlanned(planned) => Some(planned.warehouse.to_string()),
        ShipmentEvent::ShipmentDispatched(dispatched) => {
            dispatched.carrier.as_ref().map(|booking| format!("{} {}", booking.carrier, booking.tracking))
        }
        ShipmentEvent::AnomalyDetected(anomaly) => Some(anomaly.message.clone()),
        ShipmentEvent::ShipmentPacked(_) | ShipmentEvent::ShipmentDelivered(_) | ShipmentEvent::ShipmentCanceled(_) => None,
    }
}
