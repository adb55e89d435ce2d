//! The domain: pure, without I/O, clock or random ids.
//!
//! Each aggregate is a folder with the same files: what was ever stored (`events`), what may be asked (`commands`), what happens then
//! (`decide`), what follows from what happened (`evolve`). A decision over several aggregates is a file beside them, named after what
//! happens there: [`placement`], [`allocation`], [`authorization`], [`confirmation`], [`dispatch`], [`delivery`], [`cancelation`], [`completion`].

#![deny(clippy::float_arithmetic)]

pub mod allocation;
pub mod authorization;
pub mod cancelation;
pub mod claim;
pub mod completion;
pub mod confirmation;
pub mod customer;
pub mod delivery;
pub mod dispatch;
#[cfg(test)]
mod golden;
pub mod invariants;
mod loaded;
pub mod operator_act;
pub mod order;
pub mod paid;
pub mod parts;
pub mod payment;
pub mod placement;
pub mod pricing;
pub mod process;
pub mod product;
#[cfg(test)]
mod properties;
pub mod receiving;
pub mod registration;
pub mod registry;
pub mod shipment;
pub mod sourcing;
pub mod stock_item;
mod stored;
pub mod values;
pub mod warehouse;
#[cfg(test)]
mod world;

pub use decider::ids;
