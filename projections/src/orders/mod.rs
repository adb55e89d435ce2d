//! Orders: one row each, keyed by the order's id, with its lines, payments, shipments and timeline in it: a page of orders or one order in full is one
//! query over one table. Fed by the order's own events and by those of its payments and shipments, which all carry its id.

mod fold;
mod payments;
mod reads;
mod row;
mod shipments;
mod timeline;

use aggregates::order::Order;
use aggregates::payment::{Payment, PaymentEvent};
use aggregates::shipment::{Shipment, ShipmentEvent};
use aggregates::values::OrderId;

use crate::projection::{Projection, Recorded, Unfoldable, follows};

pub use reads::{OrderFilter, by_channel_reference, by_channel_references, by_id, by_ids, by_number, count_by_status, page};
pub use row::{
    DeliveryKind, DeliveryRow, FulfillmentStatus, LineRow, OrderRow, OrderStatus, ParcelLine, PaymentRow, PaymentState, PaymentStatus,
    ShipmentRow, ShipmentState, TimelineEntry,
};

/// The read model of orders.
#[derive(Debug)]
pub struct Orders;

follows! {
    /// What the read model of orders follows.
    OrdersEvent:
    /// Of the order itself.
    Order(Order),
    /// Of a payment for it.
    Payment(Payment),
    /// Of a shipment of it.
    Shipment(Shipment),
}

impl Projection for Orders {
    const NAME: &'static str = "orders";
    const VERSION: u32 = 1;
    const SHOWS_PERSONAL_DATA: bool = true;
    const SCHEMA_SQL: &'static str = include_str!("schema.sql");
    const INDEXES_SQL: &'static str = include_str!("indexes.sql");
    type Event = OrdersEvent;
    type Row = OrderRow;

    fn keys(event: &Recorded<'_, OrdersEvent>) -> Vec<String> {
        vec![match &event.event {
            OrdersEvent::Order(_) => event.stream.aggregate_id().to_owned(),
            OrdersEvent::Payment(fact) => order_of_payment(fact).to_string(),
            OrdersEvent::Shipment(fact) => order_of_shipment(fact).to_string(),
        }]
    }

    fn fold(row: Option<OrderRow>, key: &str, event: &Recorded<'_, OrdersEvent>) -> Result<Option<OrderRow>, Unfoldable> {
        let mut row = match &event.event {
            OrdersEvent::Order(fact) => fold::order(row, fact, key, event)?,
            OrdersEvent::Payment(fact) => payments::fold(row.ok_or_else(|| Unfoldable::no_row(key, event))?, fact, event)?,
            OrdersEvent::Shipment(fact) => shipments::fold(row.ok_or_else(|| Unfoldable::no_row(key, event))?, fact, event)?,
        };
        row.derive();
        row.timeline.push(timeline::entry(event));
        row.updated_at = event.recorded_at;
        Ok(Some(row))
    }
}

fn order_of_payment(fact: &PaymentEvent) -> OrderId {
    match fact {
        PaymentEvent::PaymentInitiated(e) => e.order,
        PaymentEvent::AuthorizationRequested(e) => e.order,
        PaymentEvent::PaymentAuthorized(e) => e.order,
        PaymentEvent::PaymentDeclined(e) => e.order,
        PaymentEvent::CaptureRequested(e) => e.order,
        PaymentEvent::PaymentCaptured(e) => e.order,
        PaymentEvent::CaptureFailed(e) => e.order,
        PaymentEvent::AuthorizationReleased(e) => e.order,
        PaymentEvent::VoidRequested(e) => e.order,
        PaymentEvent::PaymentVoided(e) => e.order,
        PaymentEvent::VoidFailed(e) => e.order,
        PaymentEvent::AnomalyDetected(e) => e.order,
    }
}

fn order_of_shipment(fact: &ShipmentEvent) -> OrderId {
    match fact {
        ShipmentEvent::ShipmentPlanned(e) => e.order,
        ShipmentEvent::ShipmentPacked(e) => e.order,
        ShipmentEvent::ShipmentDispatched(e) => e.order,
        ShipmentEvent::ShipmentDelivered(e) => e.order,
        ShipmentEvent::ShipmentCanceled(e) => e.order,
        ShipmentEvent::AnomalyDetected(e) => e.order,
    }
}
