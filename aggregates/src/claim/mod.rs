//! (to be written: what a claim is)

mod events;

pub use events::*;
