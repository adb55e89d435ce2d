use std::collections::BTreeMap;

use serde::Serialize;

use super::client::{Found, Problem};

/// Something that the server said no to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// What was sent, such as `order 31198570044`.
    pub what: String,
    /// The stable name of the reason.
    pub reason: String,
    /// What the server said.
    pub detail: String,
}

impl Refusal {
    pub(super) fn new(what: String, problem: &Problem) -> Self {
        Self { what, reason: problem.reason().to_owned(), detail: problem.detail() }
    }
}

/// What became of many things.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Orders by the state in which they ended.
    pub states: BTreeMap<String, u64>,
    /// Why orders were rejected, and why requests were refused.
    pub reasons: BTreeMap<String, u64>,
}

impl Tally {
    /// How many ended.
    pub fn total(&self) -> u64 {
        self.states.values().sum()
    }

    /// How many ended so.
    pub fn of(&self, state: &str) -> u64 {
        self.states.get(state).copied().unwrap_or_default()
    }

    pub(super) fn add(&mut self, order: &Found) {
        *self.states.entry(order.status.clone()).or_default() += 1;
        if let Some(reason) = &order.reason {
            *self.reasons.entry(reason.clone()).or_default() += 1;
        }
    }
}
