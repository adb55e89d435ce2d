//! What was ever stored of a warehouse, and what follows from it. Names and payloads are the storage format: add, never alter.

use serde::{Deserialize, Serialize};

use super::{Warehouse, WarehouseStatus};
use crate::stored::stored_events;

stored_events! {
    /// An event of a warehouse.
    WarehouseEvent:
    /// Takes part in sourcing.
    WarehouseOpened = "warehouse.opened", version "1";
    /// No new sourcing for now.
    WarehouseMaintenanceStarted = "warehouse.maintenance_started", version "1";
    /// Takes part again.
    WarehouseMaintenanceEnded = "warehouse.maintenance_ended", version "1";
    /// No new sourcing, ever.
    WarehouseClosed = "warehouse.closed", version "1";
}

/// See [`WarehouseEvent::WarehouseOpened`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarehouseOpened {
    /// For people.
    pub name: String,
    /// Lower is asked first.
    pub priority: u32,
}

/// See [`WarehouseEvent::WarehouseMaintenanceStarted`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarehouseMaintenanceStarted {}

/// See [`WarehouseEvent::WarehouseMaintenanceEnded`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarehouseMaintenanceEnded {}

/// See [`WarehouseEvent::WarehouseClosed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarehouseClosed {}

// What follows from what happened.
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
