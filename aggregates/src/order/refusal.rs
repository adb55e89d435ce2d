use decider::{Refusal, RefusalClass};
use serde::Serialize;

use super::OrderStatus;
use crate::values::{Money, OrderId};

/// Why an order as it stands does not do what is asked, whatever is asked: what several rooms of [`crate::decisions`] refuse alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum OrderRefusal {
    /// Nobody placed it.
    #[error("there is no order {order}")]
    OrderNotFound {
        /// Which.
        order: OrderId,
    },
    /// Its status does not allow it.
    #[error("order {order} is {}", status.as_str())]
    WrongOrderStatus {
        /// Which.
        order: OrderId,
        /// Where it is in its life.
        status: OrderStatus,
    },
    /// Not every open unit is reserved.
    #[error("{units} units of order {order} are not reserved")]
    StockNotReserved {
        /// Which order.
        order: OrderId,
        /// How many units.
        units: u32,
    },
    /// Less is authorized than is due.
    #[error("{missing} more must be authorized")]
    AuthorizationInsufficient {
        /// How much more.
        missing: Money,
    },
}

impl Refusal for OrderRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::OrderNotFound { .. } => RefusalClass::NotFound,
            Self::WrongOrderStatus { .. } | Self::StockNotReserved { .. } | Self::AuthorizationInsufficient { .. } => RefusalClass::State,
        }
    }
}
