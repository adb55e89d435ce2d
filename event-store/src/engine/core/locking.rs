//! Lock, then decide: the second try after a conflict, and the first on a stream that others write too. What is read under the log's lock is
//! still so when it is appended under the same lock, so nobody fails twice because somebody else was faster.

use std::collections::HashSet;

use decider::{Needed, StreamId};
use sqlx::Error;

use super::{CALL_APPENDS, Core, Flight};
use crate::StoreError;
use crate::appending::{KeyProbe, LockRequest, LockedRead, Tail};
use crate::engine::request::{Pending, Work};
use crate::loading::StreamHead;

/// What one lock may read.
const STREAMS: usize = 2048;

/// Gathers what the lock is taken for: what failed (most tries first), then what was decided and not sent, which is decided again behind it. None if nothing
/// that failed can go on: it may be read first, or there is none.
pub(super) fn start(core: &mut Core) -> Option<LockRequest> {
    let mut failed = std::mem::take(&mut core.redo);
    core.unpin(&failed);
    failed.sort_by_key(|pending| std::cmp::Reverse((pending.alone, pending.tries)));
    let alone = failed.first().is_some_and(|pending| pending.alone);
    let mut gathered = Gathered { alone, ..Gathered::default() };
    failed.into_iter().for_each(|pending| gathered.take_in(core, pending));
    if gathered.batch.is_empty() {
        return None;
    }
    let unsent = std::mem::take(&mut core.queue);
    unsent.iter().rev().for_each(|queued| core.undo(queued));
    unsent.into_iter().for_each(|queued| gathered.take_in(core, queued.pending));

    let Gathered { batch, streams, alone } = gathered;
    let request = LockRequest { keys: batch.iter().map(KeyProbe::of).collect(), streams: core.known_heads(&streams) };
    batch.iter().for_each(|pending| core.pin(&pending.named, 1));
    core.flight = Flight::Reading { batch, known: request.streams.clone(), streams, alone };
    Some(request)
}

/// What one lock is taken for.
#[derive(Default)]
struct Gathered {
    batch: Vec<Pending>,
    streams: HashSet<StreamId>,
    alone: bool,
}

impl Gathered {
    fn take_in(&mut self, core: &mut Core, pending: Pending) {
        let full = self.batch.len() >= CALL_APPENDS || self.streams.len() >= STREAMS || (self.alone && !self.batch.is_empty());
        if full {
            core.put_in_redo(pending);
        } else if let Some(pending) = core.ready_for_lock(pending) {
            self.streams.extend(pending.named.iter().map(|needed| needed.stream.clone()));
            self.batch.push(pending);
        }
    }
}

impl Core {
    pub(in crate::engine) fn put_in_redo(&mut self, pending: Pending) {
        self.pin(&pending.named, 1);
        self.redo.push(pending);
    }

    fn unpin(&mut self, waiting: &[Pending]) {
        waiting.iter().for_each(|pending| self.pin(&pending.named, -1));
    }

    /// What a command on its way depends on stays in memory.
    pub(in crate::engine) fn pin(&mut self, named: &[Needed], by: isize) {
        for needed in named {
            if let Some(stream) = self.cache.touch(&needed.stream) {
                stream.pins = stream.pins.saturating_add_signed(by);
            }
        }
    }

    /// Cold and long streams are read before, without the lock: the command waits for that.
    fn ready_for_lock(&mut self, mut pending: Pending) -> Option<Pending> {
        match self.name_streams(&mut pending) {
            Ok(missing) if missing.is_empty() => Some(pending),
            Ok(missing) => {
                self.park_for_streams(pending, missing);
                None
            }
            Err(error) => {
                self.fail_once(pending, error);
                None
            }
        }
    }

    fn known_heads(&self, streams: &HashSet<StreamId>) -> Vec<(StreamId, StreamHead)> {
        streams.iter().map(|id| (id.clone(), self.cache.get(id).map(|stream| stream.head).unwrap_or_default())).collect()
    }

    /// The lock is held and this is what stands in the log: decide on it.
    pub(in crate::engine) fn locked(&mut self, read: Result<LockedRead, Error>) {
        let Flight::Reading { batch, known, streams, alone } = std::mem::replace(&mut self.flight, Flight::Idle) else { return };
        self.unpin(&batch);
        let read = match read {
            Ok(read) => read,
            Err(error) => return self.isolate(batch, &error),
        };
        self.enter_epoch(read.epoch);
        let unreadable: Vec<StoreError> =
            known.iter().zip(&read.streams).filter_map(|(known, tail)| self.catch_up(known, tail).err()).collect();
        unreadable.iter().for_each(|error| tracing::warn!(%error, "a stream could not be read under the lock"));
        let batch = self.answer_held_keys(batch, &read);
        self.flight = Flight::Locked { streams, suspect: alone.then_some(self.next_number) };
        batch.into_iter().for_each(|pending| self.decide_locked(pending));
        if !alone {
            self.decide_late_arrivals();
        }
    }

    fn catch_up(&mut self, (id, known_head): &(StreamId, StreamHead), tail: &Tail) -> Result<(), StoreError> {
        let now = self.now;
        if self.cache.get(id).is_some_and(|stream| stream.head != *known_head || !stream.is_settled()) {
            // Forgotten and read again meanwhile: the tail does not follow on it.
            self.cache.remove(id);
        }
        let caught_up = self.cache.change(id, |stream| {
            let mut state = stream.take_state(tail.known);
            let bytes = tail.fold_into(&mut *state, id)?;
            stream.catch_up(state, tail.head, bytes, now);
            Ok(())
        });
        match caught_up {
            Some(Err(error)) => {
                // Half folded: whoever needs it reads it again and is told.
                self.cache.remove(id);
                Err(error)
            }
            Some(Ok(())) | None => Ok(()),
        }
    }

    fn answer_held_keys(&mut self, batch: Vec<Pending>, read: &LockedRead) -> Vec<Pending> {
        let mut left = Vec::with_capacity(batch.len());
        for (place, pending) in batch.into_iter().enumerate() {
            match read.held.iter().find(|(held, _)| *held == place) {
                Some((_, key)) => self.answer_held(pending, key),
                None => left.push(pending),
            }
        }
        left
    }

    fn decide_locked(&mut self, mut pending: Pending) {
        pending.alone = false;
        self.decide(pending);
    }

    /// What arrived while the lock was waited for and needs only what was read under it: else the next call would be half as full.
    fn decide_late_arrivals(&mut self) {
        let Flight::Locked { streams, .. } = &self.flight else { return };
        let covered = |pending: &Pending| !pending.alone && pending.named.iter().all(|needed| streams.contains(&needed.stream));
        let (late, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.redo).into_iter().partition(covered);
        self.redo = later;
        self.unpin(&late);
        late.into_iter().for_each(|pending| self.decide(pending));
    }
}

impl KeyProbe {
    fn of(pending: &Pending) -> Self {
        match &pending.work {
            Work::Execute { command, .. } => Self {
                command_id: command.envelope.key.can_come_again().then_some(command.id),
                instance: command.envelope.key.instance().map(ToOwned::to_owned),
            },
            Work::Read { .. } | Work::Peek { .. } => Self { command_id: None, instance: None },
        }
    }
}
