//! Reading one aggregate, now or as it once stood.

use axum::Json;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use decider::EventSourced;
use event_store::{Loaded, Moment, PositionToken};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::command::version_headers;
use crate::problem::Problem;
use crate::state::ApiState;

/// As of when: without any of these, now. At most one may be given.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOf {
    /// After this many events of it.
    #[param(minimum = 1)]
    pub(crate) version: Option<i64>,
    /// At this position of the log, a token of an earlier answer.
    pub(crate) position: Option<String>,
    /// At this instant (RFC 3339; write an offset's '+' as %2B).
    #[param(value_type = Option<String>, format = DateTime)]
    pub(crate) at: Option<DateTime<Utc>>,
}

impl AsOf {
    async fn moment(&self, state: &ApiState) -> Result<Moment, Problem> {
        match (self.version, &self.position, self.at) {
            (None, None, None) => Ok(Moment::Now),
            (Some(version), None, None) if version > 0 => Ok(Moment::Version(version)),
            (Some(_), None, None) => Err(Problem::parameter("version", "versions are counted from 1")),
            (None, Some(position), None) => Ok(Moment::Position(state.store().resolve(parse_position(position)?).await?)),
            (None, None, Some(at)) => Ok(Moment::Instant(at)),
            _ => Err(Problem::parameter("query", "give at most one of version, position and at")),
        }
    }
}

fn parse_position(token: &str) -> Result<PositionToken, Problem> {
    token.parse().map_err(|_| Problem::parameter("position", "is not a position: send one that an answer gave"))
}

/// An aggregate as it stands or stood.
///
/// # Errors
/// 404 if it does not (or did not yet) exist.
pub(crate) async fn load<A: EventSourced>(state: &ApiState, what: &str, id: &str, as_of: &AsOf) -> Result<Loaded<A>, Problem> {
    let loaded = match as_of.moment(state).await? {
        Moment::Now => Some(state.store().load::<A>(id).await?),
        moment @ (Moment::Version(_) | Moment::Position(_) | Moment::Instant(_)) => state.store().load_at::<A>(id, moment).await?,
    };
    loaded.filter(|loaded| loaded.version > 0).ok_or_else(|| Problem::not_found(what, id))
}

/// What was read, with the version and the position that it reflects.
pub(crate) struct Resource<T> {
    body: T,
    version: i64,
    position: String,
}

impl<T> Resource<T> {
    /// What `loaded` looks like to a client.
    pub(crate) fn of<A>(loaded: Loaded<A>, view: impl FnOnce(&A, i64) -> T) -> Self {
        Self { body: view(&loaded.state, loaded.version), version: loaded.version, position: loaded.position.to_string() }
    }
}

impl<T: Serialize> IntoResponse for Resource<T> {
    fn into_response(self) -> Response {
        (version_headers(self.version, &self.position), Json(self.body)).into_response()
    }
}
