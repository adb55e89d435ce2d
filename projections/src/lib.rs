//! Read models, the projector that keeps them and the rebuilder.
//!
//! A read model is a [`Projection`]: pure folds, one for each of its tables, in a folder of its own with its schema, its indexes and its reads. Everything else here serves
//! all of them alike: [`run`] keeps them up to date, [`rebuild`] builds one anew beside the live one, [`verify`] compares one with the log, [`status`] says how they are,
//! and [`ReadDatabase::reach`] lets a caller read its own writes.

mod amount;
mod changing;
pub mod customers;
mod database;
mod dead_letters;
mod discards;
mod error;
mod fill;
mod fold;
#[cfg(test)]
mod fold_tests;
mod folding;
mod generation;
mod lasting;
mod letter;
mod manner;
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
mod recorded;
mod registry;
mod row;
pub mod sales;
#[cfg(test)]
#[path = "../tests/read_models/samples.rs"]
mod samples;
mod schema;
mod statements;
mod status;
pub mod stock;
mod swap;
mod tables;
mod taking;
mod trace;
mod verify;
pub mod warehouses;
mod watcher;
mod words;
#[cfg(test)]
mod words_tests;

pub use database::{ReadArgs, ReadDatabase};
pub use dead_letters::{DeadLetter, LetterFilter, dead_letters, heed_discards, retry};
pub use error::ReadModelError;
pub use event_store::{PositionToken, PositionTokenError};
pub use letter::TakenUp;
pub use model::{Kind, ReadModel, TableShape};
pub use models::ReadModels;
pub use page::{MAX_PAGE, Page, PageRequest};
pub use pause::{pause, resume};
pub use progress::{Progress, Report};
pub use projection::Projection;
pub use projector::{ProjectorArgs, run};
pub use rebuild::{RebuildOptions, Rebuilt, cancel, rebuild};
pub use recorded::{Followed, Recorded, Unfoldable};
pub use registry::{READ_MODELS, names};
pub use row::{Entry, Part, Row};
pub use status::{Place, ProjectionStatus, State, lag_seconds, status};
pub use swap::rollback;
pub use tables::{Entries, Many, One};
pub use trace::SetBy;
pub use verify::{Difference, MAX_ROWS, Untaken, VerifyReport, verify};
