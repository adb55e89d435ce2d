//! Registering a customer: the customer and the claim on their e-mail address, in one append.

use decider::{Changes, Decision, Needed, States, StreamId};

use crate::claim::{Claim, ClaimKind};
use crate::customer::{Customer, CustomerRefusal, CustomerRegistered, RegisterCustomer};
use crate::loaded::loaded;

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
