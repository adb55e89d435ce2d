//! An order ends: well, or undone.

mod cancel;
mod complete;
mod finish;

pub use cancel::CancelOrder;
pub use complete::CompleteOrder;
pub use finish::FinishCancelation;

use decider::{Refusal, RefusalClass};
use serde::Serialize;

use crate::order::OrderRefusal;
use crate::values::{Money, OrderId, PaymentId, ShipmentId};

/// Why an order does not end (so).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum EndingRefusal {
    /// Something has left: it can only be returned.
    #[error("a part of order {order} has left the warehouse: use a return")]
    AlreadyDispatched {
        /// Which order.
        order: OrderId,
    },
    /// The gateway holds money for the order, or may.
    #[error("payment {payment} holds money or has a call without an outcome")]
    MoneyHeld {
        /// Which payment.
        payment: PaymentId,
    },
    /// A carrier brings a parcel that was called off, or may.
    #[error("a carrier brings shipment {shipment}, or may: the booking is to be called off first")]
    BookingStands {
        /// Which parcel.
        shipment: ShipmentId,
    },
    /// Units are still to be shipped.
    #[error("{units} units are still to be shipped")]
    OpenQuantity {
        /// How many.
        units: u32,
    },
    /// Units are on their way.
    #[error("{units} units have not arrived")]
    NotDelivered {
        /// How many.
        units: u32,
    },
    /// Less (or more) was taken than is due.
    #[error("{due} is due, {captured} was captured")]
    PaymentOutstanding {
        /// What is due.
        due: Money,
        /// What was captured.
        captured: Money,
    },
    /// A call has no outcome, or an authorization is still open.
    #[error("payment {payment} is not settled")]
    PaymentUnsettled {
        /// Which.
        payment: PaymentId,
    },
    /// What the order says, whatever is asked.
    #[error(transparent)]
    #[serde(untagged)]
    Order(#[from] OrderRefusal),
}

impl Refusal for EndingRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::AlreadyDispatched { .. }
            | Self::MoneyHeld { .. }
            | Self::BookingStands { .. }
            | Self::OpenQuantity { .. }
            | Self::NotDelivered { .. }
            | Self::PaymentOutstanding { .. }
            | Self::PaymentUnsettled { .. } => RefusalClass::State,
            Self::Order(refusal) => refusal.class(),
        }
    }
}
