//! Errors as RFC 9457 problem details: a stable `type`, a sentence, the fields that are wrong, and nothing internal.

mod kind;
mod pages;
mod refused;
mod usual;

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub(crate) use kind::Kind;
pub(crate) use pages::routes;
pub use pages::{problem_types, problems_page};
pub(crate) use refused::position_of_unreadable;

use crate::position::POSITION_HEADER;

/// The media type of every error.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was not done.
#[derive(Debug)]
pub struct Problem {
    body: Box<Body>,
    headers: HeaderMap,
}

/// An error as it is sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem, title = "Problem")]
pub(crate) struct Body {
    /// Stable name of the kind of problem, such as `/problems/insufficient-stock`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The kind in words.
    pub(crate) title: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// What happened this time, in one sentence.
    pub(crate) detail: String,
    /// Every part of the request that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(crate) errors: Vec<FieldError>,
    /// The values that stood in the way, by name.
    #[serde(flatten)]
    #[schema(additional_properties)]
    pub(crate) values: Map<String, Value>,
}

/// One part of a request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Where in the body, as a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
    /// Which path or query parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameter: Option<String>,
    /// What is wrong with it.
    pub(crate) detail: String,
}

impl Problem {
    /// A problem of a kind of the edge's own.
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self::with_code(kind.status(), kind.code(), kind.title(), detail)
    }

    /// Parts of the request are wrong: all of them at once.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] => only.detail.clone(),
            many => format!("{} parts of the request are wrong", many.len()),
        };
        let mut problem = Self::new(Kind::InvalidRequest, detail);
        problem.body.errors = errors;
        problem
    }

    /// A part of the body is wrong.
    pub(crate) fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError { pointer: Some(pointer.into()), parameter: None, detail: detail.into() }])
    }

    /// A path or query parameter or a header is wrong.
    pub(crate) fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError { pointer: None, parameter: Some(name.to_owned()), detail: detail.into() }])
    }

    /// More than what stands before an event is not known: a program that reads it has to say, or an operator.
    pub(crate) fn unreadable(position: &str, version: i64) -> Self {
        let before = version - 1;
        let detail = format!("its event at position {position} cannot be read here; version {before} is what is known up to it");
        let mut problem = Self::new(Kind::EventUnreadable, detail);
        problem.body.values.insert("position".to_owned(), Value::from(position));
        problem.body.values.insert("known_version".to_owned(), Value::from(before));
        problem
    }

    /// Nothing is there, or nothing that the caller may see.
    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Self::new(Kind::NotFound, format!("there is no {what} {id}"))
    }

    fn with_code(status: StatusCode, code: &str, title: &str, detail: impl Into<String>) -> Self {
        let body = Body {
            kind: format!("{}{}", pages::PLACE, code.replace('_', "-")),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            values: Map::new(),
        };
        Self { body: Box::new(body), headers: HeaderMap::new() }
    }

    /// Tells the caller when to come again.
    pub(crate) fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.header(header::RETRY_AFTER, &seconds.max(1).to_string())
    }

    /// Tells the caller how to authenticate.
    pub(crate) fn challenge(self, challenge: &str) -> Self {
        self.header(header::WWW_AUTHENTICATE, challenge)
    }

    fn position(self, token: &str) -> Self {
        self.header(POSITION_HEADER, token)
    }

    fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Adds the values that stood in the way. Names that a problem document has a meaning for give way: the status of an order or a product is its
    /// `state` here.
    fn values(mut self, values: Map<String, Value>) -> Self {
        self.body.values = values.into_iter().filter_map(|(name, value)| Some((extension(name)?, value))).collect();
        self
    }

    /// Its stable name, such as `/problems/insufficient-stock`.
    pub fn kind(&self) -> &str {
        &self.body.kind
    }

    /// Its HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.body.status).expect("it was made from a status")
    }
}

fn extension(name: String) -> Option<String> {
    match name.as_str() {
        "status" => Some("state".to_owned()),
        "type" | "title" | "detail" | "errors" | "instance" => None,
        _ => Some(name),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = serde_json::to_vec(&*self.body).expect("a problem is made of texts and JSON values");
        let media_type = [(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON))];
        (status, self.headers, media_type, body).into_response()
    }
}
