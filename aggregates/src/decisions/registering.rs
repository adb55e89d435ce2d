//! Registering a customer: the customer and the claim on their e-mail address, in one append.

use std::collections::BTreeMap;

use decider::{Changes, Decision, Needed, States, StreamId};
use serde::{Deserialize, Serialize};

use crate::claim::{Claim, ClaimKind};
use crate::customer::{Customer, CustomerRefusal, CustomerRegistered};
use crate::loaded::loaded;
use crate::values::{Address, ChannelReference, CustomerId, EmailAddress, PersonName, Personal, PhoneNumber, Tier};

/// Registers a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisterCustomer {
    /// Their id.
    pub customer: CustomerId,
    /// How a sales channel names them.
    pub channel_reference: Option<ChannelReference>,
    /// Their tier at first.
    pub tier: Tier,
    /// Their name.
    pub name: Option<Personal<PersonName>>,
    /// Their e-mail address.
    pub email: Option<Personal<EmailAddress>>,
    /// The keyed hash of the e-mail address, without the kind: what is claimed.
    pub email_claim: Option<String>,
    /// Their phone number.
    pub phone: Option<Personal<PhoneNumber>>,
    /// Their address.
    pub address: Option<Personal<Address>>,
    /// What else the channel knows of them, by name.
    pub attributes: Option<Personal<BTreeMap<String, String>>>,
}

impl Decision for RegisterCustomer {
    type Refusal = CustomerRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        let claim = self.claim_id().map(Needed::created::<Claim>);
        [Needed::created::<Customer>(self.customer.to_string())].into_iter().chain(claim).collect()
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, CustomerRefusal> {
        let id = self.customer.to_string();
        let customer = loaded::<Customer>(states, &id);
        let registered = self.registered();
        if customer.was_registered_with(&registered) {
            return Ok(Changes::none());
        }
        if customer.exists() {
            return Err(CustomerRefusal::CustomerExists { customer: self.customer });
        }
        let mut changes = Changes::of::<Customer>(&id, [registered.into()]);
        changes.append(self.claim_email(&id, states)?);
        Ok(changes)
    }
}

impl RegisterCustomer {
    fn claim_id(&self) -> Option<String> {
        self.email_claim.as_deref().map(|hash| ClaimKind::Email.claim_id(hash))
    }

    fn claim_email(&self, customer: &str, states: &States<'_>) -> Result<Changes, CustomerRefusal> {
        let Some(claim_id) = self.claim_id() else { return Ok(Changes::none()) };
        let holder = StreamId::of::<Customer>(customer).to_string();
        let taken = loaded::<Claim>(states, &claim_id).take(&holder, None).map_err(|_| CustomerRefusal::EmailTaken)?;
        Ok(Changes::of::<Claim>(&claim_id, taken.map(Into::into)))
    }

    fn registered(&self) -> CustomerRegistered {
        CustomerRegistered {
            channel_reference: self.channel_reference.clone(),
            tier: self.tier,
            name: self.name.clone(),
            email: self.email.clone(),
            email_claim: self.email_claim.clone(),
            phone: self.phone.clone(),
            address: self.address.clone(),
            attributes: self.attributes.clone(),
        }
    }
}
