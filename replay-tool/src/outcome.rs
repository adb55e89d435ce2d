//! How the program ends: the exit codes that scripts rely on.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done, and nothing is wrong.
    Done,
    /// A finding: a difference, a broken invariant, a lag over the limit.
    Finding,
    /// Asked for something that makes no sense.
    Usage,
    /// A dependency can't be reached.
    Unreachable,
    /// Refused: needs `--yes`, a right, or another state.
    Refused,
    /// There is no such thing.
    NotFound,
    /// Interrupted; it can be resumed.
    Interrupted,
}

impl Outcome {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Finding => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Refused => 4,
            Self::NotFound => 5,
            Self::Interrupted => 130,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}

/// Why a command could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Asked for something that makes no sense.
    #[error("{0}")]
    Usage(String),
    /// A dependency can't be reached.
    #[error("{0}")]
    Unreachable(String),
    /// Needs `--yes`, a right, or another state.
    #[error("{0}")]
    Refused(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// Something in the log or beside it is not what it should be.
    #[error("{0}")]
    Broken(String),
    /// Whoever read the output has gone.
    #[error("nobody reads the output any more")]
    OutputClosed,
    /// Interrupted by the operator.
    #[error("interrupted")]
    Interrupted,
}

impl Failure {
    /// How the program ends for it.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Usage(_) => Outcome::Usage,
            Self::Unreachable(_) => Outcome::Unreachable,
            Self::Refused(_) => Outcome::Refused,
            Self::NotFound(_) => Outcome::NotFound,
            Self::Broken(_) => Outcome::Finding,
            Self::OutputClosed => Outcome::Done,
            Self::Interrupted => Outcome::Interrupted,
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() == std::io::ErrorKind::BrokenPipe {
            true => Self::OutputClosed,
            false => Self::Unreachable(format!("the output can't be written: {error}")),
        }
    }
}
