//! From a pending command to a queued append, or aside until something is read.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use decider::{Needed, States, StreamId};

use super::PEEK_AGE;
use super::core::{Core, Flight};
use super::request::{Pending, Queued, Read, Work};
use super::stream::Stream;
use crate::appending::{Append, Status};
use crate::deciding::Decided;
use crate::loading::StreamHead;
use crate::{PositionToken, StoreError};

impl Core {
    /// Decides a command if all that it names is in memory and not contended; else it waits where it belongs.
    pub(super) fn decide(&mut self, mut pending: Pending) {
        if self.drop_abandoned(&pending) {
            self.fail(pending, &|| StoreError::Closed.into());
            return;
        }
        let missing = match self.name_streams(&mut pending) {
            Ok(missing) => missing,
            Err(error) => return self.fail_once(pending, error),
        };
        if !missing.is_empty() {
            return self.park_for_streams(pending, missing);
        }
        if matches!(pending.work, Work::Peek { .. }) && !self.is_guess(&pending.named) {
            return self.answer_peek(pending);
        }
        if pending.alone || self.must_wait_for_lock(&pending.named) {
            return self.put_in_redo(pending);
        }
        self.decide_on_memory(pending);
    }

    /// Nobody waits for it, so it need not be done: the same as if the request had been lost.
    fn drop_abandoned(&self, pending: &Pending) -> bool {
        let followed = match &pending.work {
            Work::Execute { command, .. } => self.keys.has_followers(&command.id),
            Work::Read { .. } | Work::Peek { .. } => false,
        };
        pending.is_abandoned() && !followed
    }

    /// Asks the decision for its streams until it names no new one, and answers those that must be read first.
    pub(super) fn name_streams(&mut self, pending: &mut Pending) -> Result<Vec<Needed>, StoreError> {
        loop {
            let missing = self.make_ready(pending)?;
            if !missing.is_empty() {
                return Ok(missing);
            }
            let mut known: HashSet<StreamId> = pending.named.iter().map(|known| known.stream.clone()).collect();
            let states = self.states(&pending.named);
            let mut named = std::panic::catch_unwind(AssertUnwindSafe(|| pending.streams(&states))).map_err(|_| StoreError::Panicked)?;
            named.retain(|needed| known.insert(needed.stream.clone()));
            if named.is_empty() {
                return Ok(Vec::new());
            }
            pending.named.append(&mut named);
        }
    }

    /// Those of its named streams that must be read. One that it is to create is taken to be absent.
    fn make_ready(&mut self, pending: &Pending) -> Result<Vec<Needed>, StoreError> {
        let mut missing = Vec::new();
        for needed in &pending.named {
            if self.is_ready(needed, &pending.work)? {
                continue;
            }
            if needed.presumed_new && pending.may_presume {
                self.cache.insert(needed.stream.clone(), Stream::presumed_absent(needed.kind, self.now));
            } else {
                missing.push(needed.clone());
            }
        }
        Ok(missing)
    }

    fn is_ready(&mut self, needed: &Needed, work: &Work) -> Result<bool, StoreError> {
        let now = self.now;
        let prepared = self.cache.change(&needed.stream, |stream| {
            // A glance may be answered from memory, but not from a memory that nothing ever refreshes.
            let fresh = !matches!(work, Work::Peek { .. }) || !stream.is_settled() || now.duration_since(stream.known_at) < PEEK_AGE;
            stream.prepare().map(|()| fresh)
        });
        match prepared {
            None => Ok(false),
            Some(Ok(fresh)) => Ok(fresh),
            Some(Err(source)) => Err(StoreError::Unfoldable { stream: needed.stream.clone(), source: source.into() }),
        }
    }

    /// Whether one of them is only taken to be absent: a glance at it waits for the next call, which finds out.
    fn is_guess(&self, named: &[Needed]) -> bool {
        named.iter().any(|needed| self.cache.get(&needed.stream).is_some_and(|stream| stream.presumed))
    }

    fn states<'a>(&'a self, named: &'a [Needed]) -> States<'a> {
        let mut states = States::none();
        for needed in named {
            if let Some(stream) = self.cache.get(&needed.stream) {
                states.insert(&needed.stream, stream.decided_head().sequence, stream.state());
            }
        }
        states
    }

    fn heads(&self, named: &[Needed]) -> Vec<(StreamId, StreamHead)> {
        named
            .iter()
            .filter_map(|needed| self.cache.get(&needed.stream).map(|stream| (needed.stream.clone(), stream.decided_head())))
            .collect()
    }

    /// Under the lock, what was read under it is fresh; all else must be neither contended nor about to be read.
    fn must_wait_for_lock(&self, named: &[Needed]) -> bool {
        let read = match &self.flight {
            Flight::Locked { streams, .. } => Some(streams),
            Flight::Idle | Flight::Appending(_) | Flight::Reading { .. } => None,
        };
        named.iter().any(|needed| {
            let fresh = read.is_some_and(|read| read.contains(&needed.stream));
            let contended = self.cache.get(&needed.stream).is_some_and(|stream| stream.is_contended(self.now));
            !fresh && (contended || self.is_being_read(&needed.stream))
        })
    }

    fn decide_on_memory(&mut self, pending: Pending) {
        match self.decided(&pending) {
            Ok(Decided::Append(append)) => self.enqueue(pending, Arc::new(*append)),
            Ok(Decided::KeyMissing(subject)) => self.park_for_key(pending, subject),
            Err(error) => self.fail_once(pending, error),
        }
    }

    /// A decision that panics is a bug of the domain: its caller learns of it, the others go on.
    fn decided(&self, pending: &Pending) -> Result<Decided, StoreError> {
        let heads = self.heads(&pending.named);
        match &pending.work {
            Work::Execute { command, .. } => {
                let states = self.states(&pending.named);
                std::panic::catch_unwind(AssertUnwindSafe(|| command.decide(&states, heads, &self.vault)))
                    .unwrap_or(Err(StoreError::Panicked))
            }
            Work::Read { .. } | Work::Peek { .. } => Append::read(heads).map(|append| Decided::Append(Box::new(append))),
        }
    }

    /// Folds it into the streams that it writes and queues it.
    fn enqueue(&mut self, pending: Pending, append: Arc<Append>) {
        self.pin(&pending.named, 1);
        self.next_number += 1;
        let number = self.next_number;
        let folded = append.by_stream().into_iter().try_for_each(|(stream, events)| {
            let folded = self.cache.change(stream, |stream| stream.extend(number, &append, events));
            folded.unwrap_or(Ok(())).map_err(|source| StoreError::Unfoldable { stream: stream.clone(), source: source.into() })
        });
        let queued = Queued { number, append, pending };
        match folded {
            Ok(()) => self.queue.push_back(queued),
            Err(error) => {
                self.undo(&queued);
                self.fail_once(queued.pending, error);
            }
        }
    }

    /// One for each that was asked for; if one was forgotten meanwhile, it is read again.
    pub(super) fn answer_peek(&mut self, pending: Pending) {
        let Work::Peek { needed, .. } = &pending.work else { return };
        let position = PositionToken { epoch: self.epoch, position: self.position };
        let read = |stream: &Stream| Read { state: stream.committed().boxed_clone(), version: stream.head.sequence, position };
        let reads: Option<Vec<Read>> = needed.iter().map(|needed| self.cache.get(&needed.stream).map(read)).collect();
        match (reads, pending.work) {
            (Some(reads), Work::Peek { reply, .. }) => drop(reply.send(Ok(reads))),
            (_, work) => self.decide(Pending { work, ..pending }),
        }
    }

    pub(super) fn fail_once(&mut self, pending: Pending, error: StoreError) {
        let error = std::cell::Cell::new(Some(error));
        self.fail(pending, &|| error.take().unwrap_or(StoreError::Closed).into());
    }
}

impl Append {
    /// No events: only heads that must be met.
    fn read(heads: Vec<(StreamId, StreamHead)>) -> Result<Self, StoreError> {
        let (own, head) = heads.first().cloned().ok_or(StoreError::NoStream)?;
        Ok(Self {
            id: uuid::Uuid::nil(),
            command_id: uuid::Uuid::nil(),
            keyed: false,
            instance: None,
            fingerprint: [0; 32],
            status: Status::Unchanged,
            own,
            own_version: head.sequence,
            heads,
            events: Vec::new(),
            metadata: None,
        })
    }
}
