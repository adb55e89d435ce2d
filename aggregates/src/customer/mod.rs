//! A customer: who orders. `Active ⇄ Suspended`; a suspended one may not place orders, but those placed go on.
//!
//! Personal data passes through here into the log and is not kept in the state: the log seals it, and a decision never needs it.
//! Invariant: an e-mail address belongs to one customer, through its claim.

mod commands;
mod events;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use commands::*;
pub use events::*;

use crate::stored::aggregate;
use crate::values::{ChannelReference, Tier};

/// What decisions need to know of a customer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    status: CustomerStatus,
    tier: Tier,
    registration: Option<Registration>,
}

/// What a customer was registered with, as far as it can be compared: of personal data only whether it was given, and the e-mail's hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Registration {
    channel_reference: Option<ChannelReference>,
    tier: Tier,
    email_claim: Option<String>,
    given: Given,
}

/// Which personal data was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Given {
    name: bool,
    email: bool,
    phone: bool,
    address: bool,
    attributes: bool,
}

/// Whether a customer may order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerStatus {
    /// Does not exist.
    #[default]
    NotRegistered,
    /// Yes.
    Active,
    /// Not for now.
    Suspended,
}

impl CustomerStatus {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotRegistered => "not_registered",
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }
}

aggregate!(Customer, "customer", CustomerEvent);

impl Customer {
    /// Whether they may order.
    pub fn status(&self) -> CustomerStatus {
        self.status
    }

    /// Their tier.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// Whether they were ever registered.
    pub fn exists(&self) -> bool {
        self.registration.is_some()
    }

    /// How a sales channel names them.
    pub fn channel_reference(&self) -> Option<&ChannelReference> {
        self.registration.as_ref().and_then(|registration| registration.channel_reference.as_ref())
    }
}
