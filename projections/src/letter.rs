use serde::Serialize;
use uuid::Uuid;

/// An event that could not be folded into a row, or that waits behind one that could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) key: String,
    pub(crate) position: i64,
    pub(crate) event_id: Uuid,
    pub(crate) event_type: String,
    /// Of the first of a key.
    pub(crate) cause: Option<String>,
}

/// What became of events that were given to a read model again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TakenUp {
    /// Events that it has taken in now, or goes on without.
    pub taken_in: usize,
    /// Events that still wait.
    pub waiting: usize,
}
