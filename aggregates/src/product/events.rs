//! What was ever stored of a product, and what follows from it. Names and payloads are the storage format: add, never alter.

use serde::{Deserialize, Serialize};

use super::{Price, Product, ProductStatus, Weight};
use crate::stored::stored_events;
use crate::values::Money;

stored_events! {
    /// An event of a product.
    ProductEvent:
    /// Known to the shop, not yet orderable.
    ProductAdded = "product.added", version "1";
    /// Has another name, category, or way to reach a customer: only before it was ever orderable.
    ProductDescribed = "product.described", version "1";
    /// Has a price in a currency.
    ProductPriced = "product.priced", version "1";
    /// Has a weight.
    ProductWeighed = "product.weighed", version "1";
    /// Orderable.
    ProductActivated = "product.activated", version "1";
    /// Not orderable for now.
    ProductPaused = "product.paused", version "1";
    /// Never orderable again.
    ProductDiscontinued = "product.discontinued", version "1";
}

/// See [`ProductEvent::ProductAdded`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductAdded {
    /// For people.
    pub name: String,
    /// Where it belongs.
    pub category: String,
    /// Whether a carrier can bring it; then it needs a weight before it is orderable.
    pub shippable: bool,
}

/// See [`ProductEvent::ProductDescribed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductDescribed {
    /// For people.
    pub name: String,
    /// Where it belongs.
    pub category: String,
    /// Whether a carrier can bring it.
    pub shippable: bool,
}

/// See [`ProductEvent::ProductPriced`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductPriced {
    /// The price of a unit, in one currency.
    pub price: Money,
}

/// See [`ProductEvent::ProductWeighed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductWeighed {
    /// Grams a unit.
    pub weight_grams: u32,
}

/// See [`ProductEvent::ProductActivated`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductActivated {}

/// See [`ProductEvent::ProductPaused`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductPaused {}

/// See [`ProductEvent::ProductDiscontinued`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductDiscontinued {}

// What follows from what happened.
impl Product {
    pub(super) fn evolve(&mut self, event: ProductEvent) {
        match event {
            ProductEvent::ProductAdded(added) => *self = Self { status: ProductStatus::Draft, added: Some(added), ..Self::default() },
            ProductEvent::ProductDescribed(described) => self.described = Some(described),
            ProductEvent::ProductPriced(priced) => {
                let current = priced.price;
                let price = self.prices.entry(current.currency().code().to_owned()).or_insert(Price { first: current, current });
                price.current = current;
            }
            ProductEvent::ProductWeighed(weighed) => {
                let current = weighed.weight_grams;
                self.weight_grams.get_or_insert(Weight { first: current, current }).current = current;
            }
            ProductEvent::ProductActivated(_) => self.status = ProductStatus::Active,
            ProductEvent::ProductPaused(_) => self.status = ProductStatus::Paused,
            ProductEvent::ProductDiscontinued(_) => self.status = ProductStatus::Discontinued,
        }
    }
}
