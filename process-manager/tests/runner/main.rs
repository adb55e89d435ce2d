//! The runner on a real Postgres, among the simulator's gateway and carrier over HTTP, one database per test.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bookings;
mod deadlines;
mod faulty;
#[path = "../../../event-store/tests/log/fixture.rs"]
#[allow(dead_code, reason = "it serves more tests than these")]
mod fixture;
mod lasting;
mod outages;
mod outside;
mod parking;
mod sharing;
mod shop;
mod silence;
mod takeover;
mod through;
mod unreadable;
