use decider::{Changes, Decision, Needed, States};

use super::{
    CloseWarehouse, EndMaintenance, OpenWarehouse, StartMaintenance, Warehouse, WarehouseClosed, WarehouseEvent, WarehouseMaintenanceEnded,
    WarehouseMaintenanceStarted, WarehouseOpened, WarehouseRefusal, WarehouseStatus,
};
use crate::loaded::loaded;
use crate::values::WarehouseCode;

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

impl Decision for CloseWarehouse {
    type Refusal = WarehouseRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Warehouse>(self.warehouse.as_str())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, WarehouseRefusal> {
        change(&self.warehouse, states, WarehouseStatus::Closed, WarehouseClosed {}.into())
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
fn change(code: &WarehouseCode, states: &States<'_>, to: WarehouseStatus, event: WarehouseEvent) -> Result<Changes, WarehouseRefusal> {
    let warehouse = code.clone();
    match loaded::<Warehouse>(states, code.as_str()).status {
        WarehouseStatus::NotOpened => Err(WarehouseRefusal::WarehouseNotFound { warehouse }),
        status if status == to => Ok(Changes::none()),
        WarehouseStatus::Closed => Err(WarehouseRefusal::WarehouseNotOpen { warehouse, status: WarehouseStatus::Closed }),
        WarehouseStatus::Open | WarehouseStatus::Maintenance => Ok(Changes::of::<Warehouse>(code.as_str(), [event])),
    }
}
