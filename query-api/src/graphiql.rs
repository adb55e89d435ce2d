//! The page in which people write queries, with everything it loads compiled in.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::problem;

/// The assets; their origin and licences stand in `assets/graphiql/README.md`.
#[derive(RustEmbed)]
#[folder = "assets/graphiql"]
struct Assets;

/// Nothing from elsewhere, whatever an asset might try. The editor writes inline styles, its fonts are data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) async fn index(uri: Uri) -> Response {
    asset("index.html", uri).await
}

pub(crate) async fn file(Path(name): Path<String>, uri: Uri) -> Response {
    asset(&name, uri).await
}

async fn asset(name: &str, uri: Uri) -> Response {
    match Assets::get(name) {
        Some(file) => (headers(content_type(name)), file.data).into_response(),
        None => problem::not_found(uri).await,
    }
}

fn headers(content_type: &'static str) -> HeaderMap {
    HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ])
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some(_) | None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_loads_nothing_from_elsewhere() {
        let page = Assets::get("index.html").unwrap();
        let page = std::str::from_utf8(&page.data).unwrap();
        assert!(!page.contains("//"), "an address of another host");
        for source in page.split(['"', '\'']).filter_map(|text| text.strip_prefix("/graphiql/")) {
            assert!(Assets::get(source).is_some(), "{source} is not embedded");
        }
    }
}
