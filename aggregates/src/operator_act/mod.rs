//! An operator's act on the machinery: who did what to what, and why. It changes nothing by itself: the log is where it is proven.
//!
//! One stream per act. Invariant: an act is recorded once.

mod commands;
mod events;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use commands::*;
pub use events::*;

use crate::stored::aggregate;

/// What was done, if it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OperatorAct {
    recorded: Option<OperatorActEvent>,
}

aggregate!(OperatorAct, "operator_act", OperatorActEvent);
