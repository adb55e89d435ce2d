//! The files of a load: read as a stream, checked as a whole before anything is sent.

mod check;
mod directory;
mod error;
mod fault;
mod fields;
mod lines;
mod needs;
mod order;
mod orders;
mod records;
mod table;
#[cfg(test)]
mod tests;

pub use check::{Checked, check};
pub use directory::{Customers, Directory, Product, Products};
pub use error::InputError;
pub use fault::{Fault, Faults};
pub use lines::check_readable;
pub use needs::{Needs, needs};
pub use order::{FileLine, FileOrder};
pub use orders::{OrderFile, check_header};
