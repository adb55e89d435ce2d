//! How the program ends: the exit codes that scripts rely on.

use std::process::ExitCode;

use event_store::StoreError;

use crate::embedded::EmbeddedError;
use crate::load::LoadError;
use crate::stack::{ListenError, SchemaError};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done, and nothing is wrong.
    Done,
    /// A finding: not everything went through.
    Finding,
    /// Asked for something that makes no sense.
    Usage,
    /// A dependency can't be reached.
    Unreachable,
    /// Refused: needs a right, or another state.
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

    /// How the program ends for a failure. One that no class fits counts as a dependency's.
    pub fn of(error: &anyhow::Error) -> Self {
        error.chain().find_map(classify).unwrap_or(Self::Unreachable)
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}

/// A failure with its exit code, where no type has one already.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    outcome: Outcome,
    message: String,
}

impl Failure {
    /// Asked for something that makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Usage, message: message.into() }
    }

    /// Needs a right, or another state.
    pub fn refused(message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Refused, message: message.into() }
    }
}

fn classify(cause: &(dyn std::error::Error + 'static)) -> Option<Outcome> {
    if let Some(failure) = cause.downcast_ref::<Failure>() {
        return Some(failure.outcome);
    }
    if let Some(error) = cause.downcast_ref::<clap::Error>() {
        return Some(if error.exit_code() == 0 { Outcome::Done } else { Outcome::Usage });
    }
    if let Some(error) = cause.downcast_ref::<LoadError>() {
        return Some(of_load(error));
    }
    if let Some(error) = cause.downcast_ref::<EmbeddedError>() {
        return Some(of_embedded(error));
    }
    if cause.is::<ListenError>() || cause.is::<SchemaError>() || cause.is::<crate::secrets::SecretsError>() {
        return Some(Outcome::Refused);
    }
    cause.downcast_ref::<StoreError>().map(|_| Outcome::Unreachable)
}

fn of_load(error: &LoadError) -> Outcome {
    match error {
        LoadError::Input(error) if error.is_not_found() => Outcome::NotFound,
        LoadError::Input(_) => Outcome::Usage,
        LoadError::Unreachable { .. } | LoadError::Unavailable { .. } | LoadError::Unexpected { .. } => Outcome::Unreachable,
        LoadError::NotAllowed { .. } | LoadError::LookupRefused { .. } => Outcome::Refused,
        LoadError::Stalled { .. } => Outcome::Finding,
    }
}

fn of_embedded(error: &EmbeddedError) -> Outcome {
    match error {
        EmbeddedError::OtherVersion { .. } | EmbeddedError::InUse { .. } | EmbeddedError::PasswordUnknown { .. } => Outcome::Refused,
        EmbeddedError::NoPrograms { .. }
        | EmbeddedError::DiskFull { .. }
        | EmbeddedError::NoAccount
        | EmbeddedError::File { .. }
        | EmbeddedError::Failed { .. }
        | EmbeddedError::Unreachable { .. } => Outcome::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_its_code_behind_its_context() {
        let error = anyhow::Error::from(LoadError::NotAllowed { detail: "expired".to_owned() }).context("the load failed");
        assert_eq!(Outcome::of(&error).code(), 4);
        assert_eq!(Outcome::of(&Failure::usage("no").into()).code(), 2);
        assert_eq!(Outcome::of(&anyhow::anyhow!("something")).code(), 3);
    }
}
