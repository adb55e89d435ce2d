//! Pages of a list by cursor: a cursor names the last row that was seen, so rows that come or go meanwhile shift nothing.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Utc};

use crate::ReadModelError;

/// The most rows that one page has.
pub const MAX_PAGE: u32 = 200;

/// Which page is asked for.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// How many rows at most; 0 and more than [`MAX_PAGE`] are [`MAX_PAGE`].
    pub first: u32,
    /// The cursor of the last row that was seen; none: from the beginning.
    pub after: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows, each with its cursor.
    pub rows: Vec<(String, T)>,
    /// Whether there are more behind the last.
    pub has_next: bool,
}

impl PageRequest {
    /// The first so many rows.
    pub fn first(first: u32) -> Self {
        Self { first, after: None }
    }

    /// The same number of rows behind this cursor.
    pub fn after(&self, cursor: impl Into<String>) -> Self {
        Self { after: Some(cursor.into()), ..self.clone() }
    }

    fn size(&self) -> u32 {
        if self.first == 0 { MAX_PAGE } else { self.first.min(MAX_PAGE) }
    }

    /// One more than the page has: it tells whether there are more.
    pub(crate) fn rows_to_read(&self) -> i64 {
        i64::from(self.size()) + 1
    }

    pub(crate) fn page<T>(&self, mut rows: Vec<T>, cursor: impl Fn(&T) -> String) -> Page<T> {
        let size = self.size() as usize;
        let has_next = rows.len() > size;
        rows.truncate(size);
        Page { rows: rows.into_iter().map(|row| (cursor(&row), row)).collect(), has_next }
    }
}

/// A cursor of a list in order of time: microseconds since 1970 and the row's key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TimeCursor {
    pub(crate) time: DateTime<Utc>,
    pub(crate) key: String,
}

impl fmt::Display for TimeCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.time.timestamp_micros(), self.key)
    }
}

impl FromStr for TimeCursor {
    type Err = ReadModelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (micros, key) = text.split_once('.')?;
            // A time that Postgres can't hold is no cursor that was given out.
            let time = DateTime::from_timestamp_micros(micros.parse().ok()?).filter(|time| (1..=9999).contains(&time.year()))?;
            Some(Self { time, key: key.to_owned() })
        };
        parse().ok_or_else(|| ReadModelError::InvalidCursor(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        let cursor: TimeCursor = "1500000000000001.a-b".parse().unwrap();
        assert_eq!((cursor.to_string().as_str(), cursor.key.as_str()), ("1500000000000001.a-b", "a-b"));
        for wrong in ["x.y", "1", "-300000000000000000.x", "8000000000000000000.x"] {
            assert!(wrong.parse::<TimeCursor>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_page_knows_whether_there_are_more() {
        let request = PageRequest::first(2);
        assert_eq!(request.rows_to_read(), 3);
        let page = request.page(vec![1, 2, 3], i32::to_string);
        assert_eq!(page, Page { rows: vec![("1".to_owned(), 1), ("2".to_owned(), 2)], has_next: true });
        assert!(!request.page(vec![1, 2], i32::to_string).has_next);
        assert_eq!(PageRequest::first(0).rows_to_read(), i64::from(MAX_PAGE) + 1);
    }
}
