//! Orders: placed, called off, resumed, read.

mod cancel;
mod own_prices;
mod owner;
mod place;
mod priced;
mod read;
mod request;
mod resume;
mod view;
mod whole;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use owner::{sees_what_belongs_to, status_of};
pub(crate) use place::id_of;

use crate::state::ApiState;

/// The routes about orders.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(place::place))
        .routes(routes!(cancel::cancel))
        .routes(routes!(resume::resume))
        .routes(routes!(read::read))
        .routes(routes!(read::events))
}
