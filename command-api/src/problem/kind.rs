use axum::http::StatusCode;

/// The kinds of problem that the edge itself finds; those of the domain carry their refusal's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    InvalidRequest,
    MalformedJson,
    IdempotencyKeyRequired,
    Unauthenticated,
    BadSignature,
    Forbidden,
    NotFound,
    Erased,
    MethodNotAllowed,
    PositionLost,
    EventUnreadable,
    BodyTooLarge,
    BodyTooSlow,
    UnsupportedMediaType,
    IdempotencyKeyReused,
    Internal,
    Overloaded,
    Unavailable,
    Timeout,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 19] = [
        Self::InvalidRequest,
        Self::MalformedJson,
        Self::IdempotencyKeyRequired,
        Self::Unauthenticated,
        Self::BadSignature,
        Self::Forbidden,
        Self::NotFound,
        Self::Erased,
        Self::MethodNotAllowed,
        Self::PositionLost,
        Self::EventUnreadable,
        Self::BodyTooLarge,
        Self::BodyTooSlow,
        Self::UnsupportedMediaType,
        Self::IdempotencyKeyReused,
        Self::Internal,
        Self::Overloaded,
        Self::Unavailable,
        Self::Timeout,
    ];

    /// Its stable name, the last part of `type`.
    pub(crate) fn code(self) -> &'static str {
        self.row().1
    }

    /// Its status.
    pub(crate) fn status(self) -> StatusCode {
        self.row().0
    }

    /// The kind in words.
    pub(crate) fn title(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::InvalidRequest => (StatusCode::BAD_REQUEST, "invalid_request", "parts of the request are wrong"),
            Self::MalformedJson => (StatusCode::BAD_REQUEST, "malformed_json", "the body is not JSON"),
            Self::IdempotencyKeyRequired => (StatusCode::BAD_REQUEST, "idempotency_key_required", "this command needs an Idempotency-Key"),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "a valid bearer token is needed"),
            Self::BadSignature => (StatusCode::UNAUTHORIZED, "bad_signature", "the signature is not the sender's"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "not allowed to this caller"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "nothing is here"),
            Self::Erased => (StatusCode::CONFLICT, "customer_erased", "the customer was erased"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this resource has no such method"),
            Self::PositionLost => (StatusCode::GONE, "position_lost", "the position is of a lost epoch"),
            Self::EventUnreadable => (StatusCode::CONFLICT, "event_unreadable", "an event of it cannot be read"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "the body is too large"),
            Self::BodyTooSlow => (StatusCode::REQUEST_TIMEOUT, "body_too_slow", "the body came too slowly"),
            Self::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "the body is not plain JSON"),
            Self::IdempotencyKeyReused => {
                (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", "the Idempotency-Key was used for another request")
            }
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "something is broken here"),
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded", "too much at once"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "a part of the system is away"),
            Self::Timeout => (StatusCode::SERVICE_UNAVAILABLE, "timeout", "it took too long"),
        }
    }
}
