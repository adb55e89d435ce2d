use serde::{Deserialize, Serialize};

use crate::values::Money;

/// See [`CompletionEvent::OrderCompleted`](super::CompletionEvent::OrderCompleted).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCompleted {
    /// What was paid in the end.
    pub captured: Money,
}
