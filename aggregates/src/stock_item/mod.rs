//! (to be written: what a stock_item is)

mod events;

pub use events::*;
