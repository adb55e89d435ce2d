//! (to be written: what a payment is)

mod events;

pub use events::*;
