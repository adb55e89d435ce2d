use decider::{Changes, Decision, Needed, States};

use super::{
    ChangeTier, Customer, CustomerEvent, CustomerRefusal, CustomerRegistered, CustomerReinstated, CustomerStatus, CustomerSuspended,
    CustomerTierChanged, Registration, ReinstateCustomer, SuspendCustomer,
};
use crate::loaded::loaded;

/// One decision for each command: the customer's own stream, and their own answer.
macro_rules! decided_by {
    ($($command:ident by $method:ident),+ $(,)?) => {$(
        impl Decision for $command {
            type Refusal = CustomerRefusal;

            fn streams(&self, _: &States<'_>) -> Vec<Needed> {
                vec![Needed::of::<Customer>(self.customer.to_string())]
            }

            fn decide(&self, states: &States<'_>) -> Result<Changes, CustomerRefusal> {
                let id = self.customer.to_string();
                let customer = loaded::<Customer>(states, &id);
                if !customer.exists() {
                    return Err(CustomerRefusal::CustomerNotFound { customer: self.customer });
                }
                Ok(Changes::of::<Customer>(&id, customer.$method(self)))
            }
        }
    )+};
}

decided_by! { SuspendCustomer by suspend, ReinstateCustomer by reinstate, ChangeTier by change_tier }

impl Customer {
    /// Whether they were registered with this data, as far as it can be compared.
    pub(crate) fn was_registered_with(&self, registered: &CustomerRegistered) -> bool {
        self.registration.as_ref() == Some(&Registration::of(registered))
    }

    fn suspend(&self, c: &SuspendCustomer) -> Option<CustomerEvent> {
        (self.status != CustomerStatus::Suspended).then(|| CustomerSuspended { reason: c.reason.clone() }.into())
    }

    fn reinstate(&self, _: &ReinstateCustomer) -> Option<CustomerEvent> {
        (self.status == CustomerStatus::Suspended).then(|| CustomerReinstated {}.into())
    }

    fn change_tier(&self, c: &ChangeTier) -> Option<CustomerEvent> {
        (self.tier != c.tier).then(|| CustomerTierChanged { tier: c.tier }.into())
    }
}
