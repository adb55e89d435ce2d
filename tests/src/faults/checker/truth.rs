//! Whether every answer is true at its place: the log is folded once, and at each position whoever was answered there is asked again.

use std::collections::HashMap;

use decider::{Change, Changes, Decision, RefusalDocument, State, States, StreamId, kind_of};

use crate::faults::checker::answers::told;
use crate::faults::checker::commands::{Command, Known};
use crate::faults::history::Answer;
use crate::faults::log::{EventLog, Logged};
use crate::faults::mistake::Mistake;
use crate::faults::shelves::{Ask, Shelf};

/// What is to be true once so many events are folded.
enum Claim<'a> {
    /// What follows is what this command decides here.
    Stored(&'a Command<'a>),
    Answered(&'a Command<'a>, Known<'a>),
}

pub(super) fn check(commands: &[Command<'_>], log: &EventLog, mistakes: &mut Vec<Mistake>) {
    let mut claims: Vec<(i64, Claim<'_>)> = commands.iter().flat_map(claims_of).collect();
    claims.sort_by_key(|(position, _)| *position);
    let mut claims = claims.into_iter().peekable();
    let mut world = World::default();
    for folded in 0..=log.events.len() {
        if let Some(event) = folded.checked_sub(1).map(|place| &log.events[place]) {
            world.fold(event, mistakes);
        }
        let here = i64::try_from(folded).unwrap_or(i64::MAX);
        while let Some((_, claim)) = claims.next_if(|(position, _)| *position <= here) {
            world.judge(&claim, here, mistakes);
        }
    }
}

fn claims_of<'a>(command: &'a Command<'a>) -> Vec<(i64, Claim<'a>)> {
    let stored = command.events.first().map(|first| (first.position - 1, Claim::Stored(command)));
    let wrote_nothing = |known: &Known<'_>| !matches!(known.answer, Answer::Done { events: 1.., .. });
    let first = command.first_known().filter(wrote_nothing).map(|known| (known.position, Claim::Answered(command, known)));
    stored.into_iter().chain(first).collect()
}

/// The states of all shelves at a position.
struct World {
    shelves: HashMap<StreamId, (i64, Box<dyn State>)>,
    empty: Box<dyn State>,
}

impl Default for World {
    fn default() -> Self {
        Self { shelves: HashMap::new(), empty: kind_of::<Shelf>().empty() }
    }
}

impl World {
    fn fold(&mut self, event: &Logged, mistakes: &mut Vec<Mistake>) {
        let shelf = self.shelves.entry(event.stream.clone()).or_insert_with(|| (0, kind_of::<Shelf>().empty()));
        shelf.0 = event.sequence;
        if let Err(error) = shelf.1.apply_stored(event.stored()) {
            mistakes.push(Mistake::Unreadable { position: event.position, why: error.to_string() });
        }
        let units = shelf_of(&*shelf.1).units;
        if units < 0 {
            mistakes.push(Mistake::Oversold { stream: event.stream.clone(), position: event.position, units });
        }
    }

    fn judge(&self, claim: &Claim<'_>, here: i64, mistakes: &mut Vec<Mistake>) {
        match claim {
            Claim::Stored(command) => mistakes.extend(self.stored_as_decided(command, here)),
            Claim::Answered(command, known) => mistakes.extend(self.answered_truly(command, known, here)),
        }
    }

    fn stored_as_decided(&self, command: &Command<'_>, here: i64) -> Option<Mistake> {
        let (name, positions) = (command.name.clone(), command.positions());
        let decisions: Vec<_> = command.requests().into_iter().map(|ask| self.decide(ask)).collect();
        if decisions.iter().flatten().any(|changes| self.is_what_stands(changes, &command.events)) {
            let in_one_piece = positions.windows(2).all(|pair| pair[1] == pair[0] + 1);
            return (!in_one_piece).then_some(Mistake::Scattered { command: name, positions });
        }
        let found = command.events.len();
        Some(match decisions.into_iter().next() {
            Some(Ok(changes)) if found > changes.len() => Mistake::Doubled { command: name, decided: changes.len(), found, positions },
            Some(Ok(changes)) if found < changes.len() => Mistake::Half { command: name, decided: changes.len(), found, positions },
            Some(Ok(changes)) => Mistake::Otherwise { command: name, position: here + 1, why: format!("it decides {changes:?}") },
            Some(Err(refusal)) => Mistake::Otherwise { command: name, position: here + 1, why: refusal.message },
            None => Mistake::Otherwise {
                command: name,
                position: here + 1,
                why: "everybody who asked was told that it was another's".to_owned(),
            },
        })
    }

    /// The same events on the same streams, byte by byte, one behind the other.
    fn is_what_stands(&self, changes: &Changes, events: &[&Logged]) -> bool {
        let same = |change: &Change, event: &Logged| {
            let payload = change.event().to_json().is_ok_and(|payload| payload.get() == event.payload.get());
            payload && *change.stream() == event.stream && change.event().name_and_version().0 == event.name
        };
        changes.len() == events.len() && changes.iter().zip(events).all(|(change, event)| same(change, event))
    }

    fn answered_truly(&self, command: &Command<'_>, known: &Known<'_>, position: i64) -> Option<Mistake> {
        let name = command.name.clone();
        let ask = &known.invocation.ask;
        match known.answer {
            Answer::Looked { shelf, version, .. } => {
                let Ask::Look { shelf: id } = ask else { return None };
                let (true_version, state) = self.at(&stream(id));
                let truth = format!("{:?} of version {true_version}", shelf_of(state));
                (shelf != shelf_of(state) || *version != true_version).then_some(Mistake::UntrueLook { command: name, position, truth })
            }
            Answer::Refused { document, .. } => match self.decide(ask) {
                Err(truth) if truth == *document => None,
                Err(truth) => Some(Mistake::UntrueRefusal { command: name, position, truth: told_of(&truth) }),
                Ok(changes) => Some(Mistake::UntrueRefusal { command: name, position, truth: format!("it decides {changes:?}") }),
            },
            Answer::Done { version, .. } => match self.decide(ask) {
                Ok(changes) if changes.is_empty() && own_version(self, ask) == *version => None,
                Ok(changes) => {
                    let truth =
                        format!("it decides {changes:?} at version {}, and was told {}", own_version(self, ask), told(known.answer));
                    Some(Mistake::UntrueNoOp { command: name, position, truth })
                }
                Err(truth) => Some(Mistake::UntrueNoOp { command: name, position, truth: told_of(&truth) }),
            },
            Answer::Head { .. } | Answer::KeyReused | Answer::NotDone | Answer::Unknown(_) | Answer::Failed(_) => None,
        }
    }

    fn decide(&self, ask: &Ask) -> Result<Changes, RefusalDocument> {
        let streams: Vec<StreamId> = shelves_of(ask).iter().map(|shelf| stream(shelf)).collect();
        let mut states = States::none();
        for id in &streams {
            let (version, state) = self.at(id);
            states.insert(id, version, state);
        }
        ask.decide(&states).map_err(|refusal| RefusalDocument::of(&refusal))
    }

    fn at(&self, stream: &StreamId) -> (i64, &dyn State) {
        self.shelves.get(stream).map_or((0, &*self.empty), |(version, state)| (*version, &**state))
    }
}

fn own_version(world: &World, ask: &Ask) -> i64 {
    shelves_of(ask).first().map_or(0, |shelf| world.at(&stream(shelf)).0)
}

fn told_of(document: &RefusalDocument) -> String {
    format!("{document} {:?}", document.details)
}

fn shelf_of(state: &dyn State) -> &Shelf {
    state.as_any().downcast_ref().expect("all streams are shelves")
}

fn stream(shelf: &str) -> StreamId {
    StreamId::of::<Shelf>(shelf)
}

/// All shelves that a question is about, its own first.
fn shelves_of(ask: &Ask) -> Vec<&str> {
    match ask {
        Ask::Move { from, to, .. } => std::iter::once(from).chain(to).map(String::as_str).collect(),
        Ask::Receive { shelf, .. }
        | Ask::Take { shelf, .. }
        | Ask::Close { shelf }
        | Ask::Reopen { shelf }
        | Ask::Establish { shelf }
        | Ask::Look { shelf } => vec![shelf],
        Ask::Head => vec![],
    }
}
