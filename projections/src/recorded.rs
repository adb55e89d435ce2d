//! Events as read models see them.

use chrono::{DateTime, Utc};
use decider::{ReadError, StoredEvent, StreamId};
use uuid::Uuid;

/// The union of the events of some aggregates.
pub trait Followed: Sized + Send + Sync {
    /// Their types, such as `order`.
    const TYPES: &'static [&'static str];

    /// Reads an event as the log holds it.
    ///
    /// # Errors
    /// This program does not know the event, or its bytes are broken.
    fn read(aggregate_type: &str, event: StoredEvent<'_>) -> Result<Self, ReadError>;
}

/// An event together with what the log says of it.
#[derive(Debug)]
pub struct Recorded<'a, E> {
    /// Its place in the log.
    pub position: i64,
    /// Its id.
    pub event_id: Uuid,
    /// The stream that it belongs to.
    pub stream: &'a StreamId,
    /// Its place in the stream, from 1.
    pub sequence: i64,
    /// Its stored name, such as `order.placed`.
    pub name: &'a str,
    /// Who caused it: `role:subject`.
    pub actor: &'a str,
    /// When the log took it.
    pub recorded_at: DateTime<Utc>,
    /// What it says.
    pub event: E,
}

/// An event that cannot be folded into its row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unfoldable(pub String);

impl Unfoldable {
    /// An event of something that has no row yet.
    pub fn no_row<E>(key: &str, event: &Recorded<'_, E>) -> Self {
        Self(format!("{} at {} comes before what makes the row {key}", event.name, event.position))
    }

    /// A second event of those that make a row.
    pub fn second<E>(key: &str, event: &Recorded<'_, E>) -> Self {
        Self(format!("{} at {} makes the row {key} a second time", event.name, event.position))
    }
}

/// Declares the union of the events of the aggregates that a read model follows.
macro_rules! follows {
    ($(#[$doc:meta])* $name:ident: $($(#[$variant_doc:meta])* $variant:ident($aggregate:ty)),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "it lives for one batch, and a box for each event costs more than the room")]
        pub enum $name {
            $($(#[$variant_doc])* $variant(<$aggregate as cqrs_es::Aggregate>::Event),)+
        }

        impl $crate::recorded::Followed for $name {
            const TYPES: &'static [&'static str] = &[$(<$aggregate as cqrs_es::Aggregate>::TYPE),+];

            fn read(aggregate_type: &str, event: decider::StoredEvent<'_>) -> Result<Self, decider::ReadError> {
                $(if aggregate_type == <$aggregate as cqrs_es::Aggregate>::TYPE {
                    return event.decode::<$aggregate>().map(Self::$variant);
                })+
                Err(decider::ReadError::UnknownType {
                    aggregate_type: aggregate_type.to_owned(),
                    event_type: event.event_type.to_owned(),
                    event_version: event.event_version.to_owned(),
                })
            }
        }
    };
}

pub(crate) use follows;
