//! The domain: pure, without I/O, clock or random ids.
//!
//! Words that several aggregates use stand in [`values`]; aggregates do not know each other. Each is a folder with the same files: what was ever stored
//! (`events`), what may be asked of it alone (`commands`), what happens then (`decide`), what follows from what happened (`evolve`). Where several must
//! agree, the decision stands in [`decisions`]; what is derived for all who show it, in [`status`].

#![deny(clippy::float_arithmetic)]

pub mod claim;
pub mod customer;
pub mod decisions;
#[cfg(test)]
mod golden;
pub mod invariants;
mod loaded;
pub mod operator_act;
pub mod order;
pub mod parts;
pub mod payment;
pub mod pricing;
pub mod process;
pub mod product;
#[cfg(test)]
mod properties;
pub mod registry;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
pub mod shipment;
pub mod status;
pub mod stock_item;
mod stored;
pub mod values;
pub mod warehouse;
#[cfg(test)]
mod world;

pub use decider::ids;
