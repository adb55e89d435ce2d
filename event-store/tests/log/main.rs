//! The log on a real Postgres, one database per test: every guarantee of `README.md` by its name.

#![allow(clippy::unwrap_used, reason = "clippy knows a test by its attribute, and not what a test calls")]

mod accounts;
mod commands;
mod faults;
mod fixture;
mod following;
mod many_writers;
mod neighbours;
mod pipelining;
mod proxy;
mod schema;
mod states;
mod tail;
mod upcasting;
mod waiting;
