//! A private Postgres for `orderly dev` and the tests: found on the machine or fetched, started on a free port and a
//! folder of its own, with durable settings, recovered after a kill and stopped on exit.
//!
//! One process owns a folder at a time: it holds `lock`. Whoever holds the lock and finds a server running has found the
//! orphan of a killed owner, and takes it over.

mod account;
mod cluster;
mod disk;
mod error;
mod fetch;
mod home;
mod kept;
mod postmaster;
mod programs;
mod server;
mod settings;
#[cfg(test)]
mod tests;

pub use error::EmbeddedError;
pub use kept::KeptPostgres;
pub use server::EmbeddedPostgres;

/// The major versions of the server programs on this machine, the newest first.
pub fn versions_on_this_machine() -> Vec<u32> {
    programs::on_this_machine().into_iter().map(|programs| programs.major).collect()
}
