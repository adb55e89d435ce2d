//! A history and a log that are true of each other, without a server: what the checker must find nothing in, and mistakes are planted into.

use std::collections::HashMap;

use chrono::DateTime;
use decider::{Decision, RefusalDocument, State, States, StreamId, kind_of};
use event_store::{PositionToken, ids};
use uuid::Uuid;

use super::checker::Invocation;
use super::history::{Answer, CALLER};
use super::log::{EventLog, Logged};
use super::shelves::{Ask, Shelf};
use super::workload::Workload;

/// Three clients whose questions overlap, each taking effect between its question and its answer.
pub(crate) struct Honest {
    pub(crate) history: Vec<Invocation>,
    pub(crate) log: EventLog,
    shelves: HashMap<StreamId, (i64, Box<dyn State>)>,
    answered: HashMap<String, (Ask, Answer)>,
}

const STEP_NS: u64 = 1_000_000;

impl Honest {
    pub(crate) fn of(seed: u64, questions: u64) -> Self {
        let log = EventLog { events: Vec::new(), epochs: vec![(1, 1)] };
        let mut honest = Self { history: Vec::new(), log, shelves: HashMap::new(), answered: HashMap::new() };
        let mut clients: Vec<Workload> = (0..3).map(|client| Workload::new(seed, &client.to_string())).collect();
        let mut earlier: Option<(Ask, Option<String>)> = None;
        for turn in 0..questions {
            let (ask, key) = match (turn % 10, earlier.take()) {
                (9, Some(again)) => again,
                _ => clients[usize::try_from(turn % 3).unwrap()].next(turn / 12),
            };
            honest.ask(turn, &ask, key.as_deref());
            earlier = key.is_some().then_some((ask, key));
        }
        honest
    }

    fn ask(&mut self, turn: u64, ask: &Ask, key: Option<&str>) {
        let id = Uuid::now_v7();
        let at_ns = turn * STEP_NS;
        let answer = match key.and_then(|key| self.answered.get(key)) {
            Some((first, answer)) if first == ask => again(answer),
            Some(_) => Answer::KeyReused,
            None => self.answer(id, ask, key),
        };
        if let Some(key) = key {
            self.answered.entry(key.to_owned()).or_insert_with(|| (ask.clone(), answer.clone()));
        }
        // Answered while the next two are on their way.
        let answered = Some((at_ns + 5 * STEP_NS / 2, answer));
        self.history.push(Invocation { id, at_ns, ask: ask.clone(), key: key.map(ToOwned::to_owned), answered });
    }

    fn answer(&mut self, id: Uuid, ask: &Ask, key: Option<&str>) -> Answer {
        match ask {
            Ask::Head => return Answer::Head { at: self.head() },
            Ask::Look { shelf } => {
                let (version, state) = self.at(shelf);
                return Answer::Looked { shelf: state, version, at: self.head() };
            }
            Ask::Receive { .. } | Ask::Take { .. } | Ask::Move { .. } | Ask::Close { .. } | Ask::Reopen { .. } | Ask::Establish { .. } => {}
        }
        let changes = match self.decide(ask) {
            Ok(changes) => changes,
            Err(document) => return Answer::Refused { document, at: self.head(), replayed: false },
        };
        let events = changes.len();
        let own = own_stream(ask);
        for change in changes {
            self.store(id, key, change.stream(), change.event().name_and_version().0, change.event().to_json().unwrap());
        }
        Answer::Done { version: self.shelves.get(&own).map_or(0, |(version, _)| *version), at: self.head(), events, replayed: false }
    }

    fn store(&mut self, invocation: Uuid, key: Option<&str>, stream: &StreamId, name: String, payload: Box<serde_json::value::RawValue>) {
        let position = self.head().position + 1;
        let (version, state) = self.shelves.entry(stream.clone()).or_insert_with(|| (0, kind_of::<Shelf>().empty()));
        *version += 1;
        let event = Logged {
            position,
            event_id: Uuid::now_v7(),
            stream: stream.clone(),
            sequence: *version,
            name,
            payload,
            command_id: key.map_or(invocation, |key| ids::derive(&[CALLER, key])),
            invocation,
            recorded_at: DateTime::from_timestamp(position, 0).unwrap(),
        };
        state.apply_stored(event.stored()).unwrap();
        self.log.events.push(event);
    }

    fn decide(&self, ask: &Ask) -> Result<decider::Changes, RefusalDocument> {
        let mut states = States::none();
        let empty = kind_of::<Shelf>().empty();
        let streams: Vec<StreamId> = named(ask);
        for stream in &streams {
            let (version, state) = self.shelves.get(stream).map_or((0, &*empty), |(version, state)| (*version, &**state));
            states.insert(stream, version, state);
        }
        ask.decide(&states).map_err(|refusal| RefusalDocument::of(&refusal))
    }

    fn at(&self, shelf: &str) -> (i64, Shelf) {
        let known = self.shelves.get(&StreamId::of::<Shelf>(shelf));
        known.map_or((0, Shelf::default()), |(version, state)| (*version, state.as_any().downcast_ref::<Shelf>().unwrap().clone()))
    }

    fn head(&self) -> PositionToken {
        PositionToken { epoch: 1, position: i64::try_from(self.log.events.len()).unwrap() }
    }
}

/// What a decision names once everything that it asked for first was shown to it.
fn named(ask: &Ask) -> Vec<StreamId> {
    let mut streams: Vec<StreamId> = ask.streams(&States::none()).into_iter().map(|needed| needed.stream).collect();
    if let Ask::Move { to, .. } = ask {
        streams.extend(to.iter().map(|shelf| StreamId::of::<Shelf>(shelf.as_str())));
    }
    streams
}

fn own_stream(ask: &Ask) -> StreamId {
    named(ask).into_iter().next().expect("a command names a stream")
}

fn again(answer: &Answer) -> Answer {
    match answer.clone() {
        Answer::Done { version, at, events, .. } => Answer::Done { version, at, events, replayed: true },
        Answer::Refused { document, at, .. } => Answer::Refused { document, at, replayed: true },
        other @ (Answer::Looked { .. }
        | Answer::Head { .. }
        | Answer::KeyReused
        | Answer::NotDone
        | Answer::Unknown(_)
        | Answer::Failed(_)) => other,
    }
}
