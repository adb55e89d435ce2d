use std::fmt::Display;
use std::str::FromStr;

use super::At;
use crate::problem::{FieldError, Problem};

/// Collects every field that is wrong, so that a caller hears of all of them at once.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    errors: Vec<FieldError>,
}

/// More errors than a person reads: the rest of a hopeless body is not looked at.
const ENOUGH: usize = 100;

impl Fields {
    /// Notes that what stands at `at` is wrong.
    pub(crate) fn refuse(&mut self, at: &At<'_>, detail: impl Display) {
        if self.errors.len() < ENOUGH {
            self.errors.push(FieldError { pointer: Some(at.to_string()), parameter: None, detail: detail.to_string() });
        }
    }

    /// A value, or a note of why it is none.
    pub(crate) fn check<T, E: Display>(&mut self, at: &At<'_>, parsed: Result<T, E>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(at, error);
                None
            }
        }
    }

    /// A value from its text, or a note of why it is none.
    pub(crate) fn parse<T: FromStr<Err: Display>>(&mut self, at: &At<'_>, text: &str) -> Option<T> {
        self.check(at, text.parse())
    }

    /// What was noted, of a parameter instead of a body.
    pub(crate) fn of_parameter(self, name: &str) -> impl Iterator<Item = FieldError> {
        self.errors.into_iter().map(move |error| FieldError { pointer: None, parameter: Some(name.to_owned()), ..error })
    }

    /// Adds what another collector noted.
    pub(crate) fn take(&mut self, other: Self) {
        self.errors.extend(other.errors);
        self.errors.truncate(ENOUGH);
    }

    /// Whether nothing was wrong so far.
    pub(crate) fn are_fine(&self) -> bool {
        self.errors.is_empty()
    }

    /// The whole, if nothing was wrong with any part of it.
    pub(crate) fn finish<T>(self, whole: Option<T>) -> Result<T, Problem> {
        match whole {
            Some(whole) if self.errors.is_empty() => Ok(whole),
            Some(_) | None => Err(Problem::invalid(self.errors)),
        }
    }
}
