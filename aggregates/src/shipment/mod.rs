//! (to be written: what a shipment is)

mod events;

pub use events::*;
