//! A warehouse: where stock is. Open, it takes part in sourcing; in maintenance or closed, nothing new is taken from it, but what it holds for
//! orders still leaves.
//!
//! Invariant: `Open ⇄ Maintenance → Closed`, and closed is for ever; only an empty one is closed ([`crate::decisions::stocking::CloseWarehouse`]).

mod commands;
mod events;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use commands::*;
pub use events::*;

use crate::stored::aggregate;

/// What is known of a warehouse.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Warehouse {
    status: WarehouseStatus,
    opened: Option<WarehouseOpened>,
}

/// Whether orders are sourced from it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WarehouseStatus {
    /// Does not exist.
    #[default]
    NotOpened,
    /// Takes part in sourcing.
    Open,
    /// Does not for now.
    Maintenance,
    /// Never again.
    Closed,
}

impl WarehouseStatus {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotOpened => "not_opened",
            Self::Open => "open",
            Self::Maintenance => "maintenance",
            Self::Closed => "closed",
        }
    }
}

aggregate!(Warehouse, "warehouse", WarehouseEvent);

impl Warehouse {
    /// Whether orders are sourced from it.
    pub fn status(&self) -> WarehouseStatus {
        self.status
    }

    /// Whether it was ever opened.
    pub fn exists(&self) -> bool {
        self.opened.is_some()
    }

    /// Its name for people.
    pub fn name(&self) -> Option<&str> {
        self.opened.as_ref().map(|opened| opened.name.as_str())
    }

    /// Lower is asked first.
    pub fn priority(&self) -> Option<u32> {
        self.opened.as_ref().map(|opened| opened.priority)
    }
}
