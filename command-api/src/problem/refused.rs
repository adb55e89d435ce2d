//! What a command that was not done is answered with.

use axum::http::StatusCode;
use decider::{RefusalClass, RefusalDocument};
use event_store::{Failure, Refused, StoreError};
use tracing::error;

use super::usual::SOON;
use super::{Kind, Problem};

impl From<Refused> for Problem {
    fn from(Refused { document, position, replayed: _ }: Refused) -> Self {
        refusal(document).position(&position.to_string())
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::KeyReused => {
                Self::new(Kind::IdempotencyKeyReused, "this key was sent before, with another method, path, query, If-Match or body")
            }
            Failure::Overloaded { retry_after } => Self::overloaded().retry_after(retry_after),
            Failure::Unavailable { retry_after, source } => {
                error!(%source, "the log is away");
                Self::new(Kind::Unavailable, "the log is away just now").retry_after(retry_after)
            }
            Failure::Store(error) => Self::from(error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if let Some(position) = position_of_unreadable(&error) {
            error!(%error, "an event cannot be read");
            return unreadable(position);
        }
        match &error {
            StoreError::LostPosition(token) => {
                Self::new(Kind::PositionLost, format!("the history that position {token} belongs to was lost"))
            }
            StoreError::Erased(_) => Self::new(Kind::Erased, "this customer was erased: nothing more can be known of them"),
            StoreError::Overloaded => Self::overloaded(),
            error if error.is_outage() => {
                error!(%error, "the log is away");
                Self::new(Kind::Unavailable, "the log is away just now").retry_after(SOON)
            }
            StoreError::Database(_)
            | StoreError::TimedOut
            | StoreError::OlderSchema { .. }
            | StoreError::Closed
            | StoreError::Migration(_)
            | StoreError::Unreadable { .. }
            | StoreError::UnreadableMetadata { .. }
            | StoreError::Json(_)
            | StoreError::UnnamedStream(_)
            | StoreError::WrongType(_)
            | StoreError::Sealed(_)
            | StoreError::WrongKey(_)
            | StoreError::NoStream
            | StoreError::Unfoldable { .. }
            | StoreError::Unloadable(_)
            | StoreError::Refused(_)
            | StoreError::Panicked => {
                error!(%error, "the log failed");
                Self::internal()
            }
        }
    }
}

/// Where the event stands that could not be read, if that is the matter.
pub(crate) fn position_of_unreadable(error: &StoreError) -> Option<i64> {
    if let StoreError::Unreadable { position, .. } = error {
        return Some(*position);
    }
    if let StoreError::Unloadable(cause) = error { position_of_unreadable(cause) } else { None }
}

/// Nothing is decided without knowing an event.
pub(super) fn unreadable(position: i64) -> Problem {
    let detail = format!("the event at position {position} cannot be read here, and nothing is decided without knowing it");
    Problem::new(Kind::EventUnreadable, detail)
}

pub(super) fn refusal(document: RefusalDocument) -> Problem {
    let status = match document.class {
        RefusalClass::NotFound => StatusCode::NOT_FOUND,
        RefusalClass::State => StatusCode::CONFLICT,
        RefusalClass::Value => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalClass::Precondition => StatusCode::PRECONDITION_FAILED,
    };
    let title = match document.code == Kind::NotFound.code() {
        true => Kind::NotFound.title().to_owned(),
        false => document.code.replace('_', " "),
    };
    let message = precondition(&document).unwrap_or_else(|| document.message.clone());
    Problem::with_code(status, &document.code, &title, message).values(document.details)
}

/// The log speaks of its streams, of which callers know nothing.
fn precondition(document: &RefusalDocument) -> Option<String> {
    let version = |name| document.details.get(name).filter(|_| document.class == RefusalClass::Precondition);
    Some(format!("it is at version {}, {} was expected", version("actual")?, version("expected")?))
}
