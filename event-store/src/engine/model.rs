//! The engine against a log in memory that does what `append_v1` promises: random commands from two processes, conflicts, lost answers, refused calls,
//! broken locks and late loads, thousands of schedules a second. Every answer is checked against the log that came of it.

#[path = "../../tests/log/accounts.rs"]
#[allow(dead_code)]
mod accounts;

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use decider::{Decision, Needed, State, States, StoredEvent, StreamId, kind_of};
use proptest::prelude::*;
use serde_json::value::RawValue;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::oneshot;
use uuid::Uuid;

use self::accounts::{Account, Deposit, Open, Transfer, Withdraw};
use super::core::Core;
use super::request::{Pending, Read, Work};
use super::{FromCaller, ToCaller, ToLoader};
use crate::appending::{Append, Call, HeldKey, LockRequest, LockedRead, Outcome, Tail, TailEvent, Verdicts};
use crate::deciding::Command;
use crate::kept_answer::KeptAnswer;
use crate::loading::{LoadedStream, StreamHead};
use crate::{Answer, CommandKey, Envelope, Failure, LogArgs, PositionToken, Refused, SecretKey, StoreError, Vault};

struct Logged {
    stream: StreamId,
    sequence: i64,
    id: Uuid,
    command_id: Uuid,
    name: String,
    version: String,
    payload: Box<RawValue>,
}

/// What stands in Postgres, and who holds its lock.
#[derive(Default)]
struct Log {
    events: Vec<Logged>,
    keys: HashMap<Uuid, HeldKey>,
    locked_by: Option<usize>,
    epoch: i64,
}

impl Log {
    fn of<'a>(&'a self, stream: &'a StreamId) -> impl DoubleEndedIterator<Item = (usize, &'a Logged)> {
        self.events.iter().enumerate().filter(move |(_, event)| event.stream == *stream)
    }

    fn head(&self, stream: &StreamId) -> StreamHead {
        self.of(stream).next_back().map(|(_, event)| StreamHead { sequence: event.sequence, event_id: Some(event.id) }).unwrap_or_default()
    }

    fn position(&self) -> i64 {
        i64::try_from(self.events.len()).unwrap()
    }

    /// `append_v1`, word by word of its promise.
    fn append(&mut self, call: &Call) -> Verdicts {
        let heads: HashMap<&StreamId, StreamHead> =
            call.appends.iter().flat_map(|append| append.heads.iter()).map(|(stream, _)| (stream, self.head(stream))).collect();
        let mut outcomes: Vec<Outcome> = Vec::new();
        let mut writers: HashMap<&StreamId, usize> = HashMap::new();
        for (place, append) in call.appends.iter().enumerate() {
            let stood = |outcome: &Outcome| match outcome {
                Outcome::Done { .. } => true,
                Outcome::Held(key) => writers.values().any(|writer| call.appends[*writer].id == key.append_id),
                Outcome::Conflict(_) | Outcome::Undone => false,
            };
            let held = self.keys.get(&append.command_id).filter(|_| append.keyed);
            let undone = append.heads.iter().filter_map(|(stream, _)| writers.get(stream)).any(|writer| !stood(&outcomes[*writer]));
            let conflict = append.heads.iter().find(|(stream, head)| !writers.contains_key(stream) && heads[stream] != *head);
            let outcome = match (held, conflict) {
                (Some(held), _) => Outcome::Held(Box::new(held.clone())),
                (None, Some((stream, _))) => Outcome::Conflict(stream.clone()),
                (None, None) if undone => Outcome::Undone,
                (None, None) => self.store(append, self.stored_before(append, &writers, &outcomes)),
            };
            outcomes.push(outcome);
            writers.extend(append.events.iter().map(|event| (&event.stream, place)));
        }
        Verdicts { epoch: self.epoch, outcomes }
    }

    /// Where what it was decided on was stored by an earlier sending of the call.
    fn stored_before(&self, append: &Append, writers: &HashMap<&StreamId, usize>, outcomes: &[Outcome]) -> Option<i64> {
        let predecessors = append.heads.iter().filter_map(|(stream, _)| writers.get(stream));
        let stored = predecessors.filter_map(|writer| match &outcomes[*writer] {
            Outcome::Held(key) => Some(key.answer.position.position),
            Outcome::Done { .. } | Outcome::Conflict(_) | Outcome::Undone => None,
        });
        stored.max()
    }

    fn store(&mut self, append: &Append, stored_before: Option<i64>) -> Outcome {
        for event in &append.events {
            let (stream, name, version, payload) = (event.stream.clone(), event.name.clone(), event.version.clone(), event.payload.clone());
            assert_eq!(self.head(&stream).sequence + 1, event.sequence, "a hole in {stream}");
            self.events.push(Logged {
                stream,
                sequence: event.sequence,
                id: event.id,
                command_id: append.command_id,
                name,
                version,
                payload,
            });
        }
        let position = stored_before.filter(|_| append.events.is_empty()).unwrap_or(self.position());
        if append.keyed {
            let answer = KeptAnswer::of(append, PositionToken { epoch: self.epoch, position });
            self.keys.insert(append.command_id, HeldKey { append_id: append.id, answer });
        }
        Outcome::Done { position }
    }

    fn lock_and_read(&self, request: &LockRequest) -> LockedRead {
        let held = request.keys.iter().enumerate().filter_map(|(place, key)| Some((place, self.keys.get(&key.command_id?)?.clone())));
        let streams = request.streams.iter().map(|(stream, head)| self.tail(stream, head));
        LockedRead { epoch: self.epoch, held: held.collect(), streams: streams.collect() }
    }

    fn tail(&self, stream: &StreamId, known_head: &StreamHead) -> Tail {
        let known = known_head.sequence == 0 || self.of(stream).any(|(_, event)| Some(event.id) == known_head.event_id);
        let after = if known { known_head.sequence } else { 0 };
        let events = self.of(stream).filter(|(_, event)| event.sequence > after).map(|(place, event)| TailEvent {
            position: i64::try_from(place).unwrap() + 1,
            event_type: event.name.clone(),
            event_version: event.version.clone(),
            payload: event.payload.clone(),
        });
        Tail { known, head: self.head(stream), events: events.collect() }
    }

    fn load(&self, needed: &Needed) -> LoadedStream {
        let upto = self.position();
        LoadedStream { state: self.state_at(&needed.stream, upto), head: self.head(&needed.stream), tail_bytes: 0, bytes: 0 }
    }

    fn state_at(&self, stream: &StreamId, position: i64) -> Box<dyn State> {
        let mut state = kind_of::<Account>().empty();
        for (_, event) in self.of(stream).filter(|(place, _)| i64::try_from(*place).unwrap() < position) {
            state.apply_stored(StoredEvent { event_type: &event.name, event_version: &event.version, payload: &event.payload }).unwrap();
        }
        state
    }

    /// One for each that was asked for, each as its stream once was.
    fn check_glance(&self, both: [u8; 2], reads: &[Read]) {
        assert_eq!(reads.len(), both.len());
        for (number, read) in both.into_iter().zip(reads) {
            let stream = StreamId::of::<Account>(account(number));
            let upto = match usize::try_from(read.version).unwrap() {
                0 => 0,
                version => self.of(&stream).nth(version - 1).expect("a glance saw what was never stored").0 + 1,
            };
            let seen = read.state.as_any().downcast_ref::<Account>().unwrap();
            assert_eq!(*seen, self.account_at(&account(number), i64::try_from(upto).unwrap()), "a glance saw another");
        }
    }

    fn account_at(&self, account: &str, position: i64) -> Account {
        self.state_at(&StreamId::of::<Account>(account), position).as_any().downcast_ref::<Account>().unwrap().clone()
    }
}

/// What is asked, as it can be asked again of any state.
#[derive(Debug, Clone, PartialEq)]
enum Ask {
    Deposit(u8, i64),
    Withdraw(u8, i64),
    Transfer(u8, u8, i64),
    Open(u8),
    Read(u8),
    /// Of two at once, as they were a moment ago.
    Glance(u8, u8),
}

/// One process: an engine, what is on the wire to the log, and what is on its way back.
struct Process {
    core: Core,
    orders: VecDeque<ToCaller>,
    /// The first of them was sent before, and its answer was lost.
    is_resent: bool,
    answers: VecDeque<FromCaller>,
    loads: VecDeque<Needed>,
    loaded: VecDeque<(Needed, LoadedStream)>,
}

enum Reply {
    Command(oneshot::Receiver<Result<Answer, Failure>>),
    Read(oneshot::Receiver<Result<Read, StoreError>>),
    Glance(oneshot::Receiver<Result<Vec<Read>, StoreError>>),
}

struct Asked {
    ask: Ask,
    key: Option<String>,
    command_id: Uuid,
    /// The log's position when it was asked: an answer may not be older.
    asked_at: i64,
    reply: Reply,
}

struct World {
    log: Log,
    processes: [Process; 2],
    asked: Vec<Asked>,
    now: Instant,
}

#[derive(Debug, Clone)]
enum Step {
    Ask {
        process: usize,
        ask: Ask,
        key: Option<u8>,
    },
    Decide(usize),
    /// The log does what is on the wire; perhaps its answer is lost and the same call is sent again.
    Serve {
        process: usize,
        lost: bool,
    },
    /// Postgres refuses what is on the wire.
    Refuse(usize),
    /// The connection that holds the lock breaks.
    BreakLock,
    Answer(usize),
    Read(usize),
    Loaded(usize),
    Wait,
    NewEpoch,
}

fn account(number: u8) -> String {
    format!("a{number}")
}

impl World {
    fn new() -> Self {
        let args = LogArgs { cache_mib: 0, ..LogArgs::new("postgres://nowhere", SecretKey::new([0; 32]), SecretKey::new([0; 32])) };
        let vault = Vault::new(&args, PgPoolOptions::new().connect_lazy(&args.database_url).unwrap());
        let now = Instant::now();
        let process = || Process {
            core: Core::new(&args, vault.clone(), now),
            orders: VecDeque::new(),
            is_resent: false,
            answers: VecDeque::new(),
            loads: VecDeque::new(),
            loaded: VecDeque::new(),
        };
        Self { log: Log { epoch: 1, ..Log::default() }, processes: [process(), process()], asked: Vec::new(), now }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Ask { process, ask, key } => self.ask(*process, ask, *key),
            Step::Decide(process) => self.decide(*process),
            Step::Serve { process, lost } => self.serve(*process, *lost),
            Step::Refuse(process) => self.refuse(*process),
            Step::BreakLock => self.log.locked_by = None,
            Step::Answer(process) => self.answer(*process),
            Step::Read(process) => {
                let needed = self.processes[*process].loads.pop_front();
                let loaded = needed.map(|needed| (self.log.load(&needed), needed));
                self.processes[*process].loaded.extend(loaded.map(|(loaded, needed)| (needed, loaded)));
            }
            Step::Loaded(process) => {
                if let Some((needed, loaded)) = self.processes[*process].loaded.pop_front() {
                    self.processes[*process].core.loaded(&needed, Ok(loaded));
                }
            }
            Step::Wait => {
                self.now += Duration::from_millis(400);
                self.processes.iter_mut().for_each(|process| process.core.now = self.now);
            }
            Step::NewEpoch => self.log.epoch += 1,
        }
    }

    fn ask(&mut self, process: usize, ask: &Ask, key: Option<u8>) {
        // A client's key says what it asks: the same key with another request is another test's.
        let key = key.map(|key| format!("{key} {ask:?}"));
        let envelope = Envelope::new(
            match &key {
                Some(key) => CommandKey::Client { caller: "model".into(), key: key.clone(), fingerprint: [0; 32] },
                None => CommandKey::Once,
            },
            "service:model",
        );
        let command = match ask.clone() {
            Ask::Deposit(to, amount) => Command::new(Deposit { account: account(to), amount }, envelope),
            Ask::Withdraw(from, amount) => Command::new(Withdraw { account: account(from), amount }, envelope),
            Ask::Transfer(from, to, amount) => Command::new(Transfer { from: account(from), to: account(to), amount }, envelope),
            Ask::Open(new) => Command::new(Open { account: account(new) }, envelope),
            Ask::Read(what) => return self.read(process, what),
            Ask::Glance(one, other) => return self.glance(process, [one, other]),
        };
        let (reply, answer) = oneshot::channel();
        let (command_id, asked_at) = (command.id, self.log.position());
        self.asked.push(Asked { ask: ask.clone(), key, command_id, asked_at, reply: Reply::Command(answer) });
        self.processes[process].core.arrive(Pending::new(Work::Execute { command: Box::new(command), reply }, "model".into(), None));
    }

    fn read(&mut self, process: usize, what: u8) {
        let (reply, answer) = oneshot::channel();
        let asked_at = self.log.position();
        self.asked.push(Asked { ask: Ask::Read(what), key: None, command_id: Uuid::nil(), asked_at, reply: Reply::Read(answer) });
        let needed = Needed::of::<Account>(account(what));
        self.processes[process].core.arrive(Pending::new(Work::Read { needed, reply }, "model".into(), None));
    }

    fn glance(&mut self, process: usize, both: [u8; 2]) {
        let (reply, answer) = oneshot::channel();
        let ask = Ask::Glance(both[0], both[1]);
        self.asked.push(Asked { ask, key: None, command_id: Uuid::nil(), asked_at: 0, reply: Reply::Glance(answer) });
        let needed = both.map(|number| Needed::of::<Account>(account(number))).to_vec();
        self.processes[process].core.arrive(Pending::new(Work::Peek { needed, reply }, "model".into(), None));
    }

    fn decide(&mut self, process: usize) {
        let process = &mut self.processes[process];
        process.core.admit();
        while let Some(order) = process.core.next_order() {
            process.orders.push_back(order);
        }
        for wanted in std::mem::take(&mut process.core.outbox) {
            match wanted {
                ToLoader::Load(needed) => process.loads.push_back(needed),
                ToLoader::FetchKey(_) | ToLoader::Save { .. } => {}
            }
        }
    }

    fn serve(&mut self, number: usize, lost: bool) {
        if self.log.locked_by.is_some_and(|holder| holder != number) {
            return;
        }
        let Some(order) = self.processes[number].orders.pop_front() else { return };
        let answer = match order {
            ToCaller::Append(call) | ToCaller::AppendLocked(call) => {
                let verdicts = self.log.append(&call);
                self.log.locked_by = None;
                self.processes[number].is_resent = lost;
                if lost {
                    self.processes[number].orders.push_front(ToCaller::Append(call));
                    return;
                }
                FromCaller::Appended(Ok(verdicts))
            }
            ToCaller::LockAndRead(request) => {
                self.log.locked_by = Some(number);
                FromCaller::Locked(Ok(self.log.lock_and_read(&request)))
            }
            ToCaller::Unlock => {
                self.log.locked_by = None;
                return;
            }
        };
        self.processes[number].answers.push_back(answer);
    }

    fn refuse(&mut self, number: usize) {
        // What got through before is not refused for what it says.
        if self.processes[number].is_resent {
            return;
        }
        let refused = || sqlx::Error::Protocol("refused".to_owned());
        let answer = match self.processes[number].orders.front() {
            Some(ToCaller::Append(_) | ToCaller::AppendLocked(_)) => FromCaller::Appended(Err(refused())),
            Some(ToCaller::LockAndRead(_)) => FromCaller::Locked(Err(refused())),
            Some(ToCaller::Unlock) | None => return,
        };
        if self.log.locked_by == Some(number) {
            self.log.locked_by = None;
        }
        self.processes[number].orders.pop_front();
        self.processes[number].answers.push_back(answer);
    }

    fn answer(&mut self, process: usize) {
        let process = &mut self.processes[process];
        match process.answers.pop_front() {
            Some(FromCaller::Appended(answered)) => {
                let (landed, next) = process.core.landed(answered);
                process.orders.extend(next);
                process.core.settle(landed);
            }
            Some(FromCaller::Locked(read)) => process.core.locked(read),
            None => {}
        }
    }

    /// Lets everything come to an end, which it must.
    fn finish(&mut self) {
        for _ in 0..2000 {
            for process in 0..2 {
                self.decide(process);
                for step in [Step::Read(process), Step::Loaded(process), Step::Serve { process, lost: false }, Step::Answer(process)] {
                    self.step(&step);
                }
            }
            if self.processes.iter().all(|process| process.core.is_idle() && process.orders.is_empty()) {
                return;
            }
        }
        panic!("it does not come to an end");
    }

    /// Every answer is true of the log.
    fn check(self) {
        let log = self.log;
        let mut written: HashMap<Uuid, usize> = HashMap::new();
        log.events.iter().for_each(|event| *written.entry(event.command_id).or_default() += 1);
        let mut first_answers: HashMap<String, (i64, i64)> = HashMap::new();
        let mut acknowledged = HashSet::new();
        for asked in self.asked {
            let (position, version) = match asked.reply {
                Reply::Read(mut reply) => {
                    let Ask::Read(what) = asked.ask else { unreachable!() };
                    let read = match reply.try_recv().expect("every read is answered") {
                        Err(StoreError::Refused(_)) => continue,
                        read => read.unwrap(),
                    };
                    let state = read.state.as_any().downcast_ref::<Account>().unwrap();
                    assert_eq!(*state, log.account_at(&account(what), read.position.position), "a read is not true at its position");
                    assert!(read.position.position >= asked.asked_at);
                    continue;
                }
                Reply::Glance(mut reply) => {
                    let Ask::Glance(one, other) = asked.ask else { unreachable!() };
                    match reply.try_recv().expect("every glance is answered") {
                        Ok(reads) => log.check_glance([one, other], &reads),
                        Err(StoreError::Refused(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                    continue;
                }
                Reply::Command(mut reply) => match reply.try_recv().expect("every command is answered") {
                    Ok(Answer::Done(executed)) => {
                        assert_eq!(written.get(&asked.command_id).copied().unwrap_or_default(), executed.appended, "{:?}", asked.ask);
                        acknowledged.insert(asked.command_id);
                        if executed.appended == 0 {
                            assert!(
                                matches!(decide_at(&log, &asked.ask, executed.position.position), Ok(0)),
                                "{:?} was no no-op",
                                asked.ask
                            );
                        }
                        assert!(executed.replayed || executed.position.position >= asked.asked_at, "answered from the past");
                        (executed.position.position, executed.version)
                    }
                    Ok(Answer::Refused(Refused { position, replayed, .. })) => {
                        assert!(!written.contains_key(&asked.command_id), "{:?} was refused and stored", asked.ask);
                        assert!(
                            decide_at(&log, &asked.ask, position.position).is_err(),
                            "{:?} was refused, not so at {position}",
                            asked.ask
                        );
                        assert!(replayed || position.position >= asked.asked_at, "refused from the past");
                        (position.position, -1)
                    }
                    // Refused by Postgres, itself or as a follower of one that was: not an answer, and nothing of it is stored.
                    Err(Failure::Store(StoreError::Refused(_))) => {
                        let stored = asked.key.is_none() && written.contains_key(&asked.command_id);
                        assert!(!stored, "{:?} was refused by Postgres and stored", asked.ask);
                        continue;
                    }
                    Err(Failure::Unavailable { .. }) => continue,
                    Err(error) => panic!("{error}"),
                },
            };
            if let Some(key) = asked.key {
                assert_eq!(*first_answers.entry(key).or_insert((position, version)), (position, version), "a key had two answers");
            }
        }
        assert!(written.keys().all(|command| acknowledged.contains(command)), "stored and not acknowledged");
        for position in 0..=log.position() {
            for number in 0..3 {
                assert!(log.account_at(&account(number), position).balance >= 0, "overdrawn at {position}");
            }
        }
    }
}

/// How many events it would write at a position, or that it would be refused.
fn decide_at(log: &Log, ask: &Ask, position: i64) -> Result<usize, ()> {
    let streams: Vec<StreamId> = (0..3).map(|number| StreamId::of::<Account>(account(number))).collect();
    let held: Vec<Box<dyn State>> = streams.iter().map(|stream| log.state_at(stream, position)).collect();
    let mut states = States::none();
    for (stream, state) in streams.iter().zip(&held) {
        let version = log.of(stream).filter(|(place, _)| i64::try_from(*place).unwrap() < position).count();
        states.insert(stream, i64::try_from(version).unwrap(), &**state);
    }
    let decided = match ask.clone() {
        Ask::Deposit(to, amount) => Deposit { account: account(to), amount }.decide(&states),
        Ask::Withdraw(from, amount) => Withdraw { account: account(from), amount }.decide(&states),
        Ask::Transfer(from, to, amount) => Transfer { from: account(from), to: account(to), amount }.decide(&states),
        Ask::Open(new) => Open { account: account(new) }.decide(&states),
        Ask::Read(_) | Ask::Glance(..) => return Ok(0),
    };
    decided.map(|changes| changes.len()).map_err(|_| ())
}

fn asks() -> impl Strategy<Value = Ask> {
    let number = || 0..3_u8;
    prop_oneof![
        (number(), 0..3_i64).prop_map(|(to, amount)| Ask::Deposit(to, amount)),
        (number(), 1..3_i64).prop_map(|(from, amount)| Ask::Withdraw(from, amount)),
        (number(), 1..3_u8, 1..3_i64).prop_map(|(from, by, amount)| Ask::Transfer(from, (from + by) % 3, amount)),
        number().prop_map(Ask::Open),
        number().prop_map(Ask::Read),
        (number(), number()).prop_map(|(one, other)| Ask::Glance(one, other)),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let process = || 0..2_usize;
    prop_oneof![
        6 => (process(), asks(), proptest::option::of(0..3_u8)).prop_map(|(process, ask, key)| Step::Ask { process, ask, key }),
        4 => process().prop_map(Step::Decide),
        4 => (process(), proptest::bool::weighted(0.2)).prop_map(|(process, lost)| Step::Serve { process, lost }),
        4 => process().prop_map(Step::Answer),
        2 => process().prop_map(Step::Read),
        2 => process().prop_map(Step::Loaded),
        1 => process().prop_map(Step::Refuse),
        1 => Just(Step::BreakLock),
        1 => Just(Step::Wait),
        1 => Just(Step::NewEpoch),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400)))]

    #[test]
    fn every_answer_is_true_of_the_log_whatever_happens(steps in proptest::collection::vec(steps(), 1..150)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let _entered = runtime.enter();
        let mut world = World::new();
        steps.iter().for_each(|step| world.step(step));
        world.finish();
        world.check();
    }
}
