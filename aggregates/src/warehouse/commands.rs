use decider::{Refusal, RefusalClass};
use serde::{Deserialize, Serialize};

use super::WarehouseStatus;
use crate::values::WarehouseCode;

/// Opens a warehouse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenWarehouse {
    /// Its short name.
    pub warehouse: WarehouseCode,
    /// For people.
    pub name: String,
    /// Lower is asked first.
    pub priority: u32,
}

/// Takes it out of sourcing for now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartMaintenance {
    /// Which.
    pub warehouse: WarehouseCode,
}

/// Takes it back into sourcing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndMaintenance {
    /// Which.
    pub warehouse: WarehouseCode,
}

/// Takes it out of sourcing for ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CloseWarehouse {
    /// Which.
    pub warehouse: WarehouseCode,
}

/// Why a warehouse does not do what is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum WarehouseRefusal {
    /// Nobody opened it.
    #[error("there is no warehouse {warehouse}")]
    WarehouseNotFound {
        /// Which.
        warehouse: WarehouseCode,
    },
    /// It was opened with another name or priority.
    #[error("warehouse {warehouse} exists with another name or priority")]
    WarehouseExists {
        /// Which.
        warehouse: WarehouseCode,
    },
    /// It was closed for ever.
    #[error("warehouse {warehouse} is {}", status.as_str())]
    WarehouseNotOpen {
        /// Which.
        warehouse: WarehouseCode,
        /// What it is.
        status: WarehouseStatus,
    },
}

impl Refusal for WarehouseRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::WarehouseNotFound { .. } => RefusalClass::NotFound,
            Self::WarehouseExists { .. } | Self::WarehouseNotOpen { .. } => RefusalClass::State,
        }
    }
}
