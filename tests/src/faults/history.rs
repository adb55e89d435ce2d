//! What a client writes down: a line before it asks and a line when it is answered, on disk before it goes on, so that whoever kills it finds both.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use decider::RefusalDocument;
use event_store::PositionToken;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::shelves::{Ask, Shelf};

/// Whose keys they are: all clients share them, so that duplicates meet.
pub(crate) const CALLER: &str = "shop";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Line {
    Invoked { id: Uuid, at_ns: u64, ask: Ask, key: Option<String> },
    Answered { id: Uuid, at_ns: u64, answer: Answer },
}

/// What was answered. No answer at all, and [`Answer::Unknown`], mean that it may have been done, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// Accepted; of no events: nothing new happened.
    Done {
        version: i64,
        at: PositionToken,
        events: usize,
        replayed: bool,
    },
    Refused {
        document: RefusalDocument,
        at: PositionToken,
        replayed: bool,
    },
    Looked {
        shelf: Shelf,
        version: i64,
        at: PositionToken,
    },
    Head {
        at: PositionToken,
    },
    /// The key was used for another request.
    KeyReused,
    /// Turned away at the door.
    NotDone,
    Unknown(String),
    /// What no fault of the machinery explains.
    Failed(String),
}

/// Nanoseconds of a clock that all processes of the machine share and that nobody sets.
pub(crate) fn now_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let (seconds, nanoseconds) = (u64::try_from(now.tv_sec).unwrap_or_default(), u64::try_from(now.tv_nsec).unwrap_or_default());
    seconds * 1_000_000_000 + nanoseconds
}

/// Writes lines of JSON to a file of its own, each with one call: a kill may cut the last one short and loses no other.
pub(crate) struct Pen(Mutex<File>);

impl Pen {
    pub(crate) fn new(path: &Path) -> Self {
        let file = OpenOptions::new().create_new(true).append(true).open(path);
        Self(Mutex::new(file.unwrap_or_else(|error| panic!("{}: {error}", path.display()))))
    }

    pub(crate) fn write(&self, line: &impl Serialize) {
        let mut bytes = serde_json::to_vec(line).expect("a line is JSON");
        bytes.push(b'\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&bytes).expect("the client's log can be written");
    }
}

/// The whole lines of a file, without one that a kill cut short.
pub(crate) fn lines<T: for<'a> Deserialize<'a>>(path: &Path) -> Vec<T> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}: {line}", path.display()))).collect()
}
