//! What the process follows, as it was read from the log.

use aggregates::order::{Order, OrderEvent};
use aggregates::payment::{Payment, PaymentEvent};
use aggregates::process::{Process, ProcessEvent};
use aggregates::shipment::{Shipment, ShipmentEvent};
use aggregates::values::{InvalidValue, OrderId, PaymentId, ShipmentId};
use chrono::{DateTime, Utc};
use decider::{ReadError, StoredEvent};
use uuid::Uuid;

/// An event of one order's life.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// Whose.
    pub order: OrderId,
    /// The event's identity: the cause of what follows from it.
    pub event_id: Uuid,
    /// Where it stands in the log.
    pub position: i64,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// What it says.
    pub happened: Happened,
}

/// What an event says, with the aggregate that it is about.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one at a time is read, folded and dropped")]
pub enum Happened {
    /// To the order.
    Order(OrderEvent),
    /// To one of its payments.
    Payment(PaymentId, PaymentEvent),
    /// To one of its shipments.
    Shipment(ShipmentId, ShipmentEvent),
    /// To its process.
    Process(ProcessEvent),
}

/// An event that the process cannot read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableEvent {
    /// Its payload.
    #[error(transparent)]
    Payload(#[from] ReadError),
    /// The stream's id or the order's.
    #[error(transparent)]
    Id(#[from] InvalidValue),
}

impl Happened {
    /// The types of the streams that carry such events.
    pub const AGGREGATE_TYPES: &'static [&'static str] = &["order", "payment", "shipment", "process"];

    /// Reads an event of the stream `aggregate_type-aggregate_id`; `None` if the process does not follow that type.
    ///
    /// # Errors
    /// A broken or unknown event of a type that it follows.
    pub fn read(aggregate_type: &str, aggregate_id: &str, event: StoredEvent<'_>) -> Result<Option<Self>, UnreadableEvent> {
        Ok(match aggregate_type {
            "order" => Some(Self::Order(event.decode::<Order>()?)),
            "payment" => Some(Self::Payment(aggregate_id.parse()?, event.decode::<Payment>()?)),
            "shipment" => Some(Self::Shipment(aggregate_id.parse()?, event.decode::<Shipment>()?)),
            "process" => Some(Self::Process(event.decode::<Process>()?)),
            _ => None,
        })
    }
}
