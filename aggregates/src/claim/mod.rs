//! A claim: something that may belong to one holder only (an e-mail address, a channel's reference, a document).
//!
//! Each claim is a stream of its own, so that "is it free?" and "it is mine" are decided in one append with what the holder records.
//! Invariant: a claim that is held is never taken by another holder. Whoever has one keeps it.

mod decide;
mod events;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use decide::Held;
pub use events::*;

use crate::stored::aggregate;

/// Who holds it, and what was claimed with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    holder: Option<String>,
    content: Option<String>,
}

aggregate!(Claim, "claim", ClaimEvent);

/// What kind of thing is claimed: the first part of the claim's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimKind {
    /// A sales channel's reference for an order.
    ChannelReference,
    /// A customer's e-mail address.
    Email,
    /// A document of the warehouse, such as a delivery note.
    Document,
}

impl ClaimKind {
    /// Its name, as it stands in ids and is hashed with.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ChannelReference => "channel_reference",
            Self::Email => "email",
            Self::Document => "document",
        }
    }

    /// The id of the claim on what has this hash: `kind/hash`.
    pub fn claim_id(self, hash: &str) -> String {
        format!("{}/{hash}", self.as_str())
    }
}

impl Claim {
    /// The stream that holds it, such as `customer-0192…`.
    pub fn holder(&self) -> Option<&str> {
        self.holder.as_deref()
    }
}
