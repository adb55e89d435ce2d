//! The end of the log in memory: read once, for all who follow it in this process. Events are kept as they stand in the log, personal data sealed.
//!
//! Why that changes no guarantee: what is held is one piece of the log without gaps, read behind its last event, whose id is compared each time. If
//! another event stands there, or an epoch began, everything is let go and begun anew at the log's head. A reader is served only if the event of its checkpoint is
//! the one that is held there, and only within [`BELIEVED`] of the last comparison; who is behind what is held, or ahead of it, or saw another
//! event, reads by itself and finds out why ([`crate::Subscription`]).

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::PgPool;
use uuid::Uuid;

use crate::reading::{self, Behind};
use crate::{Batch, Checkpoint, Filter, RecordedEvent, StoreError};

/// How long what is held is believed without looking whether the log still has it: less than any failover takes.
const BELIEVED: Duration = Duration::from_millis(50);

/// So many positions are read at once.
const STEP: i64 = 2_000;

/// The newest events.
pub(crate) struct Tail {
    most_bytes: usize,
    held: Mutex<Held>,
    /// Who reads; the others wait, and find what it read.
    turn: tokio::sync::Mutex<()>,
}

/// What became of a reader's wish.
pub(crate) enum Served {
    /// These are next.
    Batch(Batch),
    /// There is nothing more, as of a look that began no earlier than it was asked for.
    AtHead,
    /// It is not where the tail is.
    Elsewhere,
}

/// What a reader knows of the log's end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Told {
    /// Nothing: it must be looked.
    Nothing,
    /// It was told of this position, and will be told of the next.
    UpTo(i64),
}

#[derive(Default)]
struct Held {
    /// When the last look at the log began; none: it was never looked, or what was seen is not believed any more.
    looked: Option<Instant>,
    epoch: i64,
    /// The log's last position at that look.
    head: i64,
    /// The event before the first that is held.
    before: Place,
    events: VecDeque<RecordedEvent>,
    bytes: usize,
}

/// A position with the event that stands there; none before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) position: i64,
    pub(crate) event_id: Option<Uuid>,
}

impl Tail {
    /// Holds about so much.
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self { most_bytes, held: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// The events behind `from`, from at most `max` positions.
    pub(crate) async fn next(&self, pool: &PgPool, from: &Checkpoint, max: i64, filter: &Filter, told: Told) -> Result<Served, StoreError> {
        let asked = Instant::now();
        loop {
            let served = self.held().serve(from, max, filter, asked);
            match served {
                Some(Served::AtHead) if self.is_news(asked, told) => {}
                None => {}
                Some(served) => return Ok(served),
            }
            self.look(pool, from, asked).await?;
        }
    }

    /// Whether the log may have more than is held.
    fn is_news(&self, asked: Instant, told: Told) -> bool {
        let held = self.held();
        let (last, looked) = (held.last().position, held.looked.is_some_and(|looked| looked >= asked));
        let unseen = match told {
            Told::Nothing => !looked,
            Told::UpTo(position) => !looked && position > last,
        };
        unseen || held.head > last
    }

    /// Reads on behind what is held, unless somebody has looked since `asked`.
    async fn look(&self, pool: &PgPool, from: &Checkpoint, asked: Instant) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let last = {
            let held = self.held();
            if held.looked.is_some_and(|looked| looked >= asked) && held.head <= held.last().position {
                return Ok(());
            }
            held.looked.map(|_| held.last()).filter(|last| from.position <= last.position + STEP)
        };
        let began = Instant::now();
        match self.read(pool, last).await {
            Ok(Some(behind)) => self.held().take_in(behind, began, self.most_bytes),
            Ok(None) => {
                let head = reading::head(pool).await?;
                *self.held() = Held::at(head.epoch, Place { position: head.position, event_id: head.event_id }, began);
            }
            Err(error) => {
                // A way to the log that broke may lead to another log.
                *self.held() = Held::default();
                return Err(error);
            }
        }
        Ok(())
    }

    /// What stands behind `last`; none if that is not known, or the log is not the one that was read before.
    async fn read(&self, pool: &PgPool, last: Option<Place>) -> Result<Option<Behind>, StoreError> {
        let Some(last) = last else { return Ok(None) };
        let behind = reading::behind(pool, last.position, STEP).await?;
        let same = behind.event_id == last.event_id && behind.epoch == self.held().epoch;
        Ok(same.then_some(behind))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Nothing between lock and unlock can panic half-way, so what a poisoned lock guards is whole.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Nothing yet, behind this place, which was the log's head.
    fn at(epoch: i64, before: Place, looked: Instant) -> Self {
        Self { looked: Some(looked), epoch, head: before.position, before, ..Self::default() }
    }

    fn last(&self) -> Place {
        self.events.back().map_or(self.before, |event| Place { position: event.position, event_id: Some(event.event_id) })
    }

    fn take_in(&mut self, behind: Behind, looked: Instant, most_bytes: usize) {
        self.looked = Some(looked);
        self.head = behind.head;
        self.bytes += behind.events.iter().map(RecordedEvent::bytes).sum::<usize>();
        self.events.extend(behind.events);
        while self.bytes > most_bytes
            && let Some(oldest) = self.events.pop_front()
        {
            self.bytes -= oldest.bytes();
            self.before = Place { position: oldest.position, event_id: Some(oldest.event_id) };
        }
    }

    /// None: it must be looked first.
    fn serve(&self, from: &Checkpoint, max: i64, filter: &Filter, asked: Instant) -> Option<Served> {
        let looked = self.looked?;
        let last = self.last();
        if from.position > last.position {
            return (looked >= asked).then_some(Served::Elsewhere);
        }
        let Some(passed) = from.position.checked_sub(self.before.position).and_then(|passed| usize::try_from(passed).ok()) else {
            return Some(Served::Elsewhere);
        };
        let seen = passed.checked_sub(1).map_or(self.before.event_id, |place| self.events.get(place).map(|event| event.event_id));
        if seen != from.event_id {
            return Some(Served::Elsewhere);
        }
        if from.position == last.position {
            return Some(Served::AtHead);
        }
        if looked < asked && looked.elapsed() > BELIEVED {
            return None;
        }
        let upto = last.position.min(from.position.saturating_add(max));
        let count = usize::try_from(upto - from.position).unwrap_or_default();
        let passing = || self.events.iter().skip(passed).take(count);
        let event_id = passing().next_back().map(|event| event.event_id);
        let events = passing().filter(|event| filter.lets_through(event)).cloned().collect();
        Some(Served::Batch(Batch { events, checkpoint: Checkpoint { epoch: self.epoch, position: upto, event_id }, head: self.head }))
    }
}
