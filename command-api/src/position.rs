use axum::http::HeaderName;

/// The header in which every answer says which position of the log it reflects.
pub const POSITION_HEADER: HeaderName = HeaderName::from_static("orderly-position");
