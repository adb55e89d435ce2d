use std::panic::{AssertUnwindSafe, catch_unwind};

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};

use super::*;
use crate::{Refusal, RefusalClass};

/// Holds coins.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Jar {
    coins: i64,
    /// Not in its snapshot: what a careless aggregate forgets.
    #[serde(skip)]
    polished: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum JarEvent {
    #[serde(rename = "jar.filled")]
    Filled { coins: i64 },
    #[serde(rename = "jar.polished")]
    Polished {},
}

impl DomainEvent for JarEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Filled { .. } => "jar.filled".to_owned(),
            Self::Polished {} => "jar.polished".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Jar {
    const TYPE: &'static str = "jar";
    type Command = ();
    type Event = JarEvent;
    type Error = Empty;
    type Services = ();

    async fn handle(&mut self, (): (), (): &(), _: &EventSink<Self>) -> Result<(), Empty> {
        Ok(())
    }

    fn apply(&mut self, event: JarEvent) {
        match event {
            JarEvent::Filled { coins } => self.coins += coins,
            JarEvent::Polished {} => self.polished = true,
        }
    }
}

impl EventSourced for Jar {
    const EVENTS: &'static [(&'static str, &'static str)] = &[("jar.filled", "1"), ("jar.polished", "1")];
}

#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
enum Empty {
    #[error("only {left} coins are left")]
    TooFew { left: i64 },
}

impl Refusal for Empty {
    fn class(&self) -> RefusalClass {
        RefusalClass::State
    }
}

/// Coins from one jar into another; what it names, looks at and writes to besides.
#[derive(Clone, Copy, Default)]
struct Pour {
    from: Option<&'static str>,
    into: &'static str,
    coins: i64,
    looks_at: Option<&'static str>,
    writes_to: Option<&'static str>,
}

impl Decision for Pour {
    type Refusal = Empty;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        self.from.into_iter().chain([self.into]).map(Needed::of::<Jar>).collect()
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, Empty> {
        let coins_in = |jar| states.get::<Jar>(jar).map_or(0, |jar| jar.coins);
        let mut changes = Changes::none();
        if let Some(from) = self.from {
            let left = coins_in(from) + self.looks_at.map_or(0, coins_in);
            if left < self.coins {
                return Err(Empty::TooFew { left });
            }
            changes.push::<Jar>(from, JarEvent::Filled { coins: -self.coins });
        }
        changes.push::<Jar>(self.writes_to.unwrap_or(self.into), JarEvent::Filled { coins: self.coins });
        Ok(changes)
    }
}

struct Polish(&'static str);

impl Decision for Polish {
    type Refusal = Empty;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Jar>(self.0)]
    }

    fn decide(&self, _: &States<'_>) -> Result<Changes, Empty> {
        Ok(Changes::of::<Jar>(self.0, [JarEvent::Polished {}]))
    }
}

const FILL: Pour = Pour { from: None, into: "a", coins: 5, looks_at: None, writes_to: None };
const POUR: Pour = Pour { from: Some("a"), into: "b", coins: 3, ..FILL };

fn filled() -> InMemoryLog {
    let mut log = InMemoryLog::default();
    log.execute(&FILL).unwrap();
    log
}

fn coins(log: &InMemoryLog) -> [i64; 2] {
    ["a", "b"].map(|jar| log.state::<Jar>(jar).coins)
}

#[test]
fn what_was_decided_stands_in_the_log_in_order() {
    let mut log = filled();
    let executed = log.execute(&POUR).unwrap();
    assert_eq!(executed, Executed { stream: StreamId::of::<Jar>("a"), version: 2, position: 3, events: 2 });
    let told: Vec<String> = log.recorded().iter().map(|event| format!("{event:?}")).collect();
    let filled = |position, jar, coins| format!("{position} jar-{jar}: {{\"jar.filled\":{{\"coins\":{coins}}}}}");
    assert_eq!(told, [filled(1, "a", 5), filled(2, "a", -3), filled(3, "b", 3)]);
    assert_eq!((coins(&log), log.ids::<Jar>()), ([2, 3], vec!["a", "b"]));
    assert_eq!(log.recorded()[1].event(), Some(&JarEvent::Filled { coins: -3 }));
}

#[test]
fn a_command_that_comes_again_gets_the_answer_that_it_got() {
    let (mut log, poured, refused) = (filled(), Uuid::from_u128(1), Uuid::from_u128(2));
    let first = log.execute_as(poured, &POUR);
    assert_eq!((log.execute_as(poured, &POUR), coins(&log)), (first, [2, 3]));
    let refusal = log.execute_as(refused, &POUR).unwrap_err();
    log.execute(&FILL).unwrap();
    assert_eq!((log.execute_as(refused, &POUR).unwrap_err(), coins(&log)), (refusal, [7, 3]));
}

#[test]
fn a_command_that_was_overtaken_on_what_it_had_looked_at_is_decided_again() {
    let mut log = filled();
    let mut overtaken = |rival: Pour| log.execute_overtaken(&POUR, |log| drop(log.execute(&rival).unwrap()));
    assert_eq!(overtaken(POUR), Err(Empty::TooFew { left: 2 }));
    assert!(overtaken(Pour { into: "c", ..FILL }).is_err(), "a refusal stands where nothing moved that it had looked at");
    assert!(overtaken(FILL).is_ok(), "a refusal is decided again as well");
    assert_eq!(coins(&log), [4, 6]);
}

fn fails(log: &mut InMemoryLog, decision: &Pour) -> String {
    let failed = catch_unwind(AssertUnwindSafe(|| log.execute(decision))).unwrap_err();
    *failed.downcast::<String>().unwrap()
}

#[test]
fn a_decision_may_look_at_and_write_to_nothing_that_it_did_not_name() {
    let mut log = filled();
    log.execute(&Pour { into: "other", ..FILL }).unwrap();
    assert_eq!(fails(&mut log, &Pour { looks_at: Some("other"), ..POUR }), "a decision looked at jar-other, which it had not named");
    assert_eq!(fails(&mut log, &Pour { writes_to: Some("other"), ..POUR }), "jar-other: jar.filled was written, and its stream not named");
}

#[test]
fn a_state_that_its_snapshot_does_not_hold_is_found() {
    let mut log = filled();
    log.restore_from_snapshots();
    log.assert_follows_from_events::<Jar>();
    log.execute(&Polish("a")).unwrap();
    log.assert_follows_from_events::<Jar>();
    log.restore_from_snapshots();
    assert!(catch_unwind(AssertUnwindSafe(|| log.assert_follows_from_events::<Jar>())).is_err());
}
