use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The parameters behind the `?`. Which there are is for the caller to know exactly: an unknown one is refused.
pub(crate) struct QueryParams<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryParams<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let axum::extract::Query(query) = axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Problem::parameter("query", cause(&rejection)))?;
        Ok(Self(query))
    }
}

/// What serde says, without the frame that axum puts around it.
fn cause(rejection: &axum::extract::rejection::QueryRejection) -> String {
    std::error::Error::source(rejection).map_or_else(|| rejection.to_string(), ToString::to_string)
}
