//! (to be written: what a operator_act is)

mod events;

pub use events::*;
