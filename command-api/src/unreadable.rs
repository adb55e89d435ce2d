//! What is known of an aggregate with an event that this program cannot read: everything before it.

use decider::EventSourced;
use event_store::{EventStore, Loaded, Moment, PositionToken, StoreError};
use serde::Serialize;
use tracing::debug;
use utoipa::ToSchema;

use crate::problem::{Problem, position_of_unreadable};

/// An event that this program cannot read: a later one wrote it, or it was tampered with.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = UnreadableEvent)]
pub(crate) struct Unreadable {
    /// Where it stands in the log.
    pub(crate) position: String,
    /// The version that it led to: what is shown is of the one before.
    pub(crate) version: i64,
    /// Its stored name, such as `order.placed`.
    r#type: String,
}

/// An aggregate as far as it is known, and the event behind that.
pub(crate) type Known<A> = (Loaded<A>, Option<Unreadable>);

/// The aggregate at a moment, or up to the first event before that which cannot be read; none if it did not exist yet, or never had that version.
///
/// # Errors
/// The log cannot be read, or not even the aggregate's first event.
pub(crate) async fn known_at<A: EventSourced>(store: &EventStore, id: &str, moment: Moment) -> Result<Option<Known<A>>, Problem> {
    let loaded = match moment {
        Moment::Now => store.load::<A>(id).await.map(Some),
        Moment::Version(_) | Moment::Position(_) | Moment::Instant(_) => store.load_at::<A>(id, moment).await,
    };
    match loaded {
        Ok(loaded) => Ok(loaded.map(|loaded| (loaded, None))),
        Err(error) => match position_of_unreadable(&error) {
            Some(position) => before(store, id, position, error).await.map(Some),
            None => Err(error.into()),
        },
    }
}

async fn before<A: EventSourced>(store: &EventStore, id: &str, position: i64, error: StoreError) -> Result<Known<A>, Problem> {
    let Some(event) = store.events_at(&[position]).await?.pop() else { return Err(error.into()) };
    let Some(loaded) = store.load_at::<A>(id, Moment::Version(event.sequence - 1)).await? else { return Err(error.into()) };
    debug!(%error, "what is known before an event that cannot be read is shown");
    let position = PositionToken { epoch: loaded.position.epoch, position }.to_string();
    Ok((loaded, Some(Unreadable { position, version: event.sequence, r#type: event.event_type.clone() })))
}
