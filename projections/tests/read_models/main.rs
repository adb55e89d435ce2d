//! The read models on a real Postgres, one database per test.

#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

mod database;
mod keeping;
mod letters;
mod reading;
mod rebuilding;
mod samples;
mod shop;
mod verifying;
