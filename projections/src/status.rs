//! How the read models are: against the log's real head, so that a projector that does not run cannot look healthy.

use event_store::{EventStore, Filter, lease};
use serde::Serialize;
use sqlx::AssertSqlSafe;

use crate::model::ReadModel;
use crate::schema::{Schema, Slot};
use crate::words::row_words;
use crate::{ReadDatabase, ReadModelError, lasting};

row_words! {
    /// What is going on with a read model.
    State:
    /// It is kept up to date.
    Live = "live",
    /// The next generation is being built beside it.
    Rebuilding = "rebuilding",
    /// It was told to wait.
    Paused = "paused",
    /// No process keeps it at this moment.
    Stopped = "stopped",
    /// It was never built.
    Absent = "absent",
}

/// How a read model is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProjectionStatus {
    /// Which.
    pub name: &'static str,
    /// Its generation: the version of its fold and columns.
    pub generation: u32,
    /// What is going on with it.
    pub state: State,
    /// The live generation.
    pub live: Place,
    /// The generation in the making, if there is one.
    pub next: Option<Place>,
    /// Whether a former generation is there for a rollback.
    pub can_roll_back: bool,
    /// The process that keeps it.
    pub holder: Option<String>,
}

/// How far a generation is.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Place {
    /// The last position that it has taken in.
    pub position: i64,
    /// Events of the log behind that.
    pub lag_events: i64,
    /// How long the first of them has been in the log; 0 without any.
    pub lag_seconds: f64,
    /// Events that it could not fold, and those that wait behind them.
    pub dead_letters: i64,
}

/// How every read model is.
///
/// # Errors
/// A database cannot be asked.
pub async fn status(store: &EventStore, read: &ReadDatabase) -> Result<Vec<ProjectionStatus>, ReadModelError> {
    let mut all = Vec::new();
    for model in read.models().all() {
        all.push(status_of(store, read, model).await?);
    }
    Ok(all)
}

async fn status_of(store: &EventStore, read: &ReadDatabase, model: &ReadModel) -> Result<ProjectionStatus, ReadModelError> {
    let [live, next, old] = [Slot::Live, Slot::Next, Slot::Old].map(|slot| Schema::of(model, slot));
    let there = live.exists(read.pool()).await?;
    let place_of_live = if there { place(store, read, model, &live).await? } else { unbuilt(store).await? };
    let place_of_next = if next.exists(read.pool()).await? { Some(place(store, read, model, &next).await?) } else { None };
    let (holder, paused) = (if there { keeper(read, model, &live).await? } else { None }, is_paused(read, model).await?);
    let state = match (there, paused, &place_of_next, &holder) {
        (false, ..) => State::Absent,
        (true, true, ..) => State::Paused,
        (true, false, Some(_), _) => State::Rebuilding,
        (true, false, None, Some(_)) => State::Live,
        (true, false, None, None) => State::Stopped,
    };
    Ok(ProjectionStatus {
        name: model.name,
        generation: model.version,
        state,
        live: place_of_live,
        next: place_of_next,
        can_roll_back: old.exists(read.pool()).await?,
        holder,
    })
}

async fn place(store: &EventStore, read: &ReadDatabase, model: &ReadModel, schema: &Schema) -> Result<Place, ReadModelError> {
    let mut conn = read.pool().acquire().await?;
    let at = lease::checkpoint(&mut conn, schema.as_str(), model.name).await?.unwrap_or_default();
    let sql = format!("select count(*) from {schema}.dead_letters");
    let dead_letters = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *conn).await?;
    let head = store.head().await?;
    let lag_events = (head.position - at.position).max(0);
    Ok(Place { position: at.position, lag_events, lag_seconds: lag_seconds(store, at.position, head.position).await?, dead_letters })
}

async fn unbuilt(store: &EventStore) -> Result<Place, ReadModelError> {
    let head = store.head().await?;
    let lag_seconds = lag_seconds(store, 0, head.position).await?;
    Ok(Place { position: 0, lag_events: head.position, lag_seconds, dead_letters: 0 })
}

/// How long the first event behind a position has been in the log, up to its head; 0 without any.
///
/// # Errors
/// The log cannot be asked.
pub async fn lag_seconds(store: &EventStore, position: i64, head: i64) -> Result<f64, ReadModelError> {
    let behind = store.read(position, head, 1, &Filter::all()).await?;
    let waited = behind.first().map(|event| (chrono::Utc::now() - event.recorded_at).as_seconds_f64());
    Ok(waited.unwrap_or_default().max(0.0))
}

async fn keeper(read: &ReadDatabase, model: &ReadModel, schema: &Schema) -> Result<Option<String>, ReadModelError> {
    let sql = format!("select case when leased_until > clock_timestamp() then holder end from {schema}.checkpoints where name = $1");
    let holder: Option<Option<String>> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(model.name).fetch_optional(read.pool()).await?;
    Ok(holder.flatten())
}

async fn is_paused(read: &ReadDatabase, model: &ReadModel) -> Result<bool, ReadModelError> {
    lasting::is_paused(&mut *read.pool().acquire().await?, model, Schema::of(model, Slot::Live).as_str()).await
}
