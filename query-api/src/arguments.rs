//! Arguments as the domain's own types, with an error that names the argument.

use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

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

/// A text that no type of the domain checks. Postgres holds any but U+0000.
///
/// # Errors
/// It has one.
pub(crate) fn text(name: &str, text: String) -> Result<String, QueryError> {
    if text.contains('\0') { Err(QueryError::Argument(format!("{name} must not contain U+0000"))) } else { Ok(text) }
}

/// A time that everything here can hold: of a year with four digits.
///
/// # Errors
/// It is of another.
pub(crate) fn time(name: &str, time: DateTime<Utc>) -> Result<DateTime<Utc>, QueryError> {
    in_four_digits(name, time.year()).map(|()| time)
}

/// The same of a day.
///
/// # Errors
/// It is of another year.
pub(crate) fn day(name: &str, day: NaiveDate) -> Result<NaiveDate, QueryError> {
    in_four_digits(name, day.year()).map(|()| day)
}

fn in_four_digits(name: &str, year: i32) -> Result<(), QueryError> {
    if (1..=9999).contains(&year) {
        Ok(())
    } else {
        Err(QueryError::Argument(format!("{name} must be of a year from 1 to 9999, is of {year}")))
    }
}
