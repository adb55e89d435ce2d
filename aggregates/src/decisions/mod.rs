//! What may be asked where several aggregates must agree, a room for each part of an order's life and a file for each decision: the command, what it
//! looks at, and what happens. All that it writes is appended together or not at all.
//!
//! A room refuses in its own words; what rooms refuse alike is [`crate::order::OrderRefusal`] and its like, carried as it is. What one aggregate decides
//! by itself stands in its own folder.

pub mod allowed;
pub mod ending;
mod looking;
pub mod on_order;
pub mod paying;
pub mod placing;
pub mod registering;
pub mod shipping;
pub mod stocking;
#[cfg(test)]
mod tests;
