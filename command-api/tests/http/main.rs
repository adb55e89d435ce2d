//! HTTP in, events out: every test sends requests to the whole API and reads what the log then holds.

mod api;
mod catalog;
mod customers;
mod database;
mod description;
mod edges;
mod keys;
mod lookups;
mod orders;
mod reading;
mod shipments;
mod webhooks;
