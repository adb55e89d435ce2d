use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::super::Problem;
use super::{PAGES, Page};

/// Text and a little style; nothing is loaded and nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE: &str = "body{font:1rem/1.5 sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}pre{background:#f4f4f4;padding:1rem;white-space:pre-wrap}";

/// The routes of the pages. They need no token.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let page = async |Path(name): Path<String>| PAGES.get(&name).map(served).ok_or_else(|| Problem::not_found("type of problem", &name));
    Router::new().route("/problems", get(async || index())).route("/problems/{type}", get(page))
}

fn served(page: &Page) -> Response {
    html(&page.body().title, &told(page))
}

fn index() -> Response {
    let line = |(name, page): (&String, &Page)| format!("<li><a href=\"/problems/{name}\">{name}</a> ({})</li>", page.body().status);
    html("what can go wrong", &format!("<ul>{}</ul>", PAGES.iter().map(line).collect::<String>()))
}

fn told(page: &Page) -> String {
    let body = page.body();
    let example = serde_json::to_string_pretty(body).unwrap_or_default();
    format!(
        "<p><code>{}</code>, status {}</p><p>{}</p><h2>What to do</h2><p>{}</p><h2>An example</h2><pre>{}</pre><p><a href=\"/problems\">All types</a></p>",
        body.kind,
        body.status,
        escaped(page.means),
        escaped(page.remedy),
        escaped(&example)
    )
}

fn html(title: &str, content: &str) -> Response {
    let title = escaped(title);
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style><h1>{title}</h1>{content}</html>\n"
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (StatusCode::OK, headers, text).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
