use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use crate::problem::{FieldError, Problem};

/// The parameters of a path.
pub(crate) struct PathParams(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for PathParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::parameter("path", "the path is not made of percent-encoded UTF-8"))?;
        Ok(Self(params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }
}

impl PathParams {
    /// The value of a parameter that the route has.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The value of a parameter in the domain's words.
    pub(crate) fn parse<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, Problem> {
        self.text(name).parse().map_err(|error: T::Err| Problem::parameter(name, error.to_string()))
    }

    /// The values of two parameters, or what is wrong with either.
    pub(crate) fn parse_both<T: FromStr<Err: Display>, U: FromStr<Err: Display>>(
        &self,
        first: &str,
        second: &str,
    ) -> Result<(T, U), Problem> {
        let wrong = |name: &str, detail: String| FieldError { pointer: None, parameter: Some(name.to_owned()), detail };
        match (self.text(first).parse::<T>(), self.text(second).parse::<U>()) {
            (Ok(one), Ok(other)) => Ok((one, other)),
            (one, other) => {
                let errors = [one.err().map(|e| wrong(first, e.to_string())), other.err().map(|e| wrong(second, e.to_string()))];
                Err(Problem::invalid(errors.into_iter().flatten().collect()))
            }
        }
    }
}
