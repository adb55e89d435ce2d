//! Read models, the projector that keeps them and the rebuilder.
//!
//! A read model is a [`Projection`]: a pure fold per row, in a folder of its own with its table, its indexes and its reads. Everything else here serves
//! all of them alike: [`run`] keeps them up to date, [`rebuild`] builds one anew beside the live one, [`verify`] compares one with the log, [`status`] says how they are,
//! and [`ReadDatabase::reach`] lets a caller read its own writes.

mod amount;
pub mod customers;
mod database;
mod dead_letters;
mod error;
mod fill;
mod fold;
#[cfg(test)]
mod fold_tests;
mod folding;
mod generation;
mod letter;
mod model;
mod models;
mod opened;
pub mod orders;
mod page;
mod pause;
pub mod products;
mod progress;
mod projection;
mod projector;
mod reaching;
mod reader;
mod rebuild;
mod registry;
pub mod sales;
#[cfg(test)]
#[path = "../tests/read_models/samples.rs"]
mod samples;
mod schema;
mod status;
pub mod stock;
mod swap;
mod table;
mod trace;
mod verify;
pub mod warehouses;
mod watcher;
mod words;

pub use database::{ReadArgs, ReadDatabase};
pub use dead_letters::{DeadLetter, dead_letters};
pub use error::ReadModelError;
pub use event_store::{PositionToken, PositionTokenError};
pub use model::ReadModel;
pub use models::ReadModels;
pub use page::{MAX_PAGE, Page, PageRequest};
pub use pause::{pause, resume};
pub use progress::{Progress, Report};
pub use projection::{Followed, Projection, Recorded, Unfoldable};
pub use projector::{ProjectorArgs, run};
pub use rebuild::{RebuildOptions, Rebuilt, cancel, rebuild};
pub use registry::{READ_MODELS, names};
pub use status::{Place, ProjectionStatus, State, status};
pub use swap::rollback;
pub use trace::SetBy;
pub use verify::{Difference, MAX_ROWS, VerifyReport, verify};
