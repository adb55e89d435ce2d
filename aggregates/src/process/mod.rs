//! (to be written: what a process is)

mod events;

pub use events::*;
