//! Orders: one row each, keyed by the order's id, with its lines, payments, shipments and timeline in it: a page of orders or one order in full is one
//! query over one table. Fed by the order's own events and by those of its payments and shipments, which all carry its id.

mod fold;
mod payments;
mod reads;
mod row;
mod shipments;
mod timeline;

use aggregates::order::Order;
use aggregates::payment::Payment;
use aggregates::shipment::Shipment;

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
            OrdersEvent::Payment(fact) => fact.order().to_string(),
            OrdersEvent::Shipment(fact) => fact.order().to_string(),
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
