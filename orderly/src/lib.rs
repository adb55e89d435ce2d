//! The `orderly` program as a library: the whole stack in one process, the embedded Postgres, telemetry and the load.
//!
//! - [`stack`] starts everything: `orderly dev` and the tests of the whole system use the same definition.
//! - [`embedded`] is the Postgres that `orderly dev` starts for itself.
//! - [`load`] sends a file of order lines through the HTTP API.

mod chores;
pub mod cli;
mod dev;
pub mod embedded;
pub mod exit;
pub mod load;
mod load_command;
mod output;
mod roles;
mod run;
pub mod secrets;
mod signals;
pub mod stack;
pub mod telemetry;
mod url;
pub mod words;

pub use run::run;
