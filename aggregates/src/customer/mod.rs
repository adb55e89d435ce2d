//! (to be written: what a customer is)

mod events;

pub use events::*;
