//! An order's process, as far as it decided something that stands in no other stream: refused steps, operators who had
//! to step in, and instants that have passed.
//!
//! The stream's id is the order's. With it, the process can be rebuilt from the log alone.
//! Invariants: a refusal is recorded once per command, a deadline once.

mod commands;
mod decide;
mod events;
mod evolve;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use commands::*;
pub use events::*;

use crate::stored::aggregate;

/// What an order's process recorded of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Process {
    refused: BTreeSet<Uuid>,
    parked: Vec<ProcessParked>,
    passed: BTreeSet<DeadlinePassed>,
}

aggregate!(Process, "process", ProcessEvent);

impl Process {
    /// What it has waited for longest, if it waits for an operator.
    pub fn parked(&self) -> Option<&ProcessParked> {
        self.parked.first()
    }

    /// All that waits for an operator, what has waited longest first.
    pub fn all_parked(&self) -> &[ProcessParked] {
        &self.parked
    }

    /// How many of its commands were refused.
    pub fn refusals(&self) -> usize {
        self.refused.len()
    }
}
