use super::{Warehouse, WarehouseEvent, WarehouseStatus};

impl Warehouse {
    pub(super) fn evolve(&mut self, event: WarehouseEvent) {
        match event {
            WarehouseEvent::WarehouseOpened(opened) => *self = Self { status: WarehouseStatus::Open, opened: Some(opened) },
            WarehouseEvent::WarehouseMaintenanceStarted(_) => self.status = WarehouseStatus::Maintenance,
            WarehouseEvent::WarehouseMaintenanceEnded(_) => self.status = WarehouseStatus::Open,
            WarehouseEvent::WarehouseClosed(_) => self.status = WarehouseStatus::Closed,
        }
    }
}
