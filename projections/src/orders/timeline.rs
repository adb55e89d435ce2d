//! What happened to an order: a row for each event, only ever added.

use aggregates::order::{
    AnomalyEvent, CancelationEvent, CancelationReason, CompletionEvent, FulfillmentEvent, MissingStock, OrderEvent, PayingEvent, StockEvent,
};
use aggregates::payment::{self, AuthorizationEvent, CaptureEvent, PaymentEvent, VoidEvent};
use aggregates::shipment::ShipmentEvent;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::OrdersEvent;
use crate::recorded::{Recorded, Unfoldable};
use crate::row::Entry;

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When the log took it.
    pub at: DateTime<Utc>,
    /// The stored name of the event, such as `payment.captured`.
    pub event: String,
    /// Who caused it: `role:subject`.
    pub actor: String,
    /// What was particular about it.
    pub note: Option<String>,
}

impl Entry<OrdersEvent> for TimelineEntry {
    const TABLE: &'static str = "order_timeline";

    fn of(_: &str, event: &Recorded<'_, OrdersEvent>) -> Result<Option<Self>, Unfoldable> {
        let note = match &event.event {
            OrdersEvent::Order(fact) => of_order(fact),
            OrdersEvent::Payment(fact) => of_payment(fact),
            OrdersEvent::Shipment(fact) => of_shipment(fact),
            OrdersEvent::Process(_) => return Ok(None),
        };
        Ok(Some(Self { at: event.recorded_at, event: event.name.to_owned(), actor: event.actor.to_owned(), note }))
    }
}

fn of_order(fact: &OrderEvent) -> Option<String> {
    match fact {
        OrderEvent::Stock(StockEvent::OrderStockUnavailable(unavailable)) => {
            Some(unavailable.missing.iter().map(missing).collect::<Vec<_>>().join(", "))
        }
        OrderEvent::Paying(PayingEvent::OrderPaymentStarted(started)) => Some(started.amount.to_string()),
        OrderEvent::Paying(PayingEvent::OrderPaymentAuthorized(authorized)) => Some(authorized.amount.to_string()),
        OrderEvent::Paying(PayingEvent::OrderPaymentDeclined(declined)) => Some(declined.code.clone()),
        OrderEvent::Fulfillment(FulfillmentEvent::OrderLinesReleased(released)) => Some(released.warehouse.to_string()),
        OrderEvent::Fulfillment(FulfillmentEvent::OrderLinesShipped(shipped)) => Some(shipped.warehouse.to_string()),
        OrderEvent::Cancelation(fact) => Some(reason(fact).message.clone()),
        OrderEvent::Completion(CompletionEvent::OrderCompleted(completed)) => Some(completed.captured.to_string()),
        OrderEvent::Anomaly(AnomalyEvent::AnomalyDetected(anomaly)) => Some(anomaly.message.clone()),
        OrderEvent::Stock(StockEvent::OrderStockReserved(_) | StockEvent::OrderReservationLapsed(_))
        | OrderEvent::Paying(PayingEvent::OrderPaymentVoided(_))
        | OrderEvent::Fulfillment(FulfillmentEvent::OrderLinesDelivered(_) | FulfillmentEvent::OrderLinesTakenBack(_))
        | OrderEvent::Placement(_) => None,
    }
}

fn reason(fact: &CancelationEvent) -> &CancelationReason {
    match fact {
        CancelationEvent::OrderCancelationStarted(started) => &started.reason,
        CancelationEvent::OrderRejected(rejected) => &rejected.reason,
        CancelationEvent::OrderExpired(expired) => &expired.reason,
        CancelationEvent::OrderCanceled(canceled) => &canceled.reason,
    }
}

fn missing(missing: &MissingStock) -> String {
    format!("{}: {} of {}", missing.sku, missing.available, missing.wanted)
}

fn of_payment(fact: &PaymentEvent) -> Option<String> {
    match fact {
        PaymentEvent::Authorization(fact) => Some(of_authorization(fact)),
        PaymentEvent::Capture(CaptureEvent::CaptureRequested(requested)) => Some(requested.amount.to_string()),
        PaymentEvent::Capture(CaptureEvent::PaymentCaptured(captured)) => Some(captured.amount.to_string()),
        PaymentEvent::Capture(CaptureEvent::CaptureFailed(failed)) => Some(failed.code.clone()),
        PaymentEvent::Void(VoidEvent::VoidFailed(failed)) => Some(failed.code.clone()),
        PaymentEvent::Anomaly(payment::AnomalyEvent::AnomalyDetected(anomaly)) => Some(anomaly.message.clone()),
        PaymentEvent::Void(VoidEvent::VoidRequested(_) | VoidEvent::PaymentVoided(_)) => None,
    }
}

fn of_authorization(fact: &AuthorizationEvent) -> String {
    match fact {
        AuthorizationEvent::PaymentInitiated(initiated) => initiated.amount.to_string(),
        AuthorizationEvent::AuthorizationRequested(requested) => requested.amount.to_string(),
        AuthorizationEvent::PaymentAuthorized(authorized) => authorized.amount.to_string(),
        AuthorizationEvent::PaymentDeclined(declined) => declined.code.clone(),
        AuthorizationEvent::AuthorizationReleased(released) => released.amount.to_string(),
    }
}

fn of_shipment(fact: &ShipmentEvent) -> Option<String> {
    match fact {
        ShipmentEvent::ShipmentPlanned(planned) => Some(planned.warehouse.to_string()),
        ShipmentEvent::ShipmentDispatched(dispatched) => {
            dispatched.carrier.as_ref().map(|booking| format!("{} {}", booking.carrier, booking.tracking))
        }
        ShipmentEvent::AnomalyDetected(anomaly) => Some(anomaly.message.clone()),
        ShipmentEvent::ShipmentBookingRequested(asked) => Some(asked.carrier.clone()),
        ShipmentEvent::ShipmentBooked(booked) => Some(format!("{} {}", booked.carrier.carrier, booked.carrier.tracking)),
        ShipmentEvent::ShipmentBookingFailed(failed) => Some(failed.code.clone()),
        ShipmentEvent::ShipmentBookingCancelFailed(failed) => Some(failed.code.clone()),
        ShipmentEvent::ShipmentPacked(_)
        | ShipmentEvent::ShipmentBookingCanceled(_)
        | ShipmentEvent::ShipmentDelivered(_)
        | ShipmentEvent::ShipmentCanceled(_) => None,
    }
}
