//! Events in, commands out: the order saga and its runner.
//!
//! - [`order_fulfillment`] is the saga: the whole life of an order as one pure function. Start reading there.
//! - The runner ([`run`]) follows the log for a share of all orders (`parts`), keeps one row per order (`instances`), and does what the saga says: commands through
//!   the log (`commands`), calls to gateways and carriers (`calls`). What is under way stands in the order's row, so whoever takes a part over does it again:
//!   a command under its id, a call under its operation, which makes the second time harmless. Instants that pass are recorded by it, too (`deadlines`).
//! - [`counts`], [`stuck`](fn@stuck), [`describe`], [`unsettled`](fn@unsettled) and [`verify`] answer operators.

mod calls;
mod commands;
mod counting;
mod deadlines;
mod describing;
mod dispatcher;
mod error;
mod folding;
mod following;
mod housekeeping;
mod instances;
pub mod order_fulfillment;
mod parts;
mod pause;
mod rebuilding;
mod retries;
mod room;
mod runner;
mod settings;
mod stuck;
mod unsettled;
mod verifying;
mod warehouses;

pub use counting::{Counts, counts};
pub use describing::{DeadlineView, HistoryLine, SagaView, StepView, describe};
pub use error::ProcessError;
pub use parts::{Lost, PartStatus, followed, parts};
pub use runner::run;
pub use settings::{Fulfillment, ProcessArgs};
pub use stuck::{StuckOrder, stuck};
pub use unsettled::{Unsettled, unsettled};
pub use verifying::{Difference, Untaken, Verification, verify};
