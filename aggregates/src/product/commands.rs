use decider::{Refusal, RefusalClass};
use serde::{Deserialize, Serialize};

use super::ProductStatus;
use crate::values::{Money, Sku};

/// Adds a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddProduct {
    /// Its name.
    pub sku: Sku,
    /// For people.
    pub name: String,
    /// Where it belongs.
    pub category: String,
    /// Whether a carrier can bring it.
    pub shippable: bool,
    /// The price of a unit, one per currency.
    pub prices: Vec<Money>,
    /// Grams a unit.
    pub weight_grams: Option<u32>,
    /// Orderable at once.
    pub activate: bool,
}

/// Gives a product another price in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriceProduct {
    /// Which.
    pub sku: Sku,
    /// The price of a unit.
    pub price: Money,
}

/// Gives a product another weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeighProduct {
    /// Which.
    pub sku: Sku,
    /// Grams a unit.
    pub weight_grams: u32,
}

/// Makes a product orderable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivateProduct {
    /// Which.
    pub sku: Sku,
}

/// Makes a product not orderable for now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PauseProduct {
    /// Which.
    pub sku: Sku,
}

/// Makes a product not orderable for ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiscontinueProduct {
    /// Which.
    pub sku: Sku,
}

/// Why a product does not do what is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum ProductRefusal {
    /// Nobody added it.
    #[error("there is no product {sku}")]
    ProductNotFound {
        /// Which.
        sku: Sku,
    },
    /// Another product has this SKU.
    #[error("SKU {sku} belongs to another product")]
    SkuTaken {
        /// Which.
        sku: Sku,
    },
    /// Nothing is sold for nothing or less.
    #[error("the price of {sku} must be positive, is {price}")]
    PriceNotPositive {
        /// Of what.
        sku: Sku,
        /// The price asked for.
        price: Money,
    },
    /// A product has one price in a currency.
    #[error("{sku} is given two prices in {currency}")]
    CurrencyGivenTwice {
        /// What.
        sku: Sku,
        /// Which currency.
        currency: String,
    },
    /// What a carrier brings must have a weight.
    #[error("{sku} is shippable and has no weight")]
    MissingWeight {
        /// Of what.
        sku: Sku,
    },
    /// Its status does not allow it.
    #[error("product {sku} is {}", status.as_str())]
    WrongProductStatus {
        /// Which.
        sku: Sku,
        /// What it is.
        status: ProductStatus,
    },
}

impl Refusal for ProductRefusal {
    fn class(&self) -> RefusalClass {
        match self {
            Self::ProductNotFound { .. } => RefusalClass::NotFound,
            Self::PriceNotPositive { .. } | Self::CurrencyGivenTwice { .. } => RefusalClass::Value,
            Self::SkuTaken { .. } | Self::MissingWeight { .. } | Self::WrongProductStatus { .. } => RefusalClass::State,
        }
    }
}
