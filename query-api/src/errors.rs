//! What a caller is told when a query fails: a sentence, and a code that programs can rely on. Nothing internal.

use async_graphql::{Response, ServerError, Value};
use projections::ReadModelError;
use tracing::error;

/// The stable codes, in `extensions.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    Unauthenticated,
    Forbidden,
    InvalidRequest,
    InvalidQuery,
    InvalidArgument,
    QueryTooDeep,
    QueryTooComplex,
    TooManyAliases,
    BodyTooLarge,
    BodyTooSlow,
    PositionMalformed,
    PositionNotReached,
    PositionLost,
    ReadModelMissing,
    Timeout,
    Overloaded,
    Unavailable,
    Internal,
}

impl Code {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::InvalidRequest => "INVALID_REQUEST",
            Self::InvalidQuery => "INVALID_QUERY",
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::QueryTooDeep => "QUERY_TOO_DEEP",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::TooManyAliases => "TOO_MANY_ALIASES",
            Self::BodyTooLarge => "BODY_TOO_LARGE",
            Self::BodyTooSlow => "BODY_TOO_SLOW",
            Self::PositionMalformed => "POSITION_MALFORMED",
            Self::PositionNotReached => "POSITION_NOT_REACHED",
            Self::PositionLost => "POSITION_LOST",
            Self::ReadModelMissing => "READ_MODEL_MISSING",
            Self::Timeout => "TIMEOUT",
            Self::Overloaded => "OVERLOADED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

/// Why a query fails. What it displays is what the caller reads.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum QueryError {
    #[error("{0}")]
    Argument(String),
    #[error("{0}")]
    Forbidden(&'static str),
    #[error("'{0}' is not a position: expected what a command answered as Orderly-Position, such as 1-1204881")]
    PositionMalformed(String),
    #[error("the read model {model} has not reached position {wanted} within {waited_ms} ms")]
    PositionNotReached { model: &'static str, wanted: String, waited_ms: u64 },
    #[error("position {wanted} is of no history that is known here, or was lost in a failover: read again what it stood for")]
    PositionLost { wanted: String },
    #[error("the read model has not been built yet: {what}")]
    ReadModelMissing { what: String },
    #[error("the read models can't be reached at the moment: try again")]
    Unavailable { cause: String },
    #[error("this query failed here: it was logged")]
    Internal { cause: String },
}

impl QueryError {
    fn code(&self) -> Code {
        match self {
            Self::Argument(_) => Code::InvalidArgument,
            Self::Forbidden(_) => Code::Forbidden,
            Self::PositionMalformed(_) => Code::PositionMalformed,
            Self::PositionNotReached { .. } => Code::PositionNotReached,
            Self::PositionLost { .. } => Code::PositionLost,
            Self::ReadModelMissing { .. } => Code::ReadModelMissing,
            Self::Unavailable { .. } => Code::Unavailable,
            Self::Internal { .. } => Code::Internal,
        }
    }

    pub(crate) fn not_a_cursor() -> Self {
        Self::Argument("after is not a cursor of this list".to_owned())
    }

    fn log(&self) {
        match self {
            Self::Unavailable { cause } => error!(error = %cause, "a query could not reach the read models"),
            Self::Internal { cause } => error!(error = %cause, "a query failed"),
            Self::Argument(_)
            | Self::Forbidden(_)
            | Self::PositionMalformed(_)
            | Self::PositionNotReached { .. }
            | Self::PositionLost { .. }
            | Self::ReadModelMissing { .. } => {}
        }
    }
}

impl From<ReadModelError> for QueryError {
    fn from(error: ReadModelError) -> Self {
        let cause = error.to_string();
        if error.is_missing_table() {
            return Self::ReadModelMissing { what: "its table is not there".to_owned() };
        }
        if error.is_outage() {
            return Self::Unavailable { cause };
        }
        match error {
            ReadModelError::InvalidCursor(_) => Self::not_a_cursor(),
            ReadModelError::Absent(_) => Self::ReadModelMissing { what: cause },
            ReadModelError::Database(_)
            | ReadModelError::Log(_)
            | ReadModelError::Subscription(_)
            | ReadModelError::Row { .. }
            | ReadModelError::Unstorable { .. }
            | ReadModelError::Unknown(_)
            | ReadModelError::LostLease(_)
            | ReadModelError::Busy(_)
            | ReadModelError::Behind { .. }
            | ReadModelError::Lost { .. }
            | ReadModelError::SwapRefused { .. }
            | ReadModelError::TooManyDeadLetters { .. }
            | ReadModelError::Interrupted => Self::Internal { cause },
        }
    }
}

/// A response that is nothing but this error.
pub(crate) fn refusal(code: Code, message: impl Into<String>) -> Response {
    let mut error = ServerError::new(message, None);
    set_code(&mut error, code);
    Response::from_errors(vec![error])
}

/// Gives every error of a response its code, and logs those that are our fault.
pub(crate) fn finish(mut response: Response) -> Response {
    for error in &mut response.errors {
        let known = error.source::<QueryError>().cloned();
        if let Some(known) = &known {
            known.log();
        }
        set_code(error, known.map_or(Code::InvalidQuery, |known| known.code()));
    }
    response
}

fn set_code(error: &mut ServerError, code: Code) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code.name());
    }
}

/// Whether nothing was answered because of something that will pass: worth asking again.
pub(crate) fn is_to_be_asked_again(response: &Response) -> bool {
    let passing = [Code::Timeout, Code::Overloaded, Code::Unavailable].map(|code| Value::from(code.name()));
    let nothing = if let Value::Object(fields) = &response.data {
        fields.values().all(|value| *value == Value::Null)
    } else {
        response.data == Value::Null
    };
    let code = |error: &ServerError| error.extensions.as_ref().and_then(|extensions| extensions.get("code").cloned());
    nothing && response.errors.iter().filter_map(code).any(|code| passing.contains(&code))
}

/// Whether a response is a refused request: nothing was resolved.
pub(crate) fn is_refusal(response: &Response) -> bool {
    response.data == Value::Null && response.errors.iter().any(|error| error.path.is_empty())
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;

    #[test]
    fn only_who_got_nothing_because_of_what_will_pass_is_to_ask_again() {
        let answered = |code: Code, data: Value| {
            let mut response = refusal(code, "no");
            response.data = data;
            response
        };
        let nothing = || value!({ "orders": null, "stock": null });
        for code in [Code::Timeout, Code::Overloaded, Code::Unavailable] {
            assert!(is_to_be_asked_again(&answered(code, nothing())) && is_to_be_asked_again(&answered(code, Value::Null)), "{code:?}");
            assert!(!is_to_be_asked_again(&answered(code, value!({ "orders": [], "stock": null }))), "{code:?}: a part was answered");
        }
        for code in [Code::Forbidden, Code::PositionLost, Code::Internal] {
            assert!(!is_to_be_asked_again(&answered(code, nothing())), "{code:?} will not pass");
        }
        assert!(!is_to_be_asked_again(&Response::new(nothing())), "nothing was wrong");
    }
}
