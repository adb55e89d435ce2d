//! How the program ends: the exit codes that scripts rely on.

use std::io;

use event_store::StoreError;
use identity::IdentityError;
pub use replay_tool::{Failure, Outcome};

use crate::embedded::EmbeddedError;
use crate::load::LoadError;
use crate::secrets::SecretsError;
use crate::stack::{ListenError, SchemaError};
use crate::words::is_ahead_of_the_log;

/// How the program ends for a failure. One that no class fits is a fault of the program's, and a finding like any other: nothing is said of dependencies that was
/// not seen.
pub fn outcome_of(error: &anyhow::Error) -> Outcome {
    error.chain().find_map(classify).unwrap_or(Outcome::Finding)
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
    if let Some(error) = cause.downcast_ref::<IdentityError>() {
        return Some(of_identity(error));
    }
    if let Some(error) = cause.downcast_ref::<StoreError>() {
        return of_store(error);
    }
    if let Some(error) = cause.downcast_ref::<sqlx::Error>() {
        return Some(of_database(error));
    }
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        return Some(of_io(error));
    }
    let needs_another_state =
        cause.is::<ListenError>() || cause.is::<SchemaError>() || cause.is::<SecretsError>() || is_ahead_of_the_log(cause);
    needs_another_state.then_some(Outcome::Refused)
}

/// What was typed is no key, or no subject; a token that is none is refused.
fn of_identity(error: &IdentityError) -> Outcome {
    match error {
        IdentityError::Key { .. }
        | IdentityError::NoKey
        | IdentityError::NotMinted { .. }
        | IdentityError::MissingClaim { .. }
        | IdentityError::MalformedClaim { .. } => Outcome::Usage,
        IdentityError::MissingToken
        | IdentityError::MalformedToken
        | IdentityError::WrongAlgorithm
        | IdentityError::WrongSignature
        | IdentityError::Expired
        | IdentityError::NotYetValid
        | IdentityError::WrongAudience
        | IdentityError::WrongIssuer
        | IdentityError::SeveralTokens
        | IdentityError::UnknownExtension => Outcome::Refused,
    }
}

/// None: what is behind it says more.
fn of_store(error: &StoreError) -> Option<Outcome> {
    if matches!(error, StoreError::Database(_) | StoreError::Migration(_) | StoreError::Unloadable(_)) {
        return None;
    }
    let refused = matches!(error, StoreError::WrongKey(_) | StoreError::OlderSchema { .. });
    Some(match (refused, error.is_outage()) {
        (true, _) => Outcome::Refused,
        (false, true) => Outcome::Unreachable,
        (false, false) => Outcome::Finding,
    })
}

fn of_database(error: &sqlx::Error) -> Outcome {
    const RIGHT_IS_MISSING: &str = "42501";
    if matches!(error, sqlx::Error::Configuration(_)) {
        return Outcome::Usage;
    }
    let code = error.as_database_error().and_then(|error| error.code());
    if code.is_some_and(|code| code == RIGHT_IS_MISSING) { Outcome::Refused } else { Outcome::Unreachable }
}

fn of_io(error: &io::Error) -> Outcome {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkDown, NetworkUnreachable, NotConnected, NotFound,
        StorageFull, TimedOut, UnexpectedEof,
    };
    let kind = error.kind();
    if kind == NotFound {
        return Outcome::NotFound;
    }
    let cut_off = matches!(kind, ConnectionAborted | ConnectionRefused | ConnectionReset | NotConnected | UnexpectedEof);
    let away = cut_off || matches!(kind, HostUnreachable | NetworkDown | NetworkUnreachable | StorageFull | TimedOut);
    if away { Outcome::Unreachable } else { Outcome::Refused }
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
        assert_eq!(outcome_of(&anyhow::anyhow!("something")).code(), 1);
    }

    #[test]
    fn what_was_typed_wrong_is_no_dependency_that_is_away() {
        let key = IdentityError::Key { path: "key.pem".into(), message: "not a key".to_owned() };
        let subject = IdentityError::NotMinted { message: "a subject is no address".to_owned() };
        assert_eq!([key, subject].map(|error| outcome_of(&error.into()).code()), [2, 2]);
        let missing = io::Error::from(io::ErrorKind::NotFound);
        assert_eq!((outcome_of(&missing.into()).code(), outcome_of(&IdentityError::Expired.into()).code()), (5, 4));
    }

    #[test]
    fn a_dependency_that_is_away_is_told_by_its_own_code() {
        let refused = sqlx::Error::Io(io::Error::from(io::ErrorKind::ConnectionRefused));
        let behind = anyhow::Error::from(StoreError::Database(refused)).context("the projector failed");
        assert_eq!((outcome_of(&behind).code(), outcome_of(&StoreError::TimedOut.into()).code()), (3, 3));
    }

    #[test]
    fn a_wrong_key_is_refused_and_a_wrong_address_is_usage() {
        assert_eq!(outcome_of(&StoreError::WrongKey("master").into()).code(), 4);
        let address = "garbage".parse::<sqlx::postgres::PgConnectOptions>().unwrap_err();
        assert_eq!(outcome_of(&StoreError::Database(address).into()).code(), 2);
    }
}
