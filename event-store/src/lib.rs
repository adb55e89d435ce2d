//! The event log on Postgres: append, load, subscribe, snapshot, upcast, seal.
//!
//! It knows no domain: what happens is a [`decider::Decision`] over the states of named streams; this crate makes it durable, once, and in one total
//! order. `README.md` says what is guaranteed, why that holds, and what it costs.
//!
//! A whole domain, and a command of it:
//!
//! ```
//! use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
//! use decider::{Changes, Decision, EventSourced, Needed, Refusal, RefusalClass, States};
//! use event_store::{Answer, Checkpoint, CommandKey, Envelope, EventStore, Filter, LogArgs, Subscription};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, Clone, Default, Serialize, Deserialize)]
//! struct Counter { value: i64 }
//!
//! #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
//! enum CounterEvent {
//!     #[serde(rename = "counter.raised")]
//!     Raised { by: i64 },
//! }
//!
//! impl DomainEvent for CounterEvent {
//!     fn event_type(&self) -> String { "counter.raised".into() }
//!     fn event_version(&self) -> String { "1".into() }
//! }
//!
//! #[derive(Debug, Serialize, thiserror::Error)]
//! #[serde(tag = "code", rename_all = "snake_case")]
//! enum Full {
//!     #[error("the counter is at {value}, no more than {most} is possible")]
//!     Full { value: i64, most: i64 },
//! }
//!
//! impl Refusal for Full {
//!     fn class(&self) -> RefusalClass { RefusalClass::State }
//! }
//!
//! impl Aggregate for Counter {
//!     const TYPE: &'static str = "counter";
//!     type Command = ();
//!     type Event = CounterEvent;
//!     type Error = Full;
//!     type Services = ();
//!     async fn handle(&mut self, _: (), _: &(), _: &EventSink<Self>) -> Result<(), Full> { Ok(()) }
//!     fn apply(&mut self, CounterEvent::Raised { by }: CounterEvent) { self.value += by; }
//! }
//!
//! impl EventSourced for Counter {
//!     const EVENTS: &'static [(&'static str, &'static str)] = &[("counter.raised", "1")];
//! }
//!
//! struct Raise { counter: String, by: i64 }
//!
//! impl Decision for Raise {
//!     type Refusal = Full;
//!     fn streams(&self, _: &States<'_>) -> Vec<Needed> { vec![Needed::of::<Counter>(self.counter.as_str())] }
//!     fn decide(&self, states: &States<'_>) -> Result<Changes, Full> {
//!         let value = states.get::<Counter>(&self.counter).map_or(0, |counter| counter.value);
//!         if value + self.by > 100 { return Err(Full::Full { value, most: 100 }); }
//!         Ok(Changes::of::<Counter>(&self.counter, [CounterEvent::Raised { by: self.by }]))
//!     }
//! }
//!
//! # async fn example(database_url: String) -> Result<(), Box<dyn std::error::Error>> {
//! # let (master_key, claim_key) = (event_store::SecretKey::new([1; 32]), event_store::SecretKey::new([2; 32]));
//! event_store::migrate(&database_url).await?;
//! let args = LogArgs::new(database_url, master_key, claim_key);
//! let store = EventStore::connect(&args).await?;
//! let key = CommandKey::Client { caller: "web".into(), key: "7f3a".into(), fingerprint: [0; 32] };
//! let raised = store.execute(Raise { counter: "visits".into(), by: 3 }, Envelope::new(key, "service:web")).await?.done()?;
//! assert_eq!((raised.version, raised.position.position), (1, 1));
//! assert_eq!(store.load::<Counter>("visits").await?.state.value, 3);
//!
//! // A refusal is an answer, true at a position, and not a failure of the machinery.
//! let too_much = Raise { counter: "visits".into(), by: 98 };
//! let answer = store.execute(too_much, Envelope::new(CommandKey::Once, "service:web")).await?;
//! let Answer::Refused(refused) = answer else { panic!("{answer:?}") };
//! assert_eq!(refused.to_string(), "the counter is at 3, no more than 100 is possible");
//!
//! // Whoever follows the log sees every event once and in order; its checkpoint lives beside what it makes of them.
//! let mut subscription = Subscription::new(store.clone(), Filter::aggregates(["counter"]), Checkpoint::START);
//! let batch = subscription.next_batch(100).await?;
//! assert_eq!(batch.events[0].stored().decode::<Counter>()?, CounterEvent::Raised { by: 3 });
//! store.close().await;
//! # Ok(())
//! # }
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> { example(test_database::empty().await).await }
//! ```

mod answer;
mod appending;
mod args;
mod batch;
mod counters;
mod cqrs;
mod deciding;
mod engine;
mod envelope;
mod epochs;
mod error;
mod import;
mod kept_answer;
pub mod lease;
mod listener;
mod loading;
mod migration;
mod moment;
mod position;
mod reading;
mod recorded;
pub mod session;
mod store;
mod subscription;
mod tail;
mod vault;

pub use answer::{Answer, Executed, Refused};
pub use args::{LogArgs, SecretKey};
pub use batch::Batch;
pub use cqrs::CqrsRepository;
pub use decider::ids;
pub use envelope::{CommandKey, Envelope, Expected};
pub use error::{Failure, StoreError};
pub use import::{ImportError, Imported, ImportedEvent};
pub use listener::CHANNEL;
pub use migration::{migrate, migrated_to, schema_version};
pub use moment::{Loaded, Moment};
pub use position::{Checkpoint, Head, PositionToken, PositionTokenError};
pub use reading::{Filter, partition_of};
pub use recorded::{Metadata, Recorded, RecordedEvent};
pub use store::EventStore;
pub use subscription::{Subscription, SubscriptionError};
pub use vault::{MarkerFound, Vault, assert_no_markers};
