use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Right;

/// What a service's token may carry beside the rights of its role: a part of the shop that is run from outside, an ERP's stock or a catalogue's prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Grant {
    /// Runs the catalogue of products.
    Catalog,
    /// Receives goods.
    Stock,
    /// Opens and closes warehouses.
    Warehouses,
    /// Sees every customer, suspends and reinstates them, sets their tier.
    Customers,
}

impl Grant {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Catalog, Self::Stock, Self::Warehouses, Self::Customers];

    /// The rights that it gives, over everything.
    #[must_use]
    pub const fn gives(self) -> &'static [Right] {
        match self {
            Self::Catalog => &[Right::ManageCatalog],
            Self::Stock => &[Right::ManageStock],
            Self::Warehouses => &[Right::ManageWarehouses],
            Self::Customers => &[Right::ManageCustomers, Right::ReadCustomer],
        }
    }

    /// As it is written in tokens.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Stock => "stock",
            Self::Warehouses => "warehouses",
            Self::Customers => "customers",
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
