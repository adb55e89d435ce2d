use async_graphql::{EmptyMutation, EmptySubscription, MergedObject};

use crate::customers::CustomerQueries;
use crate::orders::OrderQueries;
use crate::products::ProductQueries;
use crate::read_models::ReadModelQueries;
use crate::sales::SalesQueries;
use crate::stock::StockQueries;

/// Everything that can be asked.
#[derive(MergedObject, Default)]
pub(crate) struct Query(OrderQueries, CustomerQueries, ProductQueries, StockQueries, SalesQueries, ReadModelQueries);

pub(crate) type Schema = async_graphql::Schema<Query, EmptyMutation, EmptySubscription>;

/// The schema without anything to read from: limits are kept by [`crate::limits`] before it is asked.
pub(crate) fn schema() -> async_graphql::SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query::default(), EmptyMutation, EmptySubscription)
}

/// The schema in GraphQL's own language: what is committed as `schema.graphql`.
pub fn schema_sdl() -> String {
    schema().finish().sdl()
}
