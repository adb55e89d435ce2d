//! Products: one row each, keyed by the SKU.

mod reads;

use std::collections::BTreeMap;

use aggregates::product::{Product, ProductAdded, ProductEvent};
use aggregates::values::Sku;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::projection::Projection;
use crate::recorded::{Recorded, Unfoldable, follows};
use crate::row::Row;
use crate::tables::One;
use crate::words::row_words;

pub use reads::{ProductFilter, by_sku, by_skus, page};

/// The read model of products.
#[derive(Debug)]
pub struct Products;

follows! {
    /// What the read model of products follows.
    ProductsEvent:
    /// Of the product.
    Product(Product),
}

/// A product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductRow {
    /// Its name in every other place.
    pub sku: Sku,
    /// For people.
    pub name: String,
    /// Where it belongs.
    pub category: String,
    /// Whether a carrier can bring it.
    pub shippable: bool,
    /// Whether it is orderable.
    pub status: ProductStatus,
    /// The price of a unit as a decimal text, by currency.
    pub prices: BTreeMap<String, String>,
    /// Grams a unit, where known.
    pub weight_grams: Option<u32>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

row_words! {
    /// Whether a product is orderable.
    ProductStatus:
    /// Not yet.
    Draft = "draft",
    /// It is.
    Active = "active",
    /// Not for now.
    Paused = "paused",
    /// Never again.
    Discontinued = "discontinued",
}

impl Projection for Products {
    const NAME: &'static str = "products";
    const VERSION: u32 = 1;
    const SCHEMA_SQL: &'static str = include_str!("schema.sql");
    const INDEXES_SQL: &'static str = include_str!("indexes.sql");
    type Event = ProductsEvent;
    type Tables = (One<ProductRow>,);

    fn keys(event: &Recorded<'_, ProductsEvent>) -> Vec<String> {
        vec![event.stream.aggregate_id().to_owned()]
    }
}

impl Row<ProductsEvent> for ProductRow {
    const TABLE: &'static str = "products";

    fn fold(row: Option<Self>, key: &str, event: &Recorded<'_, ProductsEvent>) -> Result<Option<Self>, Unfoldable> {
        let ProductsEvent::Product(fact) = &event.event;
        match (fact, row) {
            (ProductEvent::ProductAdded(added), None) => ProductRow::new(added, key, event.recorded_at).map(Some),
            (ProductEvent::ProductAdded(_), Some(_)) => Err(Unfoldable::second(key, event)),
            (_, None) => Err(Unfoldable::no_row(key, event)),
            (fact, Some(mut row)) => {
                row.change(fact);
                row.updated_at = event.recorded_at;
                Ok(Some(row))
            }
        }
    }
}

impl ProductRow {
    fn new(added: &ProductAdded, key: &str, updated_at: DateTime<Utc>) -> Result<Self, Unfoldable> {
        Ok(Self {
            sku: key.parse().map_err(|problem| Unfoldable(format!("{problem}")))?,
            name: added.name.clone(),
            category: added.category.clone(),
            shippable: added.shippable,
            status: ProductStatus::Draft,
            prices: BTreeMap::new(),
            weight_grams: None,
            updated_at,
        })
    }

    fn change(&mut self, fact: &ProductEvent) {
        match fact {
            ProductEvent::ProductAdded(_) => {}
            ProductEvent::ProductDescribed(described) => {
                self.name = described.name.clone();
                self.category = described.category.clone();
                self.shippable = described.shippable;
            }
            ProductEvent::ProductPriced(priced) => {
                self.prices.insert(priced.price.currency().code().to_owned(), priced.price.amount().to_string());
            }
            ProductEvent::ProductWeighed(weighed) => self.weight_grams = Some(weighed.weight_grams),
            ProductEvent::ProductActivated(_) => self.status = ProductStatus::Active,
            ProductEvent::ProductPaused(_) => self.status = ProductStatus::Paused,
            ProductEvent::ProductDiscontinued(_) => self.status = ProductStatus::Discontinued,
        }
    }
}
