use aggregates::values::Currency;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{ReadDatabase, ReadModelError};

/// Which sales.
#[derive(Debug, Clone, Default)]
pub struct SalesFilter {
    /// From this day (UTC) of placing on, included.
    pub from: Option<NaiveDate>,
    /// Up to this day, included.
    pub to: Option<NaiveDate>,
    /// Only in this currency.
    pub currency: Option<Currency>,
    /// Only of this category; for sums by category.
    pub category: Option<String>,
}

/// By what sales are summed, besides the currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SalesGrouping {
    /// One sum a day.
    Day,
    /// One sum a category.
    Category,
    /// One sum per day and category.
    DayAndCategory,
}

/// A sum of sales in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SalesSum {
    /// The day, where summed by day.
    pub day: Option<NaiveDate>,
    /// The category, where summed by category.
    pub category: Option<String>,
    /// The currency of the amounts.
    pub currency: Currency,
    /// How many orders have a part in it.
    pub orders: i64,
    /// Units shipped.
    pub units: i64,
    /// Their net.
    #[serde(with = "crate::amount")]
    pub net: Decimal,
    /// Their tax.
    #[serde(with = "crate::amount")]
    pub tax: Decimal,
}

/// Sales of orders placed within some days, in the order of day, category and currency.
///
/// # Errors
/// The read database cannot be asked.
pub async fn between(read: &ReadDatabase, filter: &SalesFilter, grouping: SalesGrouping) -> Result<Vec<SalesSum>, ReadModelError> {
    let sql = match (grouping, &filter.category) {
        (SalesGrouping::Day, None) => include_str!("by_day.sql"),
        (SalesGrouping::Day, Some(_)) => include_str!("by_day_in_category.sql"),
        (SalesGrouping::Category, _) => include_str!("by_category.sql"),
        (SalesGrouping::DayAndCategory, _) => include_str!("by_day_and_category.sql"),
    };
    let query = sqlx::query_scalar(sql).bind(filter.from).bind(filter.to);
    let query = query.bind(filter.currency.map(|currency| currency.code().to_owned())).bind(filter.category.clone());
    read.rows(query).await
}
