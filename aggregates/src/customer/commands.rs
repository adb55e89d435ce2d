use decider::{Refusal, RefusalClass};
use serde::{Deserialize, Serialize};

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
