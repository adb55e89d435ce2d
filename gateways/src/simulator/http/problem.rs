use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;
use crate::simulator::ledger::LedgerError;

/// Why the simulator does not do as asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Not a call.
    Malformed { status: StatusCode, message: String },
    /// A call that can't be meant.
    Meaningless { code: &'static str, message: String },
    /// The id belongs to another call.
    Reused,
    /// Never heard of.
    NotFound,
    /// Turned away; nothing was done.
    Unavailable { message: String },
    /// Something may have been done.
    Broken { message: String },
    /// What a gateway between answers when it has waited for long enough.
    TimedOut,
}

/// The door is shut for now.
pub(super) fn turned_away() -> Refusal {
    Refusal::Unavailable { message: "too busy, it says".to_owned() }
}

impl Refusal {
    fn parts(self) -> (StatusCode, &'static str, String) {
        match self {
            Self::Malformed { status, message } => (status, "malformed", message),
            Self::Meaningless { code, message } => (StatusCode::UNPROCESSABLE_ENTITY, code, message),
            Self::Reused => {
                (StatusCode::UNPROCESSABLE_ENTITY, "operation_reused", "the same id was sent before with other content".to_owned())
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "never heard of".to_owned()),
            Self::Unavailable { message } => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", message),
            Self::Broken { message } => (StatusCode::INTERNAL_SERVER_ERROR, "broken", message),
            Self::TimedOut => (StatusCode::GATEWAY_TIMEOUT, "timed_out", "waited for too long".to_owned()),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = self.parts();
        let mut response = (status, Json(Problem { code: code.to_owned(), message })).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        Self::Malformed { status: rejection.status(), message: rejection.body_text() }
    }
}

impl From<LedgerError> for Refusal {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::NotDone(message) => Self::Unavailable { message },
            LedgerError::Unknown(message) => Self::Broken { message },
        }
    }
}
