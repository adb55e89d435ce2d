//! Events in, commands out: the order saga and its runner.
//!
//! - [`order_fulfillment`] is the saga: the whole life of an order as one pure function. Start reading there.
//! - The runner ([`run`]) follows the log under a lease, keeps one row per order (`instances`), and does what the saga says: commands through the log
//!   (`commands`), calls to gateways and carriers (`calls`). What is under way stands in the order's row, so whoever takes the lease over does it again:
//!   a command under its id, a call under its operation, which makes the second time harmless.
//! - [`counts`], [`describe`], [`unsettled`] and [`verify`] answer operators.

mod batch;
mod calls;
mod commands;
mod counting;
mod describing;
mod dispatcher;
mod error;
mod folding;
mod housekeeping;
mod instances;
pub mod order_fulfillment;
mod pause;
mod rebuilding;
mod retries;
mod runner;
mod settings;
mod unsettled;
mod verifying;
mod warehouses;

pub use counting::{Counts, counts};
pub use describing::{HistoryLine, SagaView, StepView, describe};
pub use error::ProcessError;
pub use runner::run;
pub use settings::{Fulfillment, ProcessArgs};
pub use unsettled::{Unsettled, unsettled};
pub use verifying::{Difference, Verification, verify};
