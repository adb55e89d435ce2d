//! Products.

use aggregates::values::Sku;
use async_graphql::dataloader::DataLoader;
use async_graphql::{ComplexObject, Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use projections::products::{self, ProductFilter, ProductRow, Products};
use projections::stock::Stock;

use crate::arguments::{parse, text};
use crate::errors::QueryError;
use crate::hops::StockOf;
use crate::money::Money;
use crate::page::{self, List, Page};
use crate::position;
use crate::stock::StockItem;
use crate::viewer::Viewer;
use crate::whole_number::WholeNumber;

/// A product of the shop.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Product {
    /// The stock keeping unit: its name in every other place.
    sku: String,
    /// For people.
    name: String,
    /// Where it belongs.
    category: String,
    /// Whether a carrier can bring it.
    shippable: bool,
    /// Whether it is orderable.
    status: ProductStatus,
    /// The list price of a unit, one for each currency.
    prices: Vec<Money>,
    /// Grams a unit, where known.
    weight_grams: Option<WholeNumber>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

/// Whether a product is orderable.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "projections::products::ProductStatus")]
pub(crate) enum ProductStatus {
    /// Not yet.
    Draft,
    /// It is.
    Active,
    /// Not for now.
    Paused,
    /// Never again.
    Discontinued,
}

/// Which products.
#[derive(InputObject, Default)]
pub(crate) struct ProductsFilter {
    /// Only those of this category.
    category: Option<String>,
    /// Only those in one of these states; an empty list is none of them.
    statuses: Option<Vec<ProductStatus>>,
}

impl From<ProductRow> for Product {
    fn from(row: ProductRow) -> Self {
        let price = |(currency, amount): (String, String)| amount.parse().ok().map(|amount| Money::of(amount, &currency));
        Self {
            sku: row.sku.to_string(),
            name: row.name,
            category: row.category,
            shippable: row.shippable,
            status: row.status.into(),
            prices: row.prices.into_iter().filter_map(price).collect(),
            weight_grams: row.weight_grams.map(WholeNumber::from),
            updated_at: row.updated_at,
        }
    }
}

#[ComplexObject]
impl Product {
    /// Its stock in every warehouse that ever had any. Not for customers, nor for a sales channel without the grant.
    async fn stock(&self, context: &Context<'_>) -> Result<Vec<StockItem>, QueryError> {
        Viewer::asking(context, "Product", "stock")?;
        position::reach::<Stock>(context, None).await?;
        let stock = context.data_unchecked::<DataLoader<StockOf>>().load_one(parse::<Sku>(&self.sku)?).await?;
        Ok(stock.unwrap_or_default().into_iter().map(StockItem::from).collect())
    }
}

/// See [`Product`].
#[derive(Default)]
pub(crate) struct ProductQueries;

#[Object]
impl ProductQueries {
    /// One product.
    async fn product(&self, context: &Context<'_>, sku: String, min_position: Option<String>) -> Result<Option<Product>, QueryError> {
        let read = position::reach::<Products>(context, min_position).await?;
        Ok(products::by_sku(read, &parse(&sku)?).await?.map(Product::from))
    }

    /// Products in the order of their SKUs.
    async fn products(
        &self,
        context: &Context<'_>,
        filter: Option<ProductsFilter>,
        #[graphql(desc = "1 to 200; 20 where nothing is said")] first: Option<i32>,
        after: Option<String>,
        min_position: Option<String>,
    ) -> Result<Page<Product>, QueryError> {
        let read = position::reach::<Products>(context, min_position).await?;
        let filter = filter.unwrap_or_default();
        let statuses = filter.statuses.map(|statuses| statuses.into_iter().map(Into::into).collect());
        let category = filter.category.map(|category| text("category", category)).transpose()?;
        let request = page::request(List::PRODUCTS, first, after)?;
        let found = products::page(read, &ProductFilter { category, statuses }, &request).await?;
        Ok(page::page(List::PRODUCTS, found, &request, Product::from))
    }
}
