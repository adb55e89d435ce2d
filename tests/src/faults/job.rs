//! What a process of its own is told to do, as one argument of JSON. It goes on until its standard input ends.

use std::path::PathBuf;

use event_store::Checkpoint;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Job {
    /// Ask as many clients do, and write down what they are answered.
    Write { url: String, folder: PathBuf, name: String, seed: u64, tasks: u64, pause_us: u64 },
    /// Follow the log from the checkpoint in its file, and write down what is seen.
    Read { url: String, folder: PathBuf, name: String, part: Option<(u32, u32)>, batch: usize },
    /// Keep a table of all positions under a lease, as a projection does.
    Hold { url: String, name: String, ttl_ms: u64, batch: usize, pause: Option<Pause>, fenced: bool },
}

/// Before which step of its second batch a holder says that it is there, and waits for a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Pause {
    Begin,
    Advance,
    Commit,
}

/// What a reader writes down: a batch with the checkpoint behind it, so that one is never there without the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Read {
    Batch {
        events: Vec<(i64, Uuid)>,
        checkpoint: Checkpoint,
    },
    /// The log lost what it saw.
    Ahead {
        checkpoint: Checkpoint,
        found: Option<Uuid>,
    },
}
