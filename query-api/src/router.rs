use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use tower_http::compression::CompressionLayer;

use crate::state::QueryState;
use crate::{graphiql, handler, problem};

/// `/graphql` for programs and `/graphiql` for people.
pub fn router(state: QueryState) -> Router {
    let body_limit = DefaultBodyLimit::max(state.args().query_body_bytes);
    Router::new()
        .route("/graphql", get(handler::get).post(handler::post).layer(body_limit))
        .route("/graphiql", get(graphiql::index))
        .route("/graphiql/{name}", get(graphiql::file))
        .route("/problems/{type}", get(problem::page))
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(CompressionLayer::new())
        .with_state(state)
}
