//! `orderly load`: a file of order lines, sent through the HTTP API as any client would send it.
//!
//! Everything that is sent has its identity from the file's references, never from the file: a product its SKU, a customer and
//! an order their channel reference, and a receipt of stock the order and product that it is for. So a load that was killed at
//! any point, or is run again, or a longer or mended file with some of the same orders, ends in the same state as one load of
//! everything: what is there is asked for, the rest is sent, and what was in flight twice is one thing. Receipts per order and
//! product add up, per product and warehouse, to exactly what the orders need; a receipt for a whole file would be received
//! twice as soon as one row of the file was mended.

mod args;
mod client;
mod error;
mod following;
mod outcome;
mod percentile;
mod placing;
mod progress;
mod run;
mod setup;
mod summary;
mod things;

pub mod input;

pub use args::{LoadArgs, LoadSettings, Receive};
pub use error::LoadError;
pub use outcome::{Difference, Refusal, Tally};
pub use progress::Progress;
pub use run::{check_files, load};
pub use summary::Summary;

use aggregates::values::WarehouseCode;
use identity::Grant;

/// The sales channel that the orders come from.
pub const CHANNEL: &str = "complete-journey";

/// What its token is granted beside: every order's products, warehouses and stock are added.
pub const GRANTS: [Grant; 3] = [Grant::Catalog, Grant::Warehouses, Grant::Stock];

/// How many warehouses the stores are spread over.
const WAREHOUSES: u64 = 3;

/// The warehouse that a store belongs to, by its number.
fn warehouse_of_store(store: &str) -> Result<WarehouseCode, String> {
    let number = store.bytes().all(|byte| byte.is_ascii_digit()).then(|| store.parse::<u64>().ok()).flatten();
    let number = number.ok_or_else(|| format!("'{store}' is not a number"))?;
    Ok(warehouse(number % WAREHOUSES))
}

fn warehouse(number: u64) -> WarehouseCode {
    format!("cj-{number}").parse().expect("a short code of letters and digits")
}
