//! HTTP in, events out: every test sends requests to the whole API and reads what the log then holds.

#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

mod allowed;
mod api;
mod catalog;
mod customers;
mod description;
mod edges;
mod keys;
mod lookups;
mod matrix;
mod orders;
mod problems;
mod reading;
mod resuming;
mod rights;
mod shipments;
mod webhooks;
