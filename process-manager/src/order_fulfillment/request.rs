//! A call that was requested, and how often the outside has refused one.

use aggregates::values::OperationId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::desk::Task;
use super::{Action, Call, CarrierCall, GatewayCall, Occurrence};

/// A call that was requested. Its age is that of the request, however often and whenever it is asked for again: a gateway remembers an operation
/// from the first time that it may have heard of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) operation: OperationId,
    /// The event that requested it.
    event: Uuid,
    /// When that was recorded.
    at: DateTime<Utc>,
}

impl Request {
    pub(super) fn by(fact: &Occurrence, operation: OperationId) -> Self {
        Self { operation, event: fact.event_id, at: fact.recorded_at }
    }

    /// When it was requested.
    pub(super) fn at(self) -> DateTime<Utc> {
        self.at
    }

    /// The call is made again if something else than its own request asks for it.
    pub(super) fn call(self, call: GatewayCall, task: &Task<'_>) -> Action {
        Action::Call(Call::Gateway { call, requested_at: self.at, again: task.asked.cause != self.event })
    }

    /// The same, to the carrier.
    pub(super) fn carry(self, call: CarrierCall, task: &Task<'_>) -> Action {
        Action::Call(Call::Carrier { call, at: task.known.now, again: task.asked.cause != self.event })
    }
}

/// How often a gateway or carrier has refused something, and with which code last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Failures {
    times: u32,
    code: String,
}

impl Failures {
    pub(super) fn times(&self) -> u32 {
        self.times
    }

    pub(super) fn count(&mut self, code: &str) {
        self.times += 1;
        code.clone_into(&mut self.code);
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Why nobody tries any more without being told to.
    pub(super) fn given_up(&self, who: &str, limit: u32) -> Option<String> {
        (self.times >= limit).then(|| format!("{who} refused: {}", self.code))
    }
}
