//! Arguments as the domain's own types, with an error that names the argument.

use std::str::FromStr;

use crate::errors::QueryError;

/// An argument's text as a value.
///
/// # Errors
/// It is none.
pub(crate) fn parse<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, QueryError> {
    text.parse().map_err(|problem: T::Err| QueryError::Argument(problem.to_string()))
}

/// The same where it need not be given.
///
/// # Errors
/// It is none.
pub(crate) fn parse_given<T: FromStr<Err: std::fmt::Display>>(text: Option<&str>) -> Result<Option<T>, QueryError> {
    text.map(parse).transpose()
}
