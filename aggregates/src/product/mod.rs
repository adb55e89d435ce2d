//! A product: what can be ordered, under its SKU. `Draft → Active ⇄ Paused → Discontinued`.
//!
//! An order freezes the name, category, weight and price that it saw, so nothing here ever changes an order. What a product is, is settled with the first
//! activation: until then its name, its category and whether a carrier can bring it may be put right.
//! Invariants: a price is positive, one per currency; an active product that a carrier can bring has a weight.

mod commands;
mod events;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use commands::*;
pub use events::*;

use crate::stored::aggregate;
use crate::values::{Currency, Money};

/// What is known of a product.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Product {
    status: ProductStatus,
    /// What it was added as.
    added: Option<ProductAdded>,
    /// What it was described as last, if it was after it was added.
    described: Option<ProductDescribed>,
    prices: BTreeMap<String, Price>,
    weight_grams: Option<Weight>,
}

/// A price as it is, and as it first was: what the product was added with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Price {
    first: Money,
    current: Money,
}

/// A weight as it is, and as it first was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Weight {
    first: u32,
    current: u32,
}

/// Whether it can be ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// Does not exist.
    #[default]
    NotAdded,
    /// Not yet.
    Draft,
    /// Yes.
    Active,
    /// Not for now.
    Paused,
    /// Never again.
    Discontinued,
}

impl ProductStatus {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAdded => "not_added",
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Discontinued => "discontinued",
        }
    }
}

aggregate!(Product, "product", ProductEvent);

impl Product {
    /// Whether it can be ordered, and if not, why.
    pub fn status(&self) -> ProductStatus {
        self.status
    }

    /// Whether it was ever added.
    pub fn exists(&self) -> bool {
        self.added.is_some()
    }

    /// Whether it can be ordered.
    pub fn is_orderable(&self) -> bool {
        self.status == ProductStatus::Active
    }

    /// Its name for people.
    pub fn name(&self) -> Option<&str> {
        let added = || self.added.as_ref().map(|added| added.name.as_str());
        self.described.as_ref().map(|described| described.name.as_str()).or_else(added)
    }

    /// Where it belongs.
    pub fn category(&self) -> Option<&str> {
        let added = || self.added.as_ref().map(|added| added.category.as_str());
        self.described.as_ref().map(|described| described.category.as_str()).or_else(added)
    }

    /// Whether a carrier can bring it.
    pub fn is_shippable(&self) -> bool {
        let added = self.added.as_ref().is_some_and(|added| added.shippable);
        self.described.as_ref().map_or(added, |described| described.shippable)
    }

    /// Grams a unit.
    pub fn weight_grams(&self) -> Option<u32> {
        self.weight_grams.as_ref().map(|weight| weight.current)
    }

    /// The price of a unit in this currency.
    pub fn price_in(&self, currency: Currency) -> Option<Money> {
        self.prices.get(currency.code()).map(|price| price.current)
    }

    /// The price of a unit in every currency that it has one in.
    pub fn prices(&self) -> impl Iterator<Item = Money> {
        self.prices.values().map(|price| price.current)
    }
}
