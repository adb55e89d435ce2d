//! An aggregate as it stood at a moment.

use chrono::{DateTime, Utc};
use decider::{EventSourced, StreamId, kind_of};
use sqlx::{PgPool, Row};

use crate::loading::{apply, downcast};
use crate::{PositionToken, StoreError, reading};

/// When to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// After the stream's event with this sequence.
    Version(i64),
    /// After the log's event at this position.
    Position(i64),
    /// After what was recorded at or before this instant.
    Instant(DateTime<Utc>),
    /// After everything.
    Now,
}

/// An aggregate as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded<A> {
    /// Its state; the empty one if it does not exist.
    pub state: A,
    /// Its last sequence; 0 if it does not exist.
    pub version: i64,
    /// Where the log was: the state holds everything up to here.
    pub position: PositionToken,
}

/// A page of a long stream: no transaction outlives it.
const PAGE: i64 = 1000;

/// The aggregate at `at`; none if it did not exist yet, or never had so high a version.
pub(crate) async fn load_at<A: EventSourced>(pool: &PgPool, id: &str, at: Moment) -> Result<Option<Loaded<A>>, StoreError> {
    let head = reading::head(pool).await?;
    let (upto_version, upto_position) = match at {
        Moment::Version(version) => (version, head.position),
        Moment::Position(position) => (i64::MAX, position.min(head.position)),
        Moment::Instant(instant) => (i64::MAX, position_at(pool, instant).await?.min(head.position)),
        Moment::Now => (i64::MAX, head.position),
    };
    let stream = StreamId::of::<A>(id);
    let mut state = kind_of::<A>().empty();
    let mut version = 0;
    'pages: loop {
        let page = reading::stream(pool, &stream, version, PAGE).await?;
        let last_page = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        for event in page {
            if event.sequence > upto_version || event.position > upto_position {
                break 'pages;
            }
            apply(&mut *state, &event.stream, event.position, event.stored())?;
            version = event.sequence;
        }
        if last_page {
            break;
        }
    }
    if version == 0 || matches!(at, Moment::Version(wanted) if wanted != version) {
        return Ok(None);
    }
    let position = PositionToken { epoch: head.epoch, position: upto_position };
    Ok(Some(Loaded { state: downcast::<A>(&*state, &stream)?, version, position }))
}

async fn position_at(pool: &PgPool, instant: DateTime<Utc>) -> Result<i64, StoreError> {
    let row = sqlx::query("select log.position_at_v1($1) as position").bind(instant).fetch_one(pool).await?;
    Ok(row.try_get("position")?)
}
