use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use decider::{AggregateKind, ReadError, State};

use crate::appending::{Append, Event};
use crate::loading::{LoadedStream, StreamHead, absent};

/// How long after a conflict the commands of a stream are decided under the log's lock.
const CONTENDED: Duration = Duration::from_secs(1);
/// What a stream costs beside its states: itself, its id where it is found and where it waits to be dropped.
const OVERHEAD: usize = 1024;
/// What a state costs beside what was folded into it: nodes of trees, and room for more in them.
const STATE: usize = 512;

/// One stream in memory: what is committed, and what was decided on top of it and is not yet.
pub(super) struct Stream {
    pub(super) kind: &'static dyn AggregateKind,
    /// The committed state, at `head`.
    base: Box<dyn State>,
    pub(super) head: StreamHead,
    /// `base` with the whole chain folded in. None: it must be made anew before the next decision (or equals `base`, the chain being empty).
    speculative: Option<Box<dyn State>>,
    chain: VecDeque<Link>,
    /// Taken to be absent without reading.
    pub(super) presumed: bool,
    /// The log is not where `head` is: read it before deciding.
    stale: bool,
    last_conflict: Option<Instant>,
    /// When `head` was last known to be the log's.
    pub(super) known_at: Instant,
    /// Commands that wait to be decided again: not evicted before.
    pub(super) pins: usize,
    /// When it was last used, and when it was put where the cache looks for what to drop, in ticks of the cache.
    pub(super) used: u64,
    pub(super) queued: u64,
    bytes: usize,
    unsaved_bytes: usize,
}

/// What one append, not yet committed, does to a stream.
struct Link {
    number: u64,
    append: Arc<Append>,
    /// The places of this stream's events in the append.
    events: Vec<usize>,
}

impl Link {
    fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().map(|place| &self.append.events[*place])
    }

    fn head(&self) -> StreamHead {
        self.events().last().map(Event::head).unwrap_or_default()
    }

    fn fold_into(&self, state: &mut dyn State) -> Result<(), ReadError> {
        self.events().try_for_each(|event| event.fold_into(state))
    }
}

impl Stream {
    pub(super) fn new(kind: &'static dyn AggregateKind, loaded: LoadedStream, now: Instant) -> Self {
        Self {
            kind,
            base: loaded.state,
            head: loaded.head,
            speculative: None,
            chain: VecDeque::new(),
            presumed: false,
            stale: false,
            last_conflict: None,
            known_at: now,
            pins: 0,
            used: 0,
            queued: 0,
            bytes: loaded.bytes,
            unsaved_bytes: loaded.tail_bytes,
        }
    }

    /// Depended on by so many commands that wait for the rest of what they need.
    pub(super) fn pinned(self, pins: usize) -> Self {
        Self { pins, ..self }
    }

    /// A stream that is taken not to exist, without reading.
    pub(super) fn presumed_absent(kind: &'static dyn AggregateKind, now: Instant) -> Self {
        Self { presumed: true, ..Self::new(kind, absent(kind), now) }
    }

    /// The committed state.
    pub(super) fn committed(&self) -> &dyn State {
        &*self.base
    }

    /// What the next command is decided on. Only after [`Stream::prepare`].
    pub(super) fn state(&self) -> &dyn State {
        self.speculative.as_deref().unwrap_or(&*self.base)
    }

    /// The head that goes with [`Stream::state`].
    pub(super) fn decided_head(&self) -> StreamHead {
        self.chain.back().map_or(self.head, Link::head)
    }

    /// Whether nothing is decided on it that is not committed.
    pub(super) fn is_settled(&self) -> bool {
        self.chain.is_empty()
    }

    /// Makes the speculative state where an undo left none.
    pub(super) fn prepare(&mut self) -> Result<(), ReadError> {
        if self.speculative.is_none() && !self.chain.is_empty() {
            self.speculate()?;
        }
        Ok(())
    }

    fn speculate(&mut self) -> Result<(), ReadError> {
        let mut state = self.base.boxed_clone();
        self.chain.iter().try_for_each(|link| link.fold_into(&mut *state))?;
        self.speculative = Some(state);
        Ok(())
    }

    /// Adds what an append does to it. The state is copied only where there is no speculative one: a stream that is written again and again keeps both.
    pub(super) fn extend(&mut self, number: u64, append: &Arc<Append>, events: Vec<usize>) -> Result<(), ReadError> {
        if self.speculative.is_none() {
            self.speculate()?;
        }
        let link = Link { number, append: append.clone(), events };
        let folded = self.speculative.as_mut().map_or(Ok(()), |state| link.fold_into(&mut **state));
        self.chain.push_back(link);
        folded
    }

    /// The first link is committed.
    pub(super) fn commit(&mut self, number: u64, now: Instant) -> Result<(), ReadError> {
        let link = self.chain.pop_front().filter(|link| link.number == number);
        let link = link.expect("appends are committed in the order in which they were decided");
        link.fold_into(&mut *self.base)?;
        self.head = link.head();
        self.presumed = false;
        self.known_at = now;
        let bytes = link.events().map(|event| event.payload.get().len()).sum::<usize>();
        self.bytes += bytes;
        self.unsaved_bytes += bytes;
        Ok(())
    }

    /// Takes back what this append and those after it did.
    pub(super) fn undo_from(&mut self, number: u64) {
        let kept = self.chain.partition_point(|link| link.number < number);
        if kept < self.chain.len() {
            self.chain.truncate(kept);
            self.speculative = None;
        }
    }

    /// Whether something decided on `head` still stands: it is committed or on its way.
    pub(super) fn has(&self, head: &StreamHead) -> bool {
        self.head == *head || self.chain.iter().rev().any(|link| link.head() == *head)
    }

    /// The log is elsewhere.
    pub(super) fn conflicted(&mut self, now: Instant) {
        self.stale = true;
        self.last_conflict = Some(now);
    }

    /// Whether its commands are decided under the log's lock.
    pub(super) fn is_contended(&self, now: Instant) -> bool {
        self.stale || self.last_conflict.is_some_and(|last| now.duration_since(last) < CONTENDED)
    }

    /// Takes over what was read behind the head, or the whole stream. Only while it is settled.
    pub(super) fn catch_up(&mut self, state: Box<dyn State>, head: StreamHead, bytes: usize, now: Instant) {
        self.base = state;
        self.head = head;
        self.speculative = None;
        self.stale = false;
        self.presumed = false;
        self.known_at = now;
        self.bytes += bytes;
        self.unsaved_bytes += bytes;
    }

    /// The state to fold a tail into: its own where the known head is the log's, else the empty one. Leaves none behind.
    pub(super) fn take_state(&mut self, known: bool) -> Box<dyn State> {
        let state = std::mem::replace(&mut self.base, self.kind.empty());
        if known { state } else { self.kind.empty() }
    }

    /// About how much memory it holds: the state twice where there is a speculative one.
    pub(super) fn cost(&self) -> usize {
        OVERHEAD + (STATE + self.bytes) * if self.speculative.is_some() { 2 } else { 1 }
    }

    /// Whether so much was written since the last snapshot that the next load would notice: by bytes, and not more often than the state grows.
    pub(super) fn is_snapshot_due(&self, every_bytes: usize) -> bool {
        self.unsaved_bytes >= every_bytes.max(self.bytes / 4)
    }

    /// A snapshot of so many bytes was made: that is what the state weighs, whatever was folded into it.
    pub(super) fn weighed(&mut self, bytes: usize) {
        self.bytes = bytes;
        self.unsaved_bytes = 0;
    }
}
