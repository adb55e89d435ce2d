//! What goes over the wire to the log's functions, and what comes back.

mod append;
mod call;
mod locked_read;
mod outcome;

pub(crate) use append::{Append, Event, Status};
pub(crate) use call::Call;
#[cfg(test)]
pub(crate) use locked_read::TailEvent;
pub(crate) use locked_read::{KeyProbe, LockRequest, LockedRead, Tail};
pub(crate) use outcome::{HeldKey, Outcome, Verdicts};
