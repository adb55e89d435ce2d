//! HTTP in, GraphQL out, over read models on a real Postgres that the projector filled.

#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

mod access;
mod api;
mod bounds;
#[path = "../../../projections/tests/read_models/database.rs"]
#[allow(dead_code, reason = "shared with the tests of the read models, which use more of it")]
mod database;
mod matrix;
mod page;
mod positions;
mod queries;
#[path = "../../../projections/tests/read_models/samples.rs"]
mod samples;
mod schema;
#[path = "../../../projections/tests/read_models/shop.rs"]
#[allow(dead_code, reason = "shared with the tests of the read models, which use more of it")]
mod shop;
