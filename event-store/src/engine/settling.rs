//! What became of a call: commits, answers, and everything that has to be taken back.

use decider::StreamId;
use sqlx::Error;
use tracing::warn;

use super::core::{Core, Flight};
use super::request::{Pending, Queued, Read, Work};
use super::{RETRY_AFTER, SNAPSHOT_BYTES, ToCaller, ToLoader};
use crate::appending::{Append, HeldKey, Outcome, Status, Verdicts};
use crate::error::is_about_the_server;
use crate::kept_answer::KeptAnswer;
use crate::loading::layout_of;
use crate::{Failure, PositionToken, StoreError};

/// A call that is back, with its outcome.
pub(super) struct Landed {
    sent: Vec<Queued>,
    answered: Result<Verdicts, Error>,
}

impl Core {
    /// The call in flight is back. Where all of it is stored, what was decided on it stands: the next call is to leave before [`Core::settle`] answers anybody.
    pub(super) fn landed(&mut self, answered: Result<Verdicts, Error>) -> (Landed, Option<ToCaller>) {
        let sent = match std::mem::replace(&mut self.flight, Flight::Idle) {
            Flight::Appending(sent) => sent,
            Flight::Idle | Flight::Reading { .. } | Flight::Locked { .. } => Vec::new(),
        };
        let stands = answered.as_ref().is_ok_and(Verdicts::are_all_done) && self.redo.is_empty() && !self.queue.is_empty();
        let next = stands.then(|| ToCaller::Append(self.take_call()));
        (Landed { sent, answered }, next)
    }

    /// What became of each append of a call.
    pub(super) fn settle(&mut self, landed: Landed) {
        match landed.answered {
            Ok(verdicts) => self.settle_each(landed.sent, verdicts),
            Err(error) => self.call_failed(landed.sent, &error),
        }
        self.cache.evict();
    }

    fn settle_each(&mut self, sent: Vec<Queued>, verdicts: Verdicts) {
        self.enter_epoch(verdicts.epoch);
        count(&verdicts.outcomes);
        let mut failed = false;
        let mut guesses = Vec::new();
        for (queued, outcome) in sent.into_iter().zip(verdicts.outcomes) {
            match outcome {
                Outcome::Done { position } => self.commit(queued, PositionToken { epoch: self.epoch, position }),
                // Stored when the call was sent before, perhaps in an earlier epoch.
                Outcome::Held(key) if key.append_id == queued.append.id => self.commit(queued, key.answer.position),
                Outcome::Held(key) => {
                    failed = true;
                    self.undo(&queued);
                    guesses.extend(queued.append.heads.iter().map(|(stream, _)| stream.clone()));
                    self.answer_held(queued.pending, &key);
                }
                Outcome::Conflict(stream) => {
                    failed = true;
                    self.undo(&queued);
                    self.conflicted(&stream);
                    guesses.extend(queued.append.heads.iter().map(|(stream, _)| stream.clone()));
                    self.try_again(queued.pending);
                }
                Outcome::Undone => {
                    failed = true;
                    self.undo(&queued);
                    self.try_again(queued.pending);
                }
            }
        }
        if failed {
            self.undo_what_fell();
        }
        guesses.iter().for_each(|stream| self.forget_presumed(stream));
    }

    /// Another history: what is in memory may be of the one that was lost.
    pub(super) fn enter_epoch(&mut self, epoch: i64) {
        if self.epoch != 0 && self.epoch != epoch {
            warn!(log.epoch = epoch, "the log entered a new epoch, forgetting what was cached");
            self.keys.forget_answers();
            self.cache.forget_settled();
            self.position = 0;
        }
        self.epoch = epoch;
    }

    fn commit(&mut self, queued: Queued, position: PositionToken) {
        self.position = self.position.max(position.position);
        for (stream, _) in queued.append.by_stream() {
            let now = self.now;
            let folded = self.cache.change(stream, |stream| stream.commit(queued.number, now));
            if let Some(Err(error)) = folded {
                // It was folded into the speculative state without a complaint: read it again rather than trust either.
                warn!(stream = %stream, %error, "a committed event could not be folded");
                self.conflicted(stream);
            }
            self.save_if_due(stream);
        }
        self.pin(&queued.pending.named, -1);
        self.answer(queued, position);
    }

    fn answer(&mut self, queued: Queued, position: PositionToken) {
        match queued.pending.work {
            Work::Execute { command, reply } => {
                let answer = KeptAnswer::of(&queued.append, position);
                if command.envelope.key.can_come_again() {
                    self.keys.answered(command.id, &answer);
                }
                drop(reply.send(Ok(answer.first())));
            }
            Work::Read { ref needed, .. } => {
                let read = self.committed_at(&needed.stream, &queued.append, position);
                self.answer_read(queued.pending, read);
            }
            Work::Peek { .. } => {
                // What was presumed was found to be so.
                for needed in &queued.pending.named {
                    self.cache.change(&needed.stream, |stream| stream.presumed = false);
                }
                self.answer_peek(queued.pending);
            }
        }
    }

    /// Outcomes are taken in the order of the call, so what is committed here is what the read was decided on: unless the stream was forgotten
    /// or read anew meanwhile.
    fn committed_at(&self, stream: &StreamId, append: &Append, position: PositionToken) -> Option<Read> {
        let stream = self.cache.get(stream)?;
        let same = append.heads.iter().all(|(_, head)| *head == stream.head);
        same.then(|| Read { state: stream.committed().boxed_clone(), version: stream.head.sequence, position })
    }

    fn answer_read(&mut self, pending: Pending, read: Option<Read>) {
        match (pending.work, read) {
            (Work::Read { reply, .. }, Some(read)) => drop(reply.send(Ok(read))),
            (work, _) => self.try_again(Pending { work, ..pending }),
        }
    }

    /// Somebody else put the key there: this is a retry that memory did not know of.
    pub(super) fn answer_held(&mut self, pending: Pending, key: &HeldKey) {
        if let Work::Execute { command, reply } = pending.work {
            if command.envelope.key.can_come_again() {
                self.keys.answered(command.id, &key.answer);
            }
            drop(reply.send(key.answer.again(&command.fingerprint)));
        }
    }

    fn save_if_due(&mut self, stream: &StreamId) {
        let Some(Some((kind, state, head))) = self.cache.change(stream, |stream| {
            stream.is_snapshot_due(SNAPSHOT_BYTES).then(|| {
                let state = stream.committed().to_json();
                stream.weighed(state.as_ref().map_or(0, |state| state.get().len()));
                (stream.kind, state, stream.head)
            })
        }) else {
            return;
        };
        match state {
            Ok(state) => self.outbox.push(ToLoader::Save { stream: stream.clone(), layout: layout_of(kind), head, state }),
            Err(error) => warn!(stream = %stream, %error, "a state is no snapshot"),
        }
    }

    /// Takes back what it and everything decided on it did to its streams.
    pub(super) fn undo(&mut self, queued: &Queued) {
        self.pin(&queued.pending.named, -1);
        for (stream, _) in queued.append.by_stream() {
            self.cache.change(stream, |stream| stream.undo_from(queued.number));
        }
    }

    fn conflicted(&mut self, id: &StreamId) {
        let now = self.now;
        self.cache.change(id, |stream| stream.conflicted(now));
    }

    /// Where one guess was wrong, or nothing came of what was decided on it, the others are not trusted either: they are read, before the lock is taken.
    fn forget_presumed(&mut self, id: &StreamId) {
        if self.cache.get(id).is_some_and(|stream| stream.presumed && stream.is_settled()) {
            self.cache.remove(id);
        }
    }

    fn try_again(&mut self, mut pending: Pending) {
        pending.tries += 1;
        pending.may_presume = false;
        metrics::histogram!("event_store_tries_in_vain").record(pending.tries);
        self.put_in_redo(pending);
    }

    /// An append stands while each of its heads is its stream's head or on its way there; one that does not was decided on what never happened.
    /// Walked in order, this one rule finds every append that hangs on a failed one.
    pub(super) fn undo_what_fell(&mut self) {
        for queued in std::mem::take(&mut self.queue) {
            if self.stands(&queued.append) {
                self.queue.push_back(queued);
            } else {
                self.undo(&queued);
                self.put_in_redo(Pending { may_presume: false, ..queued.pending });
            }
        }
    }

    fn stands(&self, append: &Append) -> bool {
        append.heads.iter().all(|(stream, head)| match self.cache.get(stream) {
            Some(known) => known.has(head),
            None => append.events.iter().all(|event| event.stream != *stream),
        })
    }

    /// An ERROR: nothing of the call is done. One whose data Postgres refuses must not take the others with it, so each goes alone next.
    fn call_failed(&mut self, sent: Vec<Queued>, error: &Error) {
        sent.iter().rev().for_each(|queued| self.undo(queued));
        self.isolate(sent.into_iter().map(|queued| queued.pending).collect(), error);
        self.undo_what_fell();
    }

    /// What was asked together and refused by Postgres for what it says is asked one by one; a single one is answered. Where it is the server that is not
    /// well, nobody's command is to blame.
    pub(super) fn isolate(&mut self, asked: Vec<Pending>, error: &Error) {
        let is_outage = error.as_database_error().is_some_and(is_about_the_server);
        let several = asked.len() > 1;
        for mut pending in asked {
            if is_outage {
                self.fail(pending, &|| Failure::Unavailable { retry_after: RETRY_AFTER, source: error.to_string().into() });
            } else if several {
                pending.alone = true;
                self.put_in_redo(pending);
            } else {
                self.fail(pending, &|| StoreError::Refused(error.to_string()).into());
            }
        }
    }
}

/// What a dashboard asks first: how full the calls are, and how many appends were in vain.
fn count(outcomes: &[Outcome]) {
    let in_vain = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Conflict(_) | Outcome::Undone)).count();
    metrics::histogram!("event_store_call_appends").record(u32::try_from(outcomes.len()).unwrap_or(u32::MAX));
    metrics::counter!("event_store_appends_total").increment(u64::try_from(outcomes.len() - in_vain).unwrap_or_default());
    metrics::counter!("event_store_appends_in_vain_total").increment(u64::try_from(in_vain).unwrap_or_default());
}

impl KeptAnswer {
    pub(super) fn of(append: &Append, position: PositionToken) -> Self {
        Self {
            fingerprint: append.fingerprint,
            stream: append.own.clone(),
            version: append.own_version,
            position,
            events: append.events.len(),
            refusal: match &append.status {
                Status::Refused(document) => Some(document.clone()),
                Status::Appended | Status::Unchanged => None,
            },
        }
    }
}
