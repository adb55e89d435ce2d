//! What is no answer of GraphQL's: an RFC 9457 problem document.

use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// The answer where nothing is.
pub(crate) async fn not_found(uri: Uri) -> Response {
    let detail = format!("there is nothing at {}", uri.path());
    problem(StatusCode::NOT_FOUND, "not-found", "nothing is here", &detail)
}

/// The answer to a method that what is there does not have.
pub(crate) async fn method_not_allowed(method: Method, uri: Uri) -> Response {
    let detail = format!("{} cannot be asked with {method}", uri.path());
    problem(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "this resource has no such method", &detail)
}

fn problem(status: StatusCode, kind: &str, title: &str, detail: &str) -> Response {
    let body = json!({ "type": format!("/problems/{kind}"), "title": title, "status": status.as_u16(), "detail": detail });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
