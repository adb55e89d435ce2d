//! All routes with what surrounds each of them: an id, a bound on its time, size and number, an answer even to a panic.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, Method, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use utoipa_axum::router::OpenApiRouter;

use crate::guards::{self, Bounds};
use crate::problem::{self, Kind, Problem};
use crate::state::ApiState;
use crate::{customers, docs_page, lookups, orders, payments, products, shipments, stock, warehouses, webhooks};

/// The most bytes that a body may have.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The routes of the API with their descriptions.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .merge(orders::routes())
        .merge(customers::routes())
        .merge(products::routes())
        .merge(warehouses::routes())
        .merge(stock::routes())
        .merge(payments::routes())
        .merge(shipments::routes())
        .merge(lookups::routes())
        .merge(webhooks::routes())
}

/// The whole API, ready to be served.
pub fn router(state: ApiState) -> Router {
    let (api, _) = routes().split_for_parts();
    let bounds = Bounds::new(state.args().requests, state.args().request_timeout());
    api.merge(docs_page::routes())
        .merge(problem::routes())
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        // One layer of six: each that is added by itself would box every request and answer once more.
        .layer(
            ServiceBuilder::new()
                .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
                .layer(PropagateRequestIdLayer::new(REQUEST_ID))
                .layer(from_fn(guards::trace))
                .layer(CatchPanicLayer::custom(guards::panicked))
                .layer(from_fn_with_state(bounds, guards::bound))
                .layer(DefaultBodyLimit::max(BODY_LIMIT)),
        )
        .with_state(state)
}

async fn not_found(uri: Uri) -> Problem {
    Problem::new(Kind::NotFound, format!("there is nothing at {}", uri.path()))
}

async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    Problem::new(Kind::MethodNotAllowed, format!("{} cannot be asked with {method}", uri.path()))
}
