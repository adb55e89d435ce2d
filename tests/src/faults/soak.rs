//! How long a run is, its seed, and the ledger of long ones.

use std::io::Write;
use std::time::Duration;

/// The seed of this run: told, or another one each time.
pub(crate) fn seed() -> u64 {
    let told = std::env::var("ORDERLY_FAULT_SEED").ok().map(|seed| seed.parse().expect("ORDERLY_FAULT_SEED is a number"));
    told.unwrap_or_else(|| super::history::now_ns() % 1_000_000)
}

/// How long each scenario of a soak is; none if this is a short run.
fn told_seconds() -> Option<u64> {
    std::env::var("ORDERLY_SOAK_SECONDS").ok().map(|seconds| seconds.parse().expect("ORDERLY_SOAK_SECONDS is a number"))
}

pub(crate) fn is_long() -> bool {
    told_seconds().is_some()
}

/// `short`, unless this is a soak.
pub(crate) fn length(short: Duration) -> Duration {
    told_seconds().map_or(short, Duration::from_secs)
}

/// Tells what a run came to; of a long one also in `SOAK.md`.
pub(crate) fn record(what: &str, seed: u64, came_to: &str) {
    println!("{what}, seed {seed}: {came_to}");
    if is_long() {
        let ledger = concat!(env!("CARGO_MANIFEST_DIR"), "/SOAK.md");
        let mut file = std::fs::OpenOptions::new().append(true).open(ledger).expect("the ledger is there");
        let when = chrono::Utc::now().format("%Y-%m-%d %H:%M");
        writeln!(file, "| {when} | {} | {what} | {seed} | {came_to} |", commit()).expect("the ledger can be written");
    }
}

/// What is tested, as far as git knows.
fn commit() -> String {
    let asked = std::process::Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    asked.map_or_else(|_| "unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
