//! What happened to an aggregate: its events in order, personal data opened for who may see it and left out for everyone else.

mod redaction;

use axum::Json;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use decider::{EventSourced, StreamId};
use event_store::{PositionToken, RecordedEvent};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::caller::Authenticated;
use crate::problem::Problem;
use crate::state::ApiState;

/// Which part of a history.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// After this version: 0 begins at the beginning.
    #[serde(default)]
    #[param(minimum = 0)]
    after: i64,
    /// At most this many.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
}

/// How many events a page has where nothing is said.
const PAGE: i64 = 100;

/// A part of what happened to something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct History {
    events: Vec<HistoryEvent>,
    /// Ask on with `after` set to this; without: this is the end.
    next: Option<i64>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryEvent {
    /// Its own id.
    event_id: String,
    /// Where it stands in the log.
    position: String,
    /// The version that it led to.
    version: i64,
    /// Its stored name, such as `order.placed`.
    r#type: String,
    /// The version of its layout.
    type_version: String,
    /// What it says. What the caller may not see, and personal data that was erased, is `{"redacted": true}`.
    #[schema(value_type = Object)]
    data: Value,
    /// Who wanted it: `role:id`; for customers the role alone.
    actor: String,
    recorded_at: DateTime<Utc>,
    /// When it happened, if that was before it was recorded.
    occurred_at: Option<DateTime<Utc>>,
    command_id: String,
    correlation_id: Option<String>,
    causation_id: Option<String>,
}

impl IntoResponse for History {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

/// What happened to the aggregate `id`, as a caller reads it who may so far: of what is its own, only what is meant for who owns it.
///
/// # Errors
/// 404 if it does not exist.
pub(crate) async fn read<A: EventSourced>(
    state: &ApiState,
    what: &str,
    id: &str,
    page: &Page,
    reader: &Authenticated,
) -> Result<History, Problem> {
    let limit = page.limit.unwrap_or(PAGE);
    let stream = StreamId::of::<A>(id);
    let mut recorded = state.store().stream_events(&stream, page.after, limit + 1).await?;
    // Behind its last event there is nothing, and that is a page; of what never was there is none.
    let exists = !recorded.is_empty() || (page.after > 0 && !state.store().stream_events(&stream, 0, 1).await?.is_empty());
    if !exists {
        return Err(Problem::not_found(what, id));
    }
    let more = recorded.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        recorded.pop();
    }
    let next = recorded.last().filter(|_| more).map(|last| last.sequence);
    let epoch = state.store().head().await?.epoch;
    let mut events = Vec::with_capacity(recorded.len());
    for event in recorded {
        events.push(shown(state, event, epoch, reader).await?);
    }
    Ok(History { events, next })
}

async fn shown(state: &ApiState, event: RecordedEvent, epoch: i64, reader: &Authenticated) -> Result<HistoryEvent, Problem> {
    let data = redaction::data(state.store().vault(), &event, reader).await?;
    let metadata = event.metadata.clone();
    Ok(HistoryEvent {
        event_id: event.event_id.to_string(),
        position: PositionToken { epoch, position: event.position }.to_string(),
        version: event.sequence,
        r#type: event.event_type.clone(),
        type_version: event.event_version.clone(),
        data,
        actor: redaction::actor(metadata.actor, &reader.caller),
        recorded_at: event.recorded_at,
        occurred_at: metadata.occurred_at,
        command_id: metadata.command_id.to_string(),
        correlation_id: metadata.correlation_id.map(|id| id.to_string()),
        causation_id: metadata.causation_id.map(|id| id.to_string()),
    })
}
