//! What surrounds every request: its trace, bounds on time and number, an answer even to a panic.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use tracing::{Instrument, debug, error, info_span};

use crate::problem::Problem;

/// How much is worked on at once, and for how long.
#[derive(Clone)]
pub(crate) struct Bounds {
    permits: Arc<Semaphore>,
    timeout: Duration,
}

impl Bounds {
    /// At most so many requests at once, each for at most so long.
    pub(crate) fn new(requests: usize, timeout: Duration) -> Self {
        Self { permits: Arc::new(Semaphore::new(requests)), timeout }
    }
}

/// Turns away what is too much, and gives up what takes too long. A command that was given up may yet be done: its key tells.
pub(crate) async fn bound(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    let Ok(_permit) = bounds.permits.try_acquire() else {
        return Problem::overloaded().into_response();
    };
    match tokio::time::timeout(bounds.timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::timeout().into_response(),
    }
}

/// A caller may name its requests; a longer name is not logged.
const LONGEST_ID: usize = 128;

/// Gives everything that is logged meanwhile the request's id and route, and counts it. Only the route's pattern is logged, never a value in it.
pub(crate) async fn trace(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).filter(|id| id.len() <= LONGEST_ID);
    let id = id.unwrap_or_default().to_owned();
    let span = info_span!("request", request.id = %id, http.method = %method, http.route = %route);
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    span.in_scope(|| debug!(http.status = status, "request answered"));
    metrics::histogram!("orderly_http_request_seconds", "route" => route, "status" => status.to_string()).record(begun.elapsed());
    response
}

/// The answer when a route panicked: nothing of what it said, which stands in the log.
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    error!(panic = message.unwrap_or("of an unknown kind"), "a request panicked");
    Problem::internal().into_response()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::header;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    async fn breaks() {
        panic!("the secret is 42")
    }

    async fn answer(bounds: Bounds, path: &str) -> (u16, bool, String) {
        let router = Router::new()
            .route("/slow", get(std::future::pending::<()>))
            .route("/panic", get(breaks))
            .layer(from_fn_with_state(bounds, bound))
            .layer(CatchPanicLayer::custom(panicked));
        let response = router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let (status, retry) = (response.status().as_u16(), response.headers().contains_key(header::RETRY_AFTER));
        let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
        (status, retry, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn what_takes_too_long_is_given_up_with_a_hint_when_to_come_again() {
        let (status, retry, body) = answer(Bounds::new(1, Duration::from_millis(1)), "/slow").await;
        assert!(status == 503 && retry && body.contains("/problems/timeout"), "{status} {body}");
    }

    #[tokio::test]
    async fn what_is_too_much_is_turned_away() {
        let (status, retry, body) = answer(Bounds::new(0, Duration::from_secs(60)), "/slow").await;
        assert!(status == 503 && retry && body.contains("/problems/overloaded"), "{status} {body}");
    }

    #[tokio::test]
    async fn a_panic_says_nothing_to_the_caller() {
        let (status, _, body) = answer(Bounds::new(1, Duration::from_secs(60)), "/panic").await;
        assert!(status == 500 && body.contains("/problems/internal") && !body.contains("42"), "{status} {body}");
    }
}
