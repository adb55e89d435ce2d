//! (to be written: what a product is)

mod events;

pub use events::*;
