//! The engine's state and what may happen to it. No I/O and no clock: the loop in `run.rs` brings both, tests bring neither.

mod locking;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use decider::{Needed, StreamId};

use super::cache::Cache;
use super::intake::Intake;
use super::keys::Keys;
use super::request::{Pending, Queued, Work};
use super::stream::Stream;
use super::{ToCaller, ToLoader};
use crate::appending::Call;
use crate::loading::{LoadedStream, StreamHead};
use crate::{Failure, LogArgs, StoreError, Vault};

/// What one call may carry. More would make everybody in it wait for the slowest; the rest is in the next.
pub(super) const CALL_APPENDS: usize = 1024;
/// Events, or heads that are looked up under the lock.
const CALL_EVENTS: usize = 4096;
const CALL_BYTES: usize = 2 << 20;
/// How many streams are decided on before something else has its turn: about a millisecond.
const TURN_HEADS: usize = 64;

/// Owned by one task: nothing here is locked.
pub(super) struct Core {
    pub(super) now: Instant,
    pub(super) vault: Vault,
    pub(super) epoch: i64,
    /// The last position that a call answered.
    pub(super) position: i64,
    pub(super) cache: Cache,
    pub(super) keys: Keys,
    intake: Intake,
    /// Commands that wait for streams to be read or keys to be fetched, by ticket.
    parked: HashMap<u64, Parked>,
    /// Who waits for a stream that is being read.
    loading: HashMap<StreamId, Vec<u64>>,
    /// Who waits for a subject's key.
    fetching: HashMap<String, Vec<u64>>,
    next_ticket: u64,
    /// Decided and not sent, in order of decision.
    pub(super) queue: VecDeque<Queued>,
    pub(super) next_number: u64,
    /// To be decided under the log's lock: failed before, or on contended streams.
    pub(super) redo: Vec<Pending>,
    pub(super) flight: Flight,
    /// For the loader.
    pub(super) outbox: Vec<ToLoader>,
}

struct Parked {
    pending: Pending,
    awaits: usize,
}

/// What the caller of the log is busy with.
pub(super) enum Flight {
    Idle,
    /// A call was sent: its appends, in order.
    Appending(Vec<Queued>),
    /// The lock is being taken and these streams read, for these commands.
    Reading {
        batch: Vec<Pending>,
        known: Vec<(StreamId, StreamHead)>,
        streams: HashSet<StreamId>,
        alone: bool,
    },
    /// What is decided now is sent under the lock.
    Locked {
        streams: HashSet<StreamId>,
        /// Only one command is tried: what has a higher number than this is its append.
        suspect: Option<u64>,
    },
}

impl Core {
    pub(super) fn new(args: &LogArgs, vault: Vault, now: Instant) -> Self {
        Self {
            now,
            vault,
            epoch: 0,
            position: 0,
            cache: Cache::new(args.cache_mib << 20),
            keys: Keys::default(),
            // Half of the queue: whoever fills it leaves room for the others.
            intake: Intake::new(args.command_queue.div_ceil(2)),
            parked: HashMap::new(),
            loading: HashMap::new(),
            fetching: HashMap::new(),
            next_ticket: 0,
            queue: VecDeque::new(),
            next_number: 0,
            redo: Vec::new(),
            flight: Flight::Idle,
            outbox: Vec::new(),
        }
    }

    /// Takes in something that was asked.
    pub(super) fn arrive(&mut self, pending: Pending) {
        let Some(pending) = self.recognize(pending) else { return };
        if let Err(pending) = self.intake.push(pending) {
            self.fail(*pending, &|| Failure::Overloaded { retry_after: super::RETRY_AFTER });
        }
    }

    /// A command that is here or was answered lately is not taken in again.
    fn recognize(&mut self, pending: Pending) -> Option<Pending> {
        match pending.work {
            Work::Execute { command, reply } if command.envelope.key.can_come_again() => {
                let (reply, permit) = self.keys.take_in(command.id, command.fingerprint, reply, pending.permit)?;
                Some(Pending { work: Work::Execute { command, reply }, permit, ..pending })
            }
            Work::Execute { .. } | Work::Read { .. } | Work::Peek { .. } => Some(pending),
        }
    }

    /// Decides what was taken in, as long as there is room for it in the next call and not too much waits to be read: the rest waits where callers take turns.
    /// Not for long at once, since meanwhile nothing is sent: answers whether there is more to decide.
    pub(super) fn admit(&mut self) -> bool {
        let mut heads = 0;
        while self.has_room() && heads < TURN_HEADS {
            let Some(pending) = self.intake.pop() else { return false };
            let decided = self.queue.len();
            self.decide(pending);
            heads += self.queue.get(decided).map_or(1, |queued| queued.append.heads.len());
        }
        self.has_room() && !self.intake.is_empty()
    }

    fn has_room(&self) -> bool {
        let waiting = [self.queue.len(), self.redo.len(), self.parked.len()];
        waiting.into_iter().all(|waiting| waiting < CALL_APPENDS) && !matches!(self.flight, Flight::Locked { .. })
    }

    /// What the caller of the log is to do next, if it is free and there is something.
    pub(super) fn next_order(&mut self) -> Option<ToCaller> {
        match self.flight {
            Flight::Locked { suspect, .. } => return Some(self.locked_order(suspect)),
            Flight::Appending(_) | Flight::Reading { .. } => return None,
            Flight::Idle => {}
        }
        if let Some(request) = locking::start(self) {
            return Some(ToCaller::LockAndRead(request));
        }
        (!self.queue.is_empty()).then(|| ToCaller::Append(self.take_call()))
    }

    /// As much of the queue as one call may carry.
    pub(super) fn take_call(&mut self) -> Call {
        let (mut events, mut bytes, mut taken) = (0, 0, 0);
        for queued in &self.queue {
            events += queued.append.events.len().max(queued.append.heads.len());
            bytes += queued.append.bytes();
            if taken > 0 && (taken >= CALL_APPENDS || events > CALL_EVENTS || bytes > CALL_BYTES) {
                break;
            }
            taken += 1;
        }
        let sent: Vec<Queued> = self.queue.drain(..taken).collect();
        self.send(sent)
    }

    /// What was decided under the lock, and before it meanwhile, as much as a call may carry; or the suspect alone, if anything came of it.
    fn locked_order(&mut self, suspect: Option<u64>) -> ToCaller {
        let call = match suspect {
            None if !self.queue.is_empty() => Some(self.take_call()),
            None => None,
            Some(last) => self.queue.pop_back_if(|queued| queued.number > last).map(|queued| self.send(vec![queued])),
        };
        match call {
            Some(call) => ToCaller::AppendLocked(call),
            None => {
                self.flight = Flight::Idle;
                ToCaller::Unlock
            }
        }
    }

    fn send(&mut self, sent: Vec<Queued>) -> Call {
        let call = Call { appends: sent.iter().map(|queued| queued.append.clone()).collect() };
        self.flight = Flight::Appending(sent);
        call
    }

    /// Nothing is left to do.
    pub(super) fn is_idle(&self) -> bool {
        self.intake.is_empty()
            && self.parked.is_empty()
            && self.queue.is_empty()
            && self.redo.is_empty()
            && matches!(self.flight, Flight::Idle)
    }

    /// Puts a command aside until these streams are read.
    pub(super) fn park_for_streams(&mut self, pending: Pending, missing: Vec<Needed>) {
        let ticket = self.park(pending, missing.len());
        for needed in missing {
            match self.loading.get_mut(&needed.stream) {
                Some(waiting) => waiting.push(ticket),
                None => {
                    self.loading.insert(needed.stream.clone(), vec![ticket]);
                    self.outbox.push(ToLoader::Load(needed));
                }
            }
        }
    }

    /// Puts a command aside until this subject's key is at hand.
    pub(super) fn park_for_key(&mut self, pending: Pending, subject: String) {
        let ticket = self.park(pending, 1);
        match self.fetching.get_mut(&subject) {
            Some(waiting) => waiting.push(ticket),
            None => {
                self.fetching.insert(subject.clone(), vec![ticket]);
                self.outbox.push(ToLoader::FetchKey(subject));
            }
        }
    }

    /// What it named already stays in memory while it waits for the rest, or a small cache would never hold all of it at once.
    fn park(&mut self, pending: Pending, awaits: usize) -> u64 {
        self.pin(&pending.named, 1);
        self.next_ticket += 1;
        self.parked.insert(self.next_ticket, Parked { pending, awaits });
        self.next_ticket
    }

    fn take_parked(&mut self, ticket: u64) -> Option<Pending> {
        let pending = self.parked.remove(&ticket)?.pending;
        self.pin(&pending.named, -1);
        Some(pending)
    }

    /// A stream was read. What is in memory already is kept unless the log is ahead of it and nothing is decided on it.
    pub(super) fn loaded(&mut self, needed: &Needed, loaded: Result<LoadedStream, StoreError>) {
        let waiting = self.loading.remove(&needed.stream).unwrap_or_default();
        let error = match loaded {
            Ok(loaded) => {
                let still = waiting.iter().filter(|ticket| self.parked.contains_key(ticket)).count();
                self.take_over(needed, loaded, still);
                None
            }
            Err(error) => Some(error),
        };
        self.unpark(waiting, error);
        self.cache.evict();
    }

    fn take_over(&mut self, needed: &Needed, loaded: LoadedStream, waiting: usize) {
        let now = self.now;
        match self.cache.get(&needed.stream) {
            None => self.cache.insert(needed.stream.clone(), Stream::new(needed.kind, loaded, now).pinned(waiting)),
            Some(known) if known.is_settled() && !self.is_being_read(&needed.stream) && loaded.head.sequence >= known.head.sequence => {
                let (bytes, head) = (loaded.tail_bytes, loaded.head);
                self.cache.change(&needed.stream, |stream| stream.catch_up(loaded.state, head, bytes, now));
            }
            Some(_) => {}
        }
    }

    /// A subject's key is at hand.
    pub(super) fn fetched(&mut self, subject: &str, fetched: Result<(), StoreError>) {
        let waiting = self.fetching.remove(subject).unwrap_or_default();
        match fetched {
            Err(StoreError::Erased(subject)) => {
                for ticket in waiting {
                    if let Some(pending) = self.take_parked(ticket) {
                        self.fail(pending, &|| StoreError::Erased(subject.clone()).into());
                    }
                }
            }
            fetched => self.unpark(waiting, fetched.err()),
        }
    }

    fn unpark(&mut self, waiting: Vec<u64>, error: Option<StoreError>) {
        let error = error.map(Arc::new);
        for ticket in waiting {
            let Some(parked) = self.parked.get_mut(&ticket) else { continue };
            parked.awaits -= 1;
            if error.is_none() && parked.awaits > 0 {
                continue;
            }
            let Some(pending) = self.take_parked(ticket) else { continue };
            match &error {
                Some(error) => self.fail(pending, &|| StoreError::Unloadable(error.clone()).into()),
                None => self.decide(pending),
            }
        }
    }

    /// Answers that it cannot be done.
    pub(super) fn fail(&mut self, pending: Pending, error: &dyn Fn() -> Failure) {
        match pending.work {
            Work::Execute { command, reply } => {
                if command.envelope.key.can_come_again() {
                    self.keys.failed(&command.id);
                }
                drop(reply.send(Err(error())));
            }
            Work::Read { reply, .. } => drop(reply.send(Err(StoreError::of_a_read(error())))),
            Work::Peek { reply, .. } => drop(reply.send(Err(StoreError::of_a_read(error())))),
        }
    }

    pub(super) fn is_being_read(&self, stream: &StreamId) -> bool {
        match &self.flight {
            Flight::Reading { streams, .. } => streams.contains(stream),
            Flight::Locked { .. } | Flight::Idle | Flight::Appending(_) => false,
        }
    }
}
