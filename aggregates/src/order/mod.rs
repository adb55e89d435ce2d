//! (to be written: what a order is)

mod events;

pub use events::*;
