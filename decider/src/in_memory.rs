//! A log in memory: it executes any [`Decision`] as the real one does, for tests that need no database.
//!
//! A decision sees exactly the streams that it named. One that looks at another, or writes to another, panics: against the real log it would decide on something
//! that nothing guards.

mod recorded;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::{AggregateKind, Changes, Decision, EventSourced, Needed, RefusalDocument, State, States, StreamId};

pub use recorded::Recorded;

/// Everything that happened, in order, and the states that follow from it.
#[derive(Default)]
pub struct InMemoryLog {
    streams: HashMap<StreamId, Stream>,
    recorded: Vec<Recorded>,
    answers: HashMap<Uuid, Result<Executed, RefusalDocument>>,
}

struct Stream {
    kind: &'static dyn AggregateKind,
    version: i64,
    state: Box<dyn State>,
}

/// The answer to a command that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// The command's own stream: the first that its decision named.
    pub stream: StreamId,
    /// The own stream's version after the command.
    pub version: i64,
    /// The log's head after the command.
    pub position: i64,
    /// How many events it wrote; 0: nothing new happened.
    pub events: usize,
}

/// What was decided, with the heads of all that was looked at.
struct Decided<R> {
    heads: Vec<(StreamId, i64)>,
    answer: Result<Changes, R>,
}

impl InMemoryLog {
    /// Executes a command that never comes again.
    ///
    /// # Errors
    /// The domain said no.
    ///
    /// # Panics
    /// The decision looked at, or wrote to, a stream that it did not name.
    pub fn execute<D: Decision>(&mut self, decision: &D) -> Result<Executed, D::Refusal> {
        let decided = self.decide(decision);
        self.append(decided)
    }

    /// Executes a command under its id: when it comes again it gets the answer that it got, be it yes or no.
    ///
    /// # Errors
    /// The domain said no.
    ///
    /// # Panics
    /// As [`Self::execute`].
    pub fn execute_as<D: Decision>(&mut self, command_id: Uuid, decision: &D) -> Result<Executed, RefusalDocument> {
        if let Some(answer) = self.answers.get(&command_id) {
            return answer.clone();
        }
        let answer = self.execute(decision).map_err(|refusal| RefusalDocument::of(&refusal));
        self.answers.insert(command_id, answer.clone());
        answer
    }

    /// Executes a command that had been decided when another one was appended before it: where that one moved a stream which the command had looked at, there is
    /// a conflict, and it is decided again.
    ///
    /// # Errors
    /// The domain said no.
    ///
    /// # Panics
    /// As [`Self::execute`].
    pub fn execute_overtaken<D: Decision>(&mut self, decision: &D, overtaking: impl FnOnce(&mut Self)) -> Result<Executed, D::Refusal> {
        let decided = self.decide(decision);
        overtaking(self);
        if decided.heads.iter().all(|(stream, version)| self.version(stream) == *version) {
            return self.append(decided);
        }
        self.execute(decision)
    }

    /// What a command would come to, without doing it.
    ///
    /// # Errors
    /// The domain would say no.
    ///
    /// # Panics
    /// As [`Self::execute`].
    pub fn would<D: Decision>(&mut self, decision: &D) -> Result<Changes, D::Refusal> {
        self.decide(decision).answer
    }

    fn decide<D: Decision>(&mut self, decision: &D) -> Decided<D::Refusal> {
        let named = self.named(decision);
        let answer = decision.decide(&self.states(&named).nothing_else());
        let heads = named.into_iter().map(|Needed { stream, .. }| {
            let version = self.version(&stream);
            (stream, version)
        });
        Decided { heads: heads.collect(), answer }
    }

    /// Asks the decision for its streams until it names no new one.
    fn named<D: Decision>(&mut self, decision: &D) -> Vec<Needed> {
        let mut named: Vec<Needed> = Vec::new();
        loop {
            let mut known: HashSet<StreamId> = named.iter().map(|needed| needed.stream.clone()).collect();
            let mut new = decision.streams(&self.states(&named));
            new.retain(|needed| known.insert(needed.stream.clone()));
            if new.is_empty() {
                return named;
            }
            for needed in &new {
                self.streams.entry(needed.stream.clone()).or_insert_with(|| Stream::empty(needed.kind));
            }
            named.append(&mut new);
        }
    }

    fn states<'a>(&'a self, named: &'a [Needed]) -> States<'a> {
        let mut states = States::none();
        for needed in named {
            let stream = &self.streams[&needed.stream];
            states.insert(&needed.stream, stream.version, &*stream.state);
        }
        states
    }

    fn append<R>(&mut self, decided: Decided<R>) -> Result<Executed, R> {
        let changes = decided.answer?;
        for change in changes.iter() {
            assert!(decided.heads.iter().any(|(named, _)| named == change.stream()), "{change:?} was written, and its stream not named");
        }
        let events = self.record(changes);
        let (stream, _) = decided.heads.into_iter().next().expect("a decision names its own stream first");
        Ok(Executed { version: self.version(&stream), position: self.head(), events, stream })
    }

    /// Writes events as they stand, such as an earlier program wrote them; how many.
    ///
    /// # Panics
    /// One stands on a stream that no decision ever named: how it is read is not known.
    pub fn record(&mut self, changes: Changes) -> usize {
        let written = changes.len();
        for change in changes {
            let stream = self.streams.get_mut(change.stream()).unwrap_or_else(|| panic!("{change:?}: nobody named its stream yet"));
            stream.state.apply_change(&change);
            stream.version += 1;
            let position = i64::try_from(self.recorded.len()).expect("a log in memory is short") + 1;
            self.recorded.push(Recorded::new(position, stream.version, change));
        }
        written
    }

    /// How many events a stream has.
    pub fn version(&self, stream: &StreamId) -> i64 {
        self.streams.get(stream).map_or(0, |stream| stream.version)
    }

    /// The position of the last event; 0 before the first.
    pub fn head(&self) -> i64 {
        self.recorded.last().map_or(0, Recorded::position)
    }

    /// Every event in the order in which they happened.
    pub fn recorded(&self) -> &[Recorded] {
        &self.recorded
    }

    /// What an aggregate has come to: the empty state if it does not exist.
    pub fn state<A: EventSourced>(&self, aggregate_id: &str) -> A {
        let stream = self.streams.get(&StreamId::of::<A>(aggregate_id));
        stream.and_then(|stream| stream.state.as_any().downcast_ref::<A>()).cloned().unwrap_or_default()
    }

    /// The ids of the aggregates `A` that exist, in order.
    pub fn ids<A: EventSourced>(&self) -> Vec<&str> {
        let existing = self.streams.iter().filter(|(id, stream)| id.aggregate_type() == A::TYPE && stream.version > 0);
        let mut ids: Vec<&str> = existing.map(|(id, _)| id.aggregate_id()).collect();
        ids.sort_unstable();
        ids
    }
}

// What a program that starts finds: states are made of snapshots and of events, as they are stored.
impl InMemoryLog {
    /// Takes every state for what its snapshot says, as a program does that starts at this moment.
    ///
    /// # Panics
    /// A state does not survive its own snapshot.
    pub fn restore_from_snapshots(&mut self) {
        for (id, stream) in &mut self.streams {
            let snapshot = stream.state.to_json().unwrap_or_else(|error| panic!("{id} has no snapshot: {error}"));
            stream.state = stream.kind.restore(&snapshot).unwrap_or_else(|error| panic!("{id} is not what it was: {error} in {snapshot}"));
        }
    }

    /// Every aggregate `A` is what its events, as they are stored, fold to.
    ///
    /// # Panics
    /// One is not.
    pub fn assert_follows_from_events<A: EventSourced + PartialEq + std::fmt::Debug>(&self) {
        let mut folded: HashMap<&str, A> = HashMap::new();
        for event in self.recorded.iter().filter(|event| event.stream().aggregate_type() == A::TYPE) {
            let decoded = event.stored().decode::<A>().unwrap_or_else(|error| panic!("{event:?}: {error}"));
            folded.entry(event.stream().aggregate_id()).or_default().apply(decoded);
        }
        for (id, folded) in folded {
            assert_eq!(self.state::<A>(id), folded, "{id} is not what its events say");
        }
    }
}

impl Stream {
    fn empty(kind: &'static dyn AggregateKind) -> Self {
        Self { kind, version: 0, state: kind.empty() }
    }
}
