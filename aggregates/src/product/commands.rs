use std::collections::BTreeSet;

use decider::{Changes, Decision, Needed, Refusal, RefusalClass, States};
use serde::{Deserialize, Serialize};

use super::{
    Product, ProductActivated, ProductAdded, ProductDescribed, ProductDiscontinued, ProductEvent, ProductPaused, ProductPriced,
    ProductStatus, ProductWeighed,
};
use crate::loaded::loaded;
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

/// Says anew what a draft is; what is not said stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DescribeProduct {
    /// Which.
    pub sku: Sku,
    /// For people.
    pub name: Option<String>,
    /// Where it belongs.
    pub category: Option<String>,
    /// Whether a carrier can bring it.
    pub shippable: Option<bool>,
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

/// One decision for each command: the product's own stream, which is there (`of`) or most likely not yet (`created`), and its own answer.
macro_rules! decided_by {
    ($($command:ident by $method:ident on $needed:ident),+ $(,)?) => {$(
        impl Decision for $command {
            type Refusal = ProductRefusal;

            fn streams(&self, _: &States<'_>) -> Vec<Needed> {
                vec![Needed::$needed::<Product>(self.sku.as_str())]
            }

            fn decide(&self, states: &States<'_>) -> Result<Changes, ProductRefusal> {
                let events = loaded::<Product>(states, self.sku.as_str()).$method(self)?;
                Ok(Changes::of::<Product>(self.sku.as_str(), events))
            }
        }
    )+};
}

decided_by! {
    AddProduct by add on created, DescribeProduct by describe on of, PriceProduct by price on of, WeighProduct by weigh on of,
    ActivateProduct by activate on of, PauseProduct by pause on of, DiscontinueProduct by discontinue on of,
}

type Decided = Result<Vec<ProductEvent>, ProductRefusal>;

impl Product {
    fn add(&self, c: &AddProduct) -> Decided {
        c.prices.iter().try_for_each(|price| positive(&c.sku, *price))?;
        one_of_each_currency(&c.sku, &c.prices)?;
        if c.activate && c.shippable && c.weight_grams.is_none() {
            return Err(ProductRefusal::MissingWeight { sku: c.sku.clone() });
        }
        let added = ProductAdded { name: c.name.clone(), category: c.category.clone(), shippable: c.shippable };
        match &self.added {
            None => Ok(added_events(c, added)),
            Some(before) if *before == added && self.was_added_with(c) => Ok(vec![]),
            Some(_) => Err(ProductRefusal::SkuTaken { sku: c.sku.clone() }),
        }
    }

    /// Later prices and weights don't make a repeated command another one: the first ones are compared.
    fn was_added_with(&self, c: &AddProduct) -> bool {
        let priced = c.prices.iter().all(|price| self.prices.get(price.currency().code()).is_some_and(|known| known.first == *price));
        let weighed = c.weight_grams.is_none_or(|grams| self.weight_grams.as_ref().is_some_and(|known| known.first == grams));
        priced && weighed
    }

    /// What was sold once as one thing is not another from then on.
    fn describe(&self, c: &DescribeProduct) -> Decided {
        match self.status {
            ProductStatus::NotAdded => Err(ProductRefusal::ProductNotFound { sku: c.sku.clone() }),
            ProductStatus::Draft => Ok(self.described_now(c).into_iter().collect()),
            status @ (ProductStatus::Active | ProductStatus::Paused | ProductStatus::Discontinued) => {
                Err(ProductRefusal::WrongProductStatus { sku: c.sku.clone(), status })
            }
        }
    }

    fn described_now(&self, c: &DescribeProduct) -> Option<ProductEvent> {
        let said = |said: &Option<String>, is: Option<&str>| said.clone().unwrap_or_else(|| is.unwrap_or_default().to_owned());
        let (name, category) = (said(&c.name, self.name()), said(&c.category, self.category()));
        let described = ProductDescribed { name, category, shippable: c.shippable.unwrap_or(self.is_shippable()) };
        let is = (self.name(), self.category(), self.is_shippable());
        let news = is != (Some(described.name.as_str()), Some(described.category.as_str()), described.shippable);
        news.then(|| described.into())
    }

    fn price(&self, c: &PriceProduct) -> Decided {
        self.changeable(&c.sku)?;
        positive(&c.sku, c.price)?;
        let news = self.price_in(c.price.currency()) != Some(c.price);
        Ok(news.then(|| ProductPriced { price: c.price }.into()).into_iter().collect())
    }

    fn weigh(&self, c: &WeighProduct) -> Decided {
        self.changeable(&c.sku)?;
        let news = self.weight_grams() != Some(c.weight_grams);
        Ok(news.then(|| ProductWeighed { weight_grams: c.weight_grams }.into()).into_iter().collect())
    }

    fn activate(&self, c: &ActivateProduct) -> Decided {
        self.changeable(&c.sku)?;
        if self.is_shippable() && self.weight_grams.is_none() {
            return Err(ProductRefusal::MissingWeight { sku: c.sku.clone() });
        }
        Ok((self.status != ProductStatus::Active).then(|| ProductActivated {}.into()).into_iter().collect())
    }

    fn pause(&self, c: &PauseProduct) -> Decided {
        self.changeable(&c.sku)?;
        match self.status {
            ProductStatus::Active => Ok(vec![ProductPaused {}.into()]),
            ProductStatus::Paused => Ok(vec![]),
            status @ (ProductStatus::NotAdded | ProductStatus::Draft | ProductStatus::Discontinued) => {
                Err(ProductRefusal::WrongProductStatus { sku: c.sku.clone(), status })
            }
        }
    }

    fn discontinue(&self, c: &DiscontinueProduct) -> Decided {
        match self.status {
            ProductStatus::NotAdded => Err(ProductRefusal::ProductNotFound { sku: c.sku.clone() }),
            ProductStatus::Discontinued => Ok(vec![]),
            ProductStatus::Draft | ProductStatus::Active | ProductStatus::Paused => Ok(vec![ProductDiscontinued {}.into()]),
        }
    }

    fn changeable(&self, sku: &Sku) -> Result<(), ProductRefusal> {
        match self.status {
            ProductStatus::NotAdded => Err(ProductRefusal::ProductNotFound { sku: sku.clone() }),
            status @ ProductStatus::Discontinued => Err(ProductRefusal::WrongProductStatus { sku: sku.clone(), status }),
            ProductStatus::Draft | ProductStatus::Active | ProductStatus::Paused => Ok(()),
        }
    }
}

fn positive(sku: &Sku, price: Money) -> Result<(), ProductRefusal> {
    if price.is_positive() { Ok(()) } else { Err(ProductRefusal::PriceNotPositive { sku: sku.clone(), price }) }
}

fn one_of_each_currency(sku: &Sku, prices: &[Money]) -> Result<(), ProductRefusal> {
    let mut seen = BTreeSet::new();
    match prices.iter().map(|price| price.currency().code()).find(|code| !seen.insert(*code)) {
        Some(code) => Err(ProductRefusal::CurrencyGivenTwice { sku: sku.clone(), currency: code.to_owned() }),
        None => Ok(()),
    }
}

fn added_events(c: &AddProduct, added: ProductAdded) -> Vec<ProductEvent> {
    let mut events = vec![added.into()];
    events.extend(c.prices.iter().map(|price| ProductPriced { price: *price }.into()));
    events.extend(c.weight_grams.map(|weight_grams| ProductWeighed { weight_grams }.into()));
    events.extend(c.activate.then(|| ProductActivated {}.into()));
    events
}
