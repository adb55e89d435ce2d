use std::sync::Arc;

use decider::{Needed, State, States};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::appending::Append;
use crate::deciding::Command;
use crate::{Answer, Failure, PositionToken, StoreError};

/// Something that was asked and is not answered yet.
pub(super) struct Pending {
    pub(super) work: Work,
    /// Whose turn it takes.
    pub(super) caller: Arc<str>,
    /// The streams that it named so far, its own first.
    pub(super) named: Vec<Needed>,
    /// How often it was appended in vain.
    pub(super) tries: u32,
    /// Whether what it is to create may be taken to be absent: not once that was in vain.
    pub(super) may_presume: bool,
    /// A call with it failed for good: it goes alone, to see whose fault it was.
    pub(super) alone: bool,
    /// Its place in the bounded queue, given back with it.
    pub(super) permit: Option<OwnedSemaphorePermit>,
}

pub(super) enum Work {
    /// A command.
    Execute { command: Box<Command>, reply: oneshot::Sender<Result<Answer, Failure>> },
    /// A state that is the log's own at the position that is answered.
    Read { needed: Needed, reply: oneshot::Sender<Result<Read, StoreError>> },
    /// States as they were a moment ago.
    Peek { needed: Vec<Needed>, reply: oneshot::Sender<Result<Vec<Read>, StoreError>> },
}

/// A state as it was read.
pub(crate) struct Read {
    pub(crate) state: Box<dyn State>,
    pub(crate) version: i64,
    pub(crate) position: PositionToken,
}

impl Pending {
    pub(super) fn new(work: Work, caller: Arc<str>, permit: Option<OwnedSemaphorePermit>) -> Self {
        Self { work, caller, named: Vec::new(), tries: 0, may_presume: true, alone: false, permit }
    }

    /// The streams that it needs, given those seen so far.
    pub(super) fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        match &self.work {
            Work::Execute { command, .. } => command.decision.streams(states),
            Work::Read { needed, .. } => vec![needed.clone()],
            Work::Peek { needed, .. } => needed.clone(),
        }
    }

    /// Whether nobody waits for the answer any more.
    pub(super) fn is_abandoned(&self) -> bool {
        match &self.work {
            Work::Execute { reply, .. } => reply.is_closed(),
            Work::Read { reply, .. } => reply.is_closed(),
            Work::Peek { reply, .. } => reply.is_closed(),
        }
    }
}

/// An append that waits to be sent or for its outcome, with what it answers.
pub(super) struct Queued {
    /// Counts decisions: an append with a higher number was decided later.
    pub(super) number: u64,
    pub(super) append: Arc<Append>,
    pub(super) pending: Pending,
}
