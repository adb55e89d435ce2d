//! The one place that names every aggregate: reading any event of the log, and any aggregate's state by the name of its type.

use cqrs_es::Aggregate;
use decider::{AggregateKind, EventSourced, ReadError, StoredEvent, kind_of};

use crate::claim::{Claim, ClaimEvent};
use crate::customer::{Customer, CustomerEvent};
use crate::operator_act::{OperatorAct, OperatorActEvent};
use crate::order::{Order, OrderEvent};
use crate::payment::{Payment, PaymentEvent};
use crate::process::{Process, ProcessEvent};
use crate::product::{Product, ProductEvent};
use crate::shipment::{Shipment, ShipmentEvent};
use crate::stock_item::{StockItem, StockItemEvent};
use crate::warehouse::{Warehouse, WarehouseEvent};

/// Names the aggregates once: the union of their events, their types, and how each is read.
macro_rules! registry {
    ($($variant:ident($aggregate:ty, $event:ty)),+ $(,)?) => {
        /// Any event of the log.
        #[derive(Debug, Clone, PartialEq)]
        pub enum DomainEvent {
            $(#[doc = concat!("Of the aggregate `", stringify!($aggregate), "`.")] $variant($event)),+
        }

        /// The type of every aggregate.
        pub const AGGREGATE_TYPES: &[&str] = &[$(<$aggregate>::TYPE),+];

        /// Every event's aggregate type, stored name and current version.
        pub fn events() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
            let all: Vec<(&'static str, &'static [(&'static str, &'static str)])> = vec![$((<$aggregate>::TYPE, <$aggregate>::EVENTS)),+];
            all.into_iter().flat_map(|(kind, events)| events.iter().map(move |(name, version)| (kind, *name, *version)))
        }

        /// How aggregates of this type are loaded; `None` if this program does not know it.
        pub fn kind(aggregate_type: &str) -> Option<&'static dyn AggregateKind> {
            match aggregate_type {
                $(<$aggregate>::TYPE => Some(kind_of::<$aggregate>()),)+
                _ => None,
            }
        }

        /// How many golden states each aggregate has, and how many events: the layout of its snapshots leaves none of them out.
        #[cfg(test)]
        pub(crate) fn golden_states() -> Vec<(&'static str, usize, usize)> {
            vec![$((<$aggregate>::TYPE, <$aggregate>::golden_states().len(), <$aggregate>::EVENTS.len())),+]
        }

        impl DomainEvent {
            /// Reads a stored event of an aggregate of this type, upcasting it where it is old.
            ///
            /// # Errors
            /// [`ReadError`] if this program does not know the type or the event, or its bytes are broken.
            pub fn decode(aggregate_type: &str, event: StoredEvent<'_>) -> Result<Self, ReadError> {
                match aggregate_type {
                    $(<$aggregate>::TYPE => event.decode::<$aggregate>().map(Self::$variant),)+
                    _ => Err(ReadError::UnknownType {
                        aggregate_type: aggregate_type.to_owned(),
                        event_type: event.event_type.to_owned(),
                        event_version: event.event_version.to_owned(),
                    }),
                }
            }

            /// Which events it must stay in order with, being on the stream of the aggregate with this id.
            pub fn partition_key(&self, aggregate_id: &str) -> String {
                match self {
                    $(Self::$variant(event) => <$aggregate>::partition_key(aggregate_id, event).into_owned(),)+
                }
            }

            /// The stored name.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(event) => event.name(),)+
                }
            }

            /// The payload as it is stored.
            ///
            /// # Errors
            /// What serde says.
            pub fn to_json(&self) -> Result<String, serde_json::Error> {
                match self {
                    $(Self::$variant(event) => serde_json::to_string(event),)+
                }
            }
        }

        $(impl From<$event> for DomainEvent {
            fn from(event: $event) -> Self {
                Self::$variant(event)
            }
        })+
    };
}

registry! {
    Order(Order, OrderEvent),
    StockItem(StockItem, StockItemEvent),
    Payment(Payment, PaymentEvent),
    Shipment(Shipment, ShipmentEvent),
    Customer(Customer, CustomerEvent),
    Product(Product, ProductEvent),
    Warehouse(Warehouse, WarehouseEvent),
    Claim(Claim, ClaimEvent),
    Process(Process, ProcessEvent),
    OperatorAct(OperatorAct, OperatorActEvent),
}
