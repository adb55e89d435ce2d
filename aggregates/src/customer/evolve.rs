use super::{Customer, CustomerEvent, CustomerRegistered, CustomerStatus, Given, Registration};

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
