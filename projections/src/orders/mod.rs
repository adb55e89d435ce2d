//! Orders: everything about one order is a group of rows, keyed by its id, fed by the order's own events and by those of its payments and shipments, which all
//! carry it. The tables are cut by what changes together: what was frozen at placement is written once, what moves is a small row, the timeline only grows,
//! payments and parcels have rows of their own, and so has what people must see to. An order in full, and a page of orders, is one statement.

mod attention;
mod figures;
mod payments;
mod reads;
mod shipments;
mod state;
mod terms;
mod timeline;
mod whole;

use aggregates::order::Order;
use aggregates::payment::Payment;
use aggregates::process::Process;
use aggregates::shipment::Shipment;

use crate::projection::Projection;
use crate::recorded::{Recorded, follows};
use crate::tables::{Entries, Many, One};

pub use attention::{Alert, Parked, ParkedStep};
pub use payments::PaymentRow;
pub use reads::{OrderFilter, by_channel_reference, by_channel_references, by_id, by_ids, by_number, count_by_status, page};
pub use shipments::{ParcelLine, ShipmentRow, ShipmentState};
pub use state::{OrderState, OrderStatus};
pub use terms::{DeliveryKind, DeliveryRow, OrderTerms, TermsLine};
pub use timeline::TimelineEntry;
#[cfg(test)]
pub(crate) use whole::Rows;
pub use whole::{LineRow, OrderRow};

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
    /// Of its process.
    Process(Process),
}

impl Projection for Orders {
    const NAME: &'static str = "orders";
    const VERSION: u32 = 3;
    const SHOWS_PERSONAL_DATA: bool = true;
    const SCHEMA_SQL: &'static str = include_str!("schema.sql");
    const INDEXES_SQL: &'static str = include_str!("indexes.sql");
    type Event = OrdersEvent;
    type Tables =
        (One<OrderState>, Entries<OrderTerms>, Many<PaymentRow>, Many<ShipmentRow>, Many<Parked>, Entries<Alert>, Entries<TimelineEntry>);

    fn keys(event: &Recorded<'_, OrdersEvent>) -> Vec<String> {
        vec![match &event.event {
            OrdersEvent::Order(_) | OrdersEvent::Process(_) => event.stream.aggregate_id().to_owned(),
            OrdersEvent::Payment(fact) => fact.order().to_string(),
            OrdersEvent::Shipment(fact) => fact.order().to_string(),
        }]
    }
}
