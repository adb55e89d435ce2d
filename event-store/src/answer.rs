use decider::{RefusalDocument, StreamId};

use crate::PositionToken;

/// What a command came to: it was done, or the domain said no. Either is true at a position, kept under the command's key and given again when it comes again.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "it may be a refusal"]
pub enum Answer {
    /// What happened is in the log.
    Done(Executed),
    /// Nothing happened.
    Refused(Refused),
}

impl Answer {
    /// What was done, for who cannot go on after a refusal.
    ///
    /// # Errors
    /// It was refused.
    pub fn done(self) -> Result<Executed, Refused> {
        match self {
            Self::Done(executed) => Ok(executed),
            Self::Refused(refused) => Err(refused),
        }
    }
}

/// A command that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// The command's own stream: the first that its decision named.
    pub stream: StreamId,
    /// That stream's version after it.
    pub version: i64,
    /// Where the log then was: a reader at this position has seen it.
    pub position: PositionToken,
    /// Whether this is the answer to an earlier request with the same key.
    pub replayed: bool,
    /// How many events it wrote; 0 when nothing new happened.
    pub appended: usize,
}

/// A command that the domain refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{document}")]
pub struct Refused {
    /// What it said.
    pub document: RefusalDocument,
    /// Where the log was when it was true.
    pub position: PositionToken,
    /// Whether this is the answer to an earlier request with the same key.
    pub replayed: bool,
}
