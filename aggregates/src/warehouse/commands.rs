use decider::{Changes, Decision, Needed, Refusal, RefusalClass, States};
use serde::{Deserialize, Serialize};

use super::{Warehouse, WarehouseEvent, WarehouseMaintenanceEnded, WarehouseMaintenanceStarted, WarehouseOpened, WarehouseStatus};
use crate::loaded::loaded;
use crate::values::{Sku, WarehouseCode};

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
    /// Goods lie in it.
    #[error("warehouse {warehouse} holds {on_hand} of {sku}: empty it first")]
    WarehouseNotEmpty {
        /// Which.
        warehouse: WarehouseCode,
        /// What it holds: the first.
        sku: Sku,
        /// How many units of that.
        on_hand: u64,
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
            Self::WarehouseExists { .. } | Self::WarehouseNotEmpty { .. } | Self::WarehouseNotOpen { .. } => RefusalClass::State,
        }
    }
}

impl Decision for OpenWarehouse {
    type Refusal = WarehouseRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::created::<Warehouse>(self.warehouse.as_str())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, WarehouseRefusal> {
        let event = loaded::<Warehouse>(states, self.warehouse.as_str()).open(self)?;
        Ok(Changes::of::<Warehouse>(self.warehouse.as_str(), event))
    }
}

impl Decision for StartMaintenance {
    type Refusal = WarehouseRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Warehouse>(self.warehouse.as_str())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, WarehouseRefusal> {
        change(&self.warehouse, states, WarehouseStatus::Maintenance, WarehouseMaintenanceStarted {}.into())
    }
}

impl Decision for EndMaintenance {
    type Refusal = WarehouseRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Warehouse>(self.warehouse.as_str())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, WarehouseRefusal> {
        change(&self.warehouse, states, WarehouseStatus::Open, WarehouseMaintenanceEnded {}.into())
    }
}

impl Warehouse {
    fn open(&self, c: &OpenWarehouse) -> Result<Option<WarehouseEvent>, WarehouseRefusal> {
        let opened = WarehouseOpened { name: c.name.clone(), priority: c.priority };
        match &self.opened {
            None => Ok(Some(opened.into())),
            Some(before) if *before == opened => Ok(None),
            Some(_) => Err(WarehouseRefusal::WarehouseExists { warehouse: c.warehouse.clone() }),
        }
    }
}

/// From open to maintenance and back, and from either to closed; asked for what it is already, nothing new happened.
pub(crate) fn change(
    code: &WarehouseCode,
    states: &States<'_>,
    to: WarehouseStatus,
    event: WarehouseEvent,
) -> Result<Changes, WarehouseRefusal> {
    let warehouse = code.clone();
    match loaded::<Warehouse>(states, code.as_str()).status {
        WarehouseStatus::NotOpened => Err(WarehouseRefusal::WarehouseNotFound { warehouse }),
        status if status == to => Ok(Changes::none()),
        WarehouseStatus::Closed => Err(WarehouseRefusal::WarehouseNotOpen { warehouse, status: WarehouseStatus::Closed }),
        WarehouseStatus::Open | WarehouseStatus::Maintenance => Ok(Changes::of::<Warehouse>(code.as_str(), [event])),
    }
}
