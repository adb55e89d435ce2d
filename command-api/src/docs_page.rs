//! The API's description: `/openapi.json`, and a page at `/docs` whose every part is compiled in.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use utoipa_swagger_ui::{Config, SwaggerFile};

use crate::openapi;
use crate::problem::{Kind, Problem};

/// The routes of the description. They need no token.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/openapi.json", get(document))
        .route("/docs", get(|| async { (manners(), Redirect::permanent("/docs/")) }))
        .route("/docs/", get(|| async { page("index.html") }))
        .route("/docs/{*file}", get(|Path(file): Path<String>| async move { page(&file) }))
}

static DOCUMENT: LazyLock<String> = LazyLock::new(openapi::json);

async fn document() -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], DOCUMENT.as_str()).into_response()
}

/// Nothing from elsewhere, whatever a part might try. The page writes inline styles, its pictures are data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static PAGE: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| Arc::new(Config::from("/openapi.json")));

fn page(file: &str) -> Response {
    match file {
        "index.html" => part("text/html; charset=utf-8", include_str!("../assets/docs/index.html").as_bytes().to_vec()),
        "start.js" => part("text/javascript; charset=utf-8", include_str!("../assets/docs/start.js").as_bytes().to_vec()),
        "swagger-ui.css" | "swagger-ui-bundle.js" => library(file),
        _ => absent(),
    }
}

fn library(file: &str) -> Response {
    match utoipa_swagger_ui::serve(file, Arc::clone(&PAGE)) {
        Ok(Some(SwaggerFile { content_type, bytes, .. })) => part(&content_type, bytes.into_owned()),
        Ok(None) | Err(_) => absent(),
    }
}

fn absent() -> Response {
    Problem::new(Kind::NotFound, "the page has no such part").into_response()
}

fn part(media_type: &str, bytes: Vec<u8>) -> Response {
    let media_type = HeaderValue::try_from(media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    (manners(), [(header::CONTENT_TYPE, media_type)], bytes).into_response()
}

fn manners() -> [(HeaderName, HeaderValue); 3] {
    [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ]
}
