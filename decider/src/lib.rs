//! What a decision is: the streams it needs, the states it sees, the events it writes.
//!
//! The domain and the event log meet here and nowhere else. The domain says *what* happens (a [`Decision`] over the
//! states of one or more aggregates), the log says *how* it becomes durable. Neither knows the other; both speak
//! cqrs-es's vocabulary ([`cqrs_es::Aggregate`], [`cqrs_es::DomainEvent`], [`cqrs_es::persist::EventUpcaster`]), to which this crate adds what
//! cqrs-es has no word for: a decision that spans several streams.

mod aggregate;
mod change;
mod decision;
pub mod ids;
#[cfg(any(test, feature = "in-memory"))]
pub mod in_memory;
mod refusal;
mod state;
mod stream;
mod upcast;

pub use aggregate::{EventSourced, ReadError, StoredEvent};
pub use change::{Change, Changes, Event};
pub use decision::{Decision, Needed, States};
pub use refusal::{Refusal, RefusalClass, RefusalDocument};
pub use state::{AggregateKind, State, kind_of};
pub use stream::{StreamId, StreamIdError};
pub use upcast::Upcast;
