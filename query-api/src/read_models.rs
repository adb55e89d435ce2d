//! How far the read models are.

use async_graphql::{Context, Object, SimpleObject};
use projections::{ReadDatabase, ReadModelError};

use crate::errors::QueryError;

/// How far a read model is.
#[derive(SimpleObject)]
pub(crate) struct ReadModelPosition {
    /// Its name.
    model: &'static str,
    /// The position that it reflects, as commands answer it; none before it was built.
    position: Option<String>,
}

/// See [`ReadModelPosition`].
#[derive(Default)]
pub(crate) struct ReadModelQueries;

#[Object]
impl ReadModelQueries {
    /// How far every read model is.
    async fn read_model_positions(&self, context: &Context<'_>) -> Result<Vec<ReadModelPosition>, QueryError> {
        let read = context.data_unchecked::<ReadDatabase>();
        let mut positions = Vec::new();
        for model in projections::names() {
            positions.push(position_of(read, model).await?);
        }
        Ok(positions)
    }
}

async fn position_of(read: &ReadDatabase, model: &'static str) -> Result<ReadModelPosition, QueryError> {
    match read.position_of(model).await {
        Ok(position) => Ok(ReadModelPosition { model, position: Some(position.to_string()) }),
        Err(ReadModelError::Absent(_)) => Ok(ReadModelPosition { model, position: None }),
        Err(other) => Err(other.into()),
    }
}
