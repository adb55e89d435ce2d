use chrono::{DateTime, Utc};
use decider::{Refusal, RefusalClass};
use serde::{Deserialize, Serialize};

use super::{CarrierBooking, ShipmentStatus};
use crate::order::OrderRefusal;
use crate::stock_item::StockItemRefusal;
use crate::values::{OrderId, PaymentId, ShipmentId};

/// Records that a parcel is packed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackShipment {
    /// Which.
    pub shipment: ShipmentId,
}

/// Lets a parcel leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DispatchShipment {
    /// Which.
    pub shipment: ShipmentId,
    /// Of which order.
    pub order: OrderId,
    /// Who carries it; none where it is picked up or nothing moves.
    pub carrier: Option<CarrierBooking>,
    /// When it leaves.
    pub at: DateTime<Utc>,
}

/// A carrier (or somebody at the counter) says that a parcel arrived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordDelivery {
    /// Which.
    pub shipment: ShipmentId,
    /// Of which order.
    pub order: OrderId,
    /// When it arrived.
    pub delivered_at: DateTime<Utc>,
    /// Who carried it, if whoever says so knows: a parcel that was not dispatched yet has left with it.
    pub carrier: Option<CarrierBooking>,
}

/// Why a shipment does not do what is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum ShipmentRefusal {
    /// Nobody planned it.
    #[error("there is no shipment {shipment} of this order")]
    ShipmentNotFound {
        /// Which.
        shipment: ShipmentId,
    },
    /// Its status does not allow it.
    #[error("shipment {shipment} is {}", status.as_str())]
    WrongShipmentStatus {
        /// Which.
        shipment: ShipmentId,
        /// Where it is.
        status: ShipmentStatus,
    },
    /// A carrier has to bring it, and none was booked.
    #[error("shipment {shipment} goes by carrier, and none is booked")]
    CarrierMissing {
        /// Which.
        shipment: ShipmentId,
    },
    /// It left already, with another carrier or under another number.
    #[error("shipment {shipment} left with {carrier} as {tracking}")]
    DispatchedOtherwise {
        /// Which.
        shipment: ShipmentId,
        /// Who carries it.
        carrier: String,
        /// Its number there.
        tracking: String,
    },
    /// The money would be gone before it can be taken.
    #[error("the authorization of payment {payment} does not outlive the dispatch by a day: it ends at {expires_at}")]
    AuthorizationLapses {
        /// Which payment.
        payment: PaymentId,
        /// When the gateway lets go of it.
        expires_at: DateTime<Utc>,
    },
    /// What its order says.
    #[error(transparent)]
    #[serde(untagged)]
    Order(#[from] OrderRefusal),
    /// What the stock says.
    #[error(transparent)]
    #[serde(untagged)]
    Stock(#[from] StockItemRefusal),
}

impl Refusal for ShipmentRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::ShipmentNotFound { .. } => RefusalClass::NotFound,
            Self::WrongShipmentStatus { .. } | Self::DispatchedOtherwise { .. } | Self::AuthorizationLapses { .. } => RefusalClass::State,
            Self::CarrierMissing { .. } => RefusalClass::Value,
            Self::Order(refusal) => refusal.class(),
            Self::Stock(refusal) => refusal.class(),
        }
    }
}
