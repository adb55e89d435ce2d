use decider::{Refusal, RefusalClass};
use serde::{Deserialize, Serialize};

use super::ShipmentStatus;
use crate::values::ShipmentId;

/// Records that a parcel is packed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackShipment {
    /// Which.
    pub shipment: ShipmentId,
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
}

impl Refusal for ShipmentRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::ShipmentNotFound { .. } => RefusalClass::NotFound,
            Self::WrongShipmentStatus { .. } => RefusalClass::State,
        }
    }
}
