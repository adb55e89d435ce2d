//! What is no answer of GraphQL's: an RFC 9457 problem document, and a page for each of its types.

use axum::extract::Path;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A type of problem: its status, the last part of its `type`, its title, what it means, and what to do.
struct Kind {
    status: StatusCode,
    name: &'static str,
    title: &'static str,
    means: &'static str,
    remedy: &'static str,
}

const NOT_FOUND: Kind = Kind {
    status: StatusCode::NOT_FOUND,
    name: "not-found",
    title: "nothing is here",
    means: "There is nothing at this address.",
    remedy: "Queries are asked at /graphql, and written by people at /graphiql.",
};

const METHOD_NOT_ALLOWED: Kind = Kind {
    status: StatusCode::METHOD_NOT_ALLOWED,
    name: "method-not-allowed",
    title: "this resource has no such method",
    means: "There is something here, and it does not have this method.",
    remedy: "Queries are sent to /graphql with POST, or with GET where they stand in the address.",
};

/// Text and nothing else: nothing is loaded and nothing runs.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The answer where nothing is.
pub(crate) async fn not_found(uri: Uri) -> Response {
    answer(&NOT_FOUND, &format!("there is nothing at {}", uri.path()))
}

/// The answer to a method that what is there does not have.
pub(crate) async fn method_not_allowed(method: Method, uri: Uri) -> Response {
    answer(&METHOD_NOT_ALLOWED, &format!("{} cannot be asked with {method}", uri.path()))
}

/// The page of a type.
pub(crate) async fn page(Path(name): Path<String>, uri: Uri) -> Response {
    let Some(Kind { status, title, means, remedy, .. }) = [NOT_FOUND, METHOD_NOT_ALLOWED].into_iter().find(|kind| kind.name == name) else {
        return not_found(uri).await;
    };
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><h1>{title}</h1>\
         <p><code>/problems/{name}</code>, status {status}</p><p>{means}</p><h2>What to do</h2><p>{remedy}</p></html>\n",
        status = status.as_u16()
    );
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    (headers, text).into_response()
}

fn answer(kind: &Kind, detail: &str) -> Response {
    let body = json!({ "type": format!("/problems/{}", kind.name), "title": kind.title, "status": kind.status.as_u16(), "detail": detail });
    (kind.status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
