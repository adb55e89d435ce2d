//! What was ever stored of a claim, and what follows from it. Names and payloads are the storage format: add, never alter.

use serde::{Deserialize, Serialize};

use super::Claim;
use crate::stored::stored_events;

stored_events! {
    /// An event of a claim: something that may belong to one holder only (an e-mail address, a channel's reference, a document).
    ClaimEvent:
    /// Somebody holds it.
    ClaimTaken = "claim.taken", version "1";
    /// Nobody holds it any more. Read, and never written: no decision of this program gives a claim up. It is part of the format all the same, like every
    /// event with a golden file.
    ClaimReleased = "claim.released", version "1";
}

/// See [`ClaimEvent::ClaimTaken`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimTaken {
    /// The stream that holds it, such as `customer-0192…`.
    pub holder: String,
    /// What was claimed with it, where the same claim with another content is a contradiction, such as a document's quantity.
    pub content: Option<String>,
}

/// See [`ClaimEvent::ClaimReleased`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimReleased {}

// What follows from what happened.
impl Claim {
    pub(super) fn evolve(&mut self, event: ClaimEvent) {
        match event {
            ClaimEvent::ClaimTaken(taken) => *self = Self { holder: Some(taken.holder), content: taken.content },
            ClaimEvent::ClaimReleased(_) => *self = Self::default(),
        }
    }
}
