use std::collections::HashMap;

use crate::state::kind_of;
use crate::{AggregateKind, Changes, EventSourced, Refusal, State, StreamId};

/// A command together with how it is decided: a pure function of the states of the streams that it names.
///
/// All that it writes is appended together or not at all, and only if none of the streams that it *looked at* has moved on meanwhile; so a
/// stream that it only looks at (a customer who must still be active) is guarded as well as one that it writes.
pub trait Decision: Send + Sync + 'static {
    /// Why it may be refused.
    type Refusal: Refusal;

    /// The streams it needs, given those loaded so far; asked again until it names no new one. The first is the command's own:
    /// its id and version are the answer, and an `If-Match` speaks of it.
    fn streams(&self, states: &States<'_>) -> Vec<Needed>;

    /// Whether the asker may know at all of what it is about. Asked before an expected version is compared, which would tell that it is there; who decides
    /// without it asks again.
    ///
    /// # Errors
    /// To the asker it is not there.
    fn admit(&self, _: &States<'_>) -> Result<(), Self::Refusal> {
        Ok(())
    }

    /// What happens.
    ///
    /// # Errors
    /// The domain said no.
    fn decide(&self, states: &States<'_>) -> Result<Changes, Self::Refusal>;
}

/// A stream that a decision needs, with how it is read.
#[derive(Clone)]
pub struct Needed {
    /// Its name.
    pub stream: StreamId,
    /// How it is read.
    pub kind: &'static dyn AggregateKind,
    /// Whether the command is expected to create it: then it is taken to be absent without reading, and the append finds out if it is not.
    pub presumed_new: bool,
}

impl Needed {
    /// The aggregate `A` with this id, which need not exist.
    pub fn of<A: EventSourced>(aggregate_id: impl Into<std::sync::Arc<str>>) -> Self {
        Self { stream: StreamId::of::<A>(aggregate_id), kind: kind_of::<A>(), presumed_new: false }
    }

    /// The aggregate `A` with this id, which this command will most likely create: costs no read. If it exists after all, the command is
    /// decided again on what is there.
    pub fn created<A: EventSourced>(aggregate_id: impl Into<std::sync::Arc<str>>) -> Self {
        Self { presumed_new: true, ..Self::of::<A>(aggregate_id) }
    }
}

/// The states that a decision sees.
#[derive(Default)]
pub struct States<'a> {
    seen: HashMap<&'a StreamId, (i64, &'a dyn State)>,
    is_all: bool,
}

impl<'a> States<'a> {
    /// No state yet.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds the state of a stream as of `version`, its last sequence (0: it does not exist).
    pub fn insert(&mut self, stream: &'a StreamId, version: i64, state: &'a dyn State) {
        self.seen.insert(stream, (version, state));
    }

    /// The same; whoever looks at another stream panics instead of finding nothing: for tests.
    #[must_use]
    pub fn nothing_else(self) -> Self {
        Self { is_all: true, ..self }
    }

    /// The state of an aggregate: `None` if it was not loaded (yet), the empty state if it does not exist.
    pub fn get<A: EventSourced>(&self, aggregate_id: &str) -> Option<&'a A> {
        let (_, state) = self.find(StreamId::of::<A>(aggregate_id))?;
        state.as_any().downcast_ref()
    }

    /// How many events the aggregate has: 0 if it does not exist, `None` if it was not loaded.
    pub fn version<A: EventSourced>(&self, aggregate_id: &str) -> Option<i64> {
        self.find(StreamId::of::<A>(aggregate_id)).map(|(version, _)| version)
    }

    fn find(&self, stream: StreamId) -> Option<(i64, &'a dyn State)> {
        let found = self.seen.get(&stream).copied();
        assert!(found.is_some() || !self.is_all, "a decision looked at {stream}, which it had not named");
        found
    }
}
