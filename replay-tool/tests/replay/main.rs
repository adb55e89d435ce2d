//! The program as operators run it: arguments in, text and exit code out, over a small shop on a real Postgres.

#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

#[path = "../../../projections/tests/read_models/database.rs"]
#[allow(dead_code, reason = "shared with the tests of the read models, which use more of it")]
mod database;
mod generations;
mod importing;
mod letters;
mod looking;
mod program;
#[path = "../../../projections/tests/read_models/samples.rs"]
mod samples;
#[path = "../../../projections/tests/read_models/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of the read models, which use more of it")]
mod shop;
mod verifying;
