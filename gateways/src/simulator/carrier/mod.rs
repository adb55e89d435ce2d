//! The simulated carrier: books parcels, and reports each delivery until somebody says that it was heard.

mod courier;
mod parcels;
mod reports;

pub(super) use courier::Courier;
pub(super) use parcels::{BookingError, Parcels};
