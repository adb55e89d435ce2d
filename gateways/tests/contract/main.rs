//! The ports' contract, run against the simulator over real HTTP and on a real Postgres.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod carrier;
mod crash;
mod ends;
mod outside;
mod payments;
mod refusals;
mod timeouts;
