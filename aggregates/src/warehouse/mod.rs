//! (to be written: what a warehouse is)

mod events;

pub use events::*;
