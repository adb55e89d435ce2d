//! Reading one aggregate, now or as it once stood.

use aggregates::values::OrderId;
use axum::Json;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use decider::EventSourced;
use event_store::{Loaded, Moment, PositionToken};
use identity::Caller;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::command::version_headers;
use crate::orders::sees_what_belongs_to;
use crate::problem::{Kind, Problem};
use crate::shapes::PositionShape;
use crate::state::ApiState;
use crate::unreadable::{Known, Unreadable, known_at};

/// As of when: without any of these, now. At most one may be given.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOf {
    /// After this many events of it.
    #[param(minimum = 1)]
    pub(crate) version: Option<i64>,
    /// At this position of the log, a token of an earlier answer.
    #[param(value_type = Option<PositionShape>, inline)]
    pub(crate) position: Option<PositionToken>,
    /// At this instant (RFC 3339; write an offset's '+' as %2B).
    #[param(value_type = Option<String>, format = DateTime)]
    pub(crate) at: Option<DateTime<Utc>>,
}

impl AsOf {
    /// The moment that is asked for.
    ///
    /// # Errors
    /// 400 for several; 410 for a position of a history that was lost, which one beyond the end of the log is, too.
    pub(crate) async fn moment(&self, state: &ApiState) -> Result<Moment, Problem> {
        match (self.version, self.position, self.at) {
            (None, None, None) => Ok(Moment::Now),
            (Some(version), None, None) => Ok(Moment::Version(version)),
            (None, Some(token), None) => Ok(Moment::Position(state.store().resolve(token).await?)),
            (None, None, Some(at)) => Ok(Moment::Instant(at)),
            _ => Err(Problem::parameter("query", "give at most one of version, position and at")),
        }
    }
}

/// Reads one aggregate: how it stands now, which tells who may see it, and from there how it stood at a moment.
pub(crate) struct Reading<'a, A> {
    state: &'a ApiState,
    what: &'static str,
    id: &'a str,
    now: Loaded<A>,
    unreadable: Option<Unreadable>,
}

impl<'a, A: EventSourced> Reading<'a, A> {
    /// Begins with how it stands now.
    ///
    /// # Errors
    /// 404 if it does not exist.
    pub(crate) async fn begin(state: &'a ApiState, what: &'static str, id: &'a str) -> Result<Self, Problem> {
        let (now, unreadable) = known_at::<A>(state.store(), id, Moment::Now).await?.ok_or_else(|| Problem::not_found(what, id))?;
        if now.version == 0 { Err(Problem::not_found(what, id)) } else { Ok(Self { state, what, id, now, unreadable }) }
    }

    /// How it stands now.
    pub(crate) fn now(&self) -> &A {
        &self.now.state
    }

    /// Begins with something that belongs to an order, for who sees that order.
    ///
    /// # Errors
    /// 404 if it does not exist, or not for this caller.
    pub(crate) async fn of_an_order(
        state: &'a ApiState,
        caller: &Caller,
        what: &'static str,
        id: &'a str,
        order: impl FnOnce(&A) -> Option<OrderId>,
    ) -> Result<Self, Problem> {
        let reading = Self::begin(state, what, id).await?;
        let sees = sees_what_belongs_to(state, caller, order(reading.now())).await?;
        reading.seen_if(sees)
    }

    /// Goes on for who sees it; for others it does not exist.
    ///
    /// # Errors
    /// 404.
    pub(crate) fn seen_if(self, sees: bool) -> Result<Self, Problem> {
        if sees { Ok(self) } else { Err(Problem::not_found(self.what, self.id)) }
    }

    /// How it stood.
    ///
    /// # Errors
    /// 404 if it did not exist yet, or never had that version; 409 if an event of it cannot be read.
    pub(crate) async fn at(self, moment: Moment) -> Result<Loaded<A>, Problem> {
        match self.known_at(moment).await? {
            (loaded, None) => Ok(loaded),
            (_, Some(unreadable)) => Err(Problem::unreadable(&unreadable.position, unreadable.version)),
        }
    }

    /// How it stood, as far as that is known.
    ///
    /// # Errors
    /// 404 if it did not exist yet, or never had that version.
    pub(crate) async fn known_at(self, moment: Moment) -> Result<Known<A>, Problem> {
        if moment == Moment::Now {
            return Ok((self.now, self.unreadable));
        }
        let loaded = known_at::<A>(self.state.store(), self.id, moment).await?;
        loaded.ok_or_else(|| not_yet(self.what, self.id, moment, self.now.version))
    }
}

fn not_yet(what: &str, id: &str, moment: Moment, last: i64) -> Problem {
    match moment {
        Moment::Version(version) => Problem::new(Kind::NotFound, format!("{what} {id} has no version {version} yet, its last is {last}")),
        Moment::Position(_) | Moment::Instant(_) | Moment::Now => Problem::new(Kind::NotFound, format!("there was no {what} {id} then")),
    }
}

/// An aggregate that everybody sees who may ask for it at all, as it stands or stood.
///
/// # Errors
/// 404 if it does not (or did not yet) exist.
pub(crate) async fn load<A: EventSourced>(state: &ApiState, what: &'static str, id: &str, as_of: &AsOf) -> Result<Loaded<A>, Problem> {
    let moment = as_of.moment(state).await?;
    Reading::<A>::begin(state, what, id).await?.at(moment).await
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
