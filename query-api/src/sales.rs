//! Sales: sums over what has left the house, by the day on which it was ordered.

use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::NaiveDate;
use projections::sales::{self, SalesFilter, SalesSum};

use crate::arguments::{day, parse_given, text};
use crate::errors::QueryError;
use crate::money::Money;
use crate::position;
use crate::viewer::Viewer;
use crate::whole_number::WholeNumber;

/// A sum of sales in one currency.
#[derive(SimpleObject)]
pub(crate) struct Sales {
    /// The day (UTC) on which the orders were placed, where summed by day.
    day: Option<NaiveDate>,
    /// The category, where summed by category.
    category: Option<String>,
    /// How many orders have a part in it.
    orders: WholeNumber,
    /// Units that left.
    units: WholeNumber,
    /// Their net.
    net: Money,
    /// Their tax.
    tax: Money,
}

impl From<SalesSum> for Sales {
    fn from(sum: SalesSum) -> Self {
        let money = |amount| Money::of(amount, sum.currency.code());
        let (orders, units) = (sum.orders.into(), sum.units.into());
        Self { net: money(sum.net), tax: money(sum.tax), day: sum.day, category: sum.category, orders, units }
    }
}

/// By what sales are summed, besides the currency.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "projections::sales::SalesGrouping")]
pub(crate) enum SalesGrouping {
    /// One sum a day.
    Day,
    /// One sum a category.
    Category,
    /// One sum per day and category.
    DayAndCategory,
}

impl SalesGrouping {
    /// How many days one query may span, so that its answer stays readable.
    fn longest_span_days(self) -> i64 {
        match self {
            Self::Day | Self::Category => 3_660,
            Self::DayAndCategory => 92,
        }
    }

    fn check(self, from: NaiveDate, to: NaiveDate) -> Result<(), QueryError> {
        let longest = self.longest_span_days();
        match (to - from).num_days() {
            days if days < 0 => Err(QueryError::Argument("to is before from".to_owned())),
            days if days >= longest => Err(QueryError::Argument(format!("at most {longest} days at once"))),
            _ => Ok(()),
        }
    }
}

/// See [`Sales`].
#[derive(Default)]
pub(crate) struct SalesQueries;

#[Object]
impl SalesQueries {
    /// Sales of the orders that were placed within some days (UTC), both included. Not for customers.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn sales(
        &self,
        context: &Context<'_>,
        from: NaiveDate,
        to: NaiveDate,
        #[graphql(default_with = "SalesGrouping::Day")] by: SalesGrouping,
        currency: Option<String>,
        category: Option<String>,
        min_position: Option<String>,
    ) -> Result<Vec<Sales>, QueryError> {
        Viewer::asking(context, "Query", "sales")?;
        by.check(day("from", from)?, day("to", to)?)?;
        let category = category.map(|category| text("category", category)).transpose()?;
        let read = position::reach::<sales::Sales>(context, min_position).await?;
        let filter = SalesFilter { from: Some(from), to: Some(to), currency: parse_given(currency.as_deref())?, category };
        let sums = sales::between(read, &filter, by.into()).await?;
        Ok(sums.into_iter().map(Sales::from).collect())
    }
}
