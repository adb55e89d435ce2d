//! How the program ends: the exit codes that scripts rely on.

use event_store::StoreError;
pub use replay_tool::{Failure, Outcome};

use crate::embedded::EmbeddedError;
use crate::load::LoadError;
use crate::secrets::SecretsError;
use crate::stack::{ListenError, SchemaError};
use crate::words::is_ahead_of_the_log;

/// How the program ends for a failure. One that no class fits counts as a dependency's.
pub fn outcome_of(error: &anyhow::Error) -> Outcome {
    error.chain().find_map(classify).unwrap_or(Outcome::Unreachable)
}

fn classify(cause: &(dyn std::error::Error + 'static)) -> Option<Outcome> {
    if let Some(failure) = cause.downcast_ref::<Failure>() {
        return Some(failure.outcome());
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
    if let Some(sqlx::Error::Configuration(_)) = cause.downcast_ref::<sqlx::Error>() {
        return Some(Outcome::Usage);
    }
    if let Some(StoreError::WrongKey(_) | StoreError::OlderSchema { .. }) = cause.downcast_ref::<StoreError>() {
        return Some(Outcome::Refused);
    }
    let needs_another_state =
        cause.is::<ListenError>() || cause.is::<SchemaError>() || cause.is::<SecretsError>() || is_ahead_of_the_log(cause);
    needs_another_state.then_some(Outcome::Refused)
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
        EmbeddedError::OtherVersion { .. }
        | EmbeddedError::InUse { .. }
        | EmbeddedError::Foreign { .. }
        | EmbeddedError::PasswordUnknown { .. } => Outcome::Refused,
        EmbeddedError::NoPrograms { .. }
        | EmbeddedError::KeepsDying { .. }
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
        assert_eq!(outcome_of(&error).code(), 4);
        assert_eq!(outcome_of(&Failure::Usage("no".to_owned()).into()).code(), 2);
        assert_eq!(outcome_of(&anyhow::anyhow!("something")).code(), 3);
    }

    #[test]
    fn a_wrong_key_is_refused_and_a_wrong_address_is_usage() {
        assert_eq!(outcome_of(&StoreError::WrongKey("master").into()).code(), 4);
        let address = "garbage".parse::<sqlx::postgres::PgConnectOptions>().unwrap_err();
        assert_eq!(outcome_of(&StoreError::Database(address).into()).code(), 2);
    }
}
