use decider::{Changes, Decision, Needed, Refusal, RefusalClass, States};
use serde::{Deserialize, Serialize};

use super::{
    Customer, CustomerEvent, CustomerRegistered, CustomerReinstated, CustomerStatus, CustomerSuspended, CustomerTierChanged, Registration,
};
use crate::loaded::loaded;
use crate::values::{CustomerId, Tier};

/// Keeps a customer from ordering.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuspendCustomer {
    /// Whom.
    pub customer: CustomerId,
    /// Why, for operators.
    pub reason: String,
}

/// Lets a suspended customer order again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReinstateCustomer {
    /// Whom.
    pub customer: CustomerId,
}

/// Gives a customer another tier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeTier {
    /// Whose.
    pub customer: CustomerId,
    /// The new one.
    pub tier: Tier,
}

/// Why a customer is not changed as asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum CustomerRefusal {
    /// Nobody registered them.
    #[error("there is no customer {customer}")]
    CustomerNotFound {
        /// Whom.
        customer: CustomerId,
    },
    /// They were registered with other data.
    #[error("customer {customer} is registered with other data")]
    CustomerExists {
        /// Whom.
        customer: CustomerId,
    },
    /// Another customer has the e-mail address.
    #[error("the e-mail address belongs to another customer")]
    EmailTaken,
}

impl Refusal for CustomerRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::CustomerNotFound { .. } => RefusalClass::NotFound,
            Self::CustomerExists { .. } | Self::EmailTaken => RefusalClass::State,
        }
    }
}

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
