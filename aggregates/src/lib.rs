//! The domain: pure, without I/O, clock or random ids.

pub mod claim;
pub mod customer;
pub mod operator_act;
pub mod order;
pub mod payment;
pub mod process;
pub mod product;
pub mod shipment;
pub mod stock_item;
mod stored;
pub mod values;
pub mod warehouse;
