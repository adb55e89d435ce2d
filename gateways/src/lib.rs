//! Payment gateways and carriers.
//!
//! - [`payment`] and [`carrier`] are the ports: what the rest of Orderly asks of the outside, each call under an id that makes it idempotent.
//! - [`client`] has their adapters that speak to the simulator over HTTP.
//! - [`webhook`] signs and verifies what a carrier reports by itself.
//! - [`simulator`] is that outside for development and tests: a server with a durable ledger of its own and faults by setting.
//!
//! This crate knows no other crate of Orderly: ids are UUIDs, money is a decimal with a currency code.

pub mod carrier;
pub mod client;
mod error;
pub mod payment;
mod problem;
pub mod simulator;
pub mod webhook;

pub use carrier::{BookCall, Booking, BookingOutcome, CancelBookingCall, CancelBookingOutcome, Carrier};
pub use client::{GatewayArgs, SimulatorCarrier, SimulatorGateway};
pub use error::GatewayError;
pub use payment::{
    AuthorizeCall, AuthorizeOutcome, Capabilities, CaptureCall, CaptureOutcome, OperationOutcome, PaymentGateway, VoidCall, VoidOutcome,
};
pub use webhook::{CarrierEvent, DeliveryStatus, WebhookError, WebhookSecret};
