//! The outside, simulated: a payment gateway and a carrier behind HTTP.
//!
//! It keeps books of its own in Postgres (schema `simulator`), so it survives its own crashes and can be held against the log: the two must agree to
//! the cent. Everything it does wrong is decided by a hash of what it is asked, so a fault that was seen once can be seen again.
//!
//! | request | does |
//! | --- | --- |
//! | `POST /v1/authorizations`, `/v1/captures`, `/v1/voids` | one operation, once: asked again it answers the same, with other content 422 |
//! | `GET /v1/operations/{id}` | what became of it; 404 if it never took effect |
//! | `GET /v1/ledger` | what its books add up to |
//! | `POST /v1/bookings` | books a parcel, once; its delivery is reported by webhook until somebody answers 2xx |
//! | `POST /v1/bookings/cancel` | calls a booking off, known or not, unless its parcel has arrived |
//! | `GET /v1/bookings/{id}` | what became of it; 404 if it was never heard of |
//!
//! Payment methods with a meaning: [`methods`].

mod account;
mod args;
mod carrier;
mod chance;
mod error;
mod faults;
mod http;
mod ledger;
pub mod methods;
mod migration;
mod operation;
mod server;
mod terms;

use std::time::Duration;

pub use args::SimulatorArgs;
pub use error::SimulatorError;
pub use ledger::LedgerTotal;
pub use migration::{connect, migrate};
pub use server::{Simulator, serve};

use crate::Capabilities;

/// The name that payments and shipments remember.
pub const NAME: &str = "simulator";

/// What the simulated gateway can do unless its settings say otherwise.
pub const CAPABILITIES: Capabilities = Capabilities {
    captures_per_authorization: 50,
    remembers: Duration::from_secs(365 * 24 * 3600),
    authorization_lifetime: Duration::from_secs(7 * 24 * 3600),
};
