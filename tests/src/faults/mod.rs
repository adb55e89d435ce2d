//! The event log under faults: several processes write to it and read from it while they, their connections and the server are killed; afterwards a checker proves
//! from what each client wrote down that the log kept every promise of `event-store/README.md`.
//!
//! - `shelves.rs` what is kept in the log; `workload.rs` what is asked; `asking.rs` a client that writes down question and answer (`history.rs`); `client/` the same
//!   as a process of its own, which can be killed;
//! - `checker.rs` the proof, `mistake.rs` what it may find; `mistakes.rs` and `broken_log.rs` show that it finds what is planted, in histories and in the running log;
//! - `server.rs` a Postgres of one's own and its replicas, `wire.rs` the way to it, `process.rs` the processes;
//! - `scenarios.rs`, `cuts.rs`, `race.rs`, `leases.rs`, `failover.rs` the faults.
//!
//! Each run prints its seed; `ORDERLY_FAULT_SEED` runs it again. `ORDERLY_SOAK_SECONDS` makes the runs long, with their figures in `SOAK.md`: `make soak`.

#![allow(clippy::unwrap_used, reason = "clippy knows a test by its attribute, and not what a test calls")]

mod asking;
mod broken_log;
mod checker;
mod cuts;
mod dice;
mod failover;
mod history;
mod honest;
mod job;
mod leases;
mod log;
mod mistake;
mod mistakes;
mod process;
mod race;
mod readers;
mod scenarios;
mod server;
mod shelves;
mod soak;
mod wire;
mod workload;
