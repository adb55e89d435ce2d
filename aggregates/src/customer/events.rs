//! What was ever stored of a customer, and what follows from it. Names and payloads are the storage format: add, never alter.

use serde::{Deserialize, Serialize};

use super::{Customer, CustomerStatus, Given, Registration};
use crate::stored::stored_events;
use crate::values::{Address, ChannelReference, EmailAddress, PersonName, Personal, PhoneNumber, Tier};

stored_events! {
    /// An event of a customer.
    CustomerEvent:
    /// Known to the shop.
    CustomerRegistered = "customer.registered", version "1";
    /// Tier given.
    CustomerTierChanged = "customer.tier_changed", version "1";
    /// May not order for now.
    CustomerSuspended = "customer.suspended", version "1";
    /// May order again.
    CustomerReinstated = "customer.reinstated", version "1";
}

/// See [`CustomerEvent::CustomerRegistered`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerRegistered {
    /// How a sales channel names the customer.
    pub channel_reference: Option<ChannelReference>,
    /// The tier at first.
    pub tier: Tier,
    /// Their name.
    pub name: Option<Personal<PersonName>>,
    /// Their e-mail address; unique through its claim.
    pub email: Option<Personal<EmailAddress>>,
    /// The keyed hash of the e-mail address: the id of its claim.
    pub email_claim: Option<String>,
    /// Their phone number.
    pub phone: Option<Personal<PhoneNumber>>,
    /// Their address.
    pub address: Option<Personal<Address>>,
    /// What else the channel knows of them, by name.
    pub attributes: Option<Personal<std::collections::BTreeMap<String, String>>>,
}

/// See [`CustomerEvent::CustomerTierChanged`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerTierChanged {
    /// The new tier.
    pub tier: Tier,
}

/// See [`CustomerEvent::CustomerSuspended`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerSuspended {
    /// Why, for operators.
    pub reason: String,
}

/// See [`CustomerEvent::CustomerReinstated`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerReinstated {}

// What follows from what happened.
impl Customer {
    pub(super) fn evolve(&mut self, event: CustomerEvent) {
        match event {
            CustomerEvent::CustomerRegistered(registered) => {
                let registration = Some(Registration::of(&registered));
                *self = Self { status: CustomerStatus::Active, tier: registered.tier, registration };
            }
            CustomerEvent::CustomerTierChanged(changed) => self.tier = changed.tier,
            CustomerEvent::CustomerSuspended(_) => self.status = CustomerStatus::Suspended,
            CustomerEvent::CustomerReinstated(_) => self.status = CustomerStatus::Active,
        }
    }
}

impl Registration {
    pub(super) fn of(registered: &CustomerRegistered) -> Self {
        Self {
            channel_reference: registered.channel_reference.clone(),
            tier: registered.tier,
            email_claim: registered.email_claim.clone(),
            given: Given {
                name: registered.name.is_some(),
                email: registered.email.is_some(),
                phone: registered.phone.is_some(),
                address: registered.address.is_some(),
                attributes: registered.attributes.is_some(),
            },
        }
    }
}
