//! A file as a table: a header, and rows whose fields are read by the names of their columns.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::InputError;
use super::fault::{Fault, Place};
use super::fields::Fields;
use super::lines::Lines;
use super::records::Records;

/// The columns of a kind of table, in any order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    /// Those that must be there.
    pub(super) needed: &'static [&'static str],
    /// Those that may be; `None`: any.
    pub(super) optional: Option<&'static [&'static str]>,
}

/// A file that is read as a table, row by row.
pub(super) struct Table {
    header: Arc<Header>,
    records: Records,
}

/// The first line of a file: which column stands where.
#[derive(Debug)]
struct Header {
    path: PathBuf,
    names: Vec<String>,
}

impl Table {
    /// Opens a file and reads its header.
    pub(super) fn open(path: &Path, columns: Columns) -> Result<Self, InputError> {
        let mut lines = Lines::open(path)?;
        let text = lines.next()?.ok_or_else(|| InputError::Empty { path: path.to_owned() })?.1;
        let header = Header::parse(path, text, columns)?;
        Ok(Self { records: Records::behind_header(lines, header.names.len()), header: Arc::new(header) })
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<Row>, InputError> {
        Ok(self.records.next()?.map(|(line, record)| Row::new(&self.header, line, &record)))
    }
}

impl Header {
    fn parse(path: &Path, text: &str, columns: Columns) -> Result<Self, InputError> {
        let wrong = |reason: String| InputError::Header { path: path.to_owned(), reason };
        let names = Fields::of(text).map_err(|broken| wrong(broken.message().to_owned()))?.texts;
        for (position, name) in names.iter().enumerate() {
            if columns.optional.is_some_and(|optional| !optional.contains(&name.as_str())) && !columns.needed.contains(&name.as_str()) {
                return Err(wrong(format!("unknown column '{name}'; expected {columns}")));
            }
            if names.iter().take(position).any(|before| before == name) {
                return Err(wrong(format!("column '{name}' twice")));
            }
        }
        match columns.needed.iter().find(|needed| !names.iter().any(|name| name == *needed)) {
            Some(missing) => Err(wrong(format!("column '{missing}' is missing; expected {columns}"))),
            None => Ok(Self { path: path.to_owned(), names }),
        }
    }

    fn position(&self, column: &str) -> Option<usize> {
        self.names.iter().position(|name| name == column)
    }
}

impl Display for Columns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.needed.join(","))?;
        self.optional.map_or(Ok(()), |optional| write!(f, " and, where wanted, {}", optional.join(" and ")))
    }
}

/// One row, and what was found to be wrong with it so far.
#[derive(Debug)]
pub(super) struct Row {
    header: Arc<Header>,
    /// The line in which it begins, from 1.
    pub(super) line: u64,
    fields: Fields,
    faults: Vec<Fault>,
}

impl Row {
    fn new(header: &Arc<Header>, line: u64, record: &str) -> Self {
        let (fields, broken) = match Fields::of(record) {
            Ok(fields) => (fields, None),
            Err(broken) => (Fields::by_commas(record), Some((broken.place(), broken.message().to_owned()))),
        };
        let mut row = Self { header: header.clone(), line, fields, faults: Vec::new() };
        if let Some((place, message)) = broken.or_else(|| row.miscounted()) {
            row.fault_at(place, message);
        }
        row
    }

    fn miscounted(&self) -> Option<(Place, String)> {
        let (found, wanted) = (self.fields.texts.len(), self.header.names.len());
        let place = self.fields.places.get(wanted).copied().unwrap_or(self.fields.end);
        (!self.is_whole()).then(|| (place, format!("the row has {found} columns, the header has {wanted}")))
    }

    /// Whether it has as many fields as the header, so that each can be read.
    pub(super) fn is_whole(&self) -> bool {
        self.fields.texts.len() == self.header.names.len()
    }

    /// The text of a column; empty if there is none.
    pub(super) fn text(&self, column: &str) -> &str {
        self.header.position(column).and_then(|position| self.fields.texts.get(position)).map_or("", String::as_str)
    }

    /// The text of a column, if it has one.
    pub(super) fn told(&self, column: &str) -> Option<String> {
        Some(self.text(column).to_owned()).filter(|text| !text.is_empty())
    }

    /// The texts of all columns but this one, by their names; empty ones are passed over.
    pub(super) fn others(&self, column: &str) -> BTreeMap<String, String> {
        let named = self.header.names.iter().zip(&self.fields.texts);
        named.filter(|(name, text)| *name != column && !text.is_empty()).map(|(name, text)| (name.clone(), text.clone())).collect()
    }

    /// What stands in a column, read; a column that the file does not have reads as empty. What is wrong with it is noted, so that all that is wrong with a
    /// row is told at once.
    pub(super) fn read<T>(&mut self, column: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let value = read(self.text(column));
        self.note(column, value)
    }

    /// A value made of what stands in a column.
    pub(super) fn note<T, E: Display>(&mut self, column: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.fault(column, error)).ok()
    }

    /// Something wrong with what stands in a column.
    pub(super) fn fault(&mut self, column: &str, message: impl Display) {
        let place = self.header.position(column).and_then(|position| self.fields.places.get(position)).copied();
        self.fault_at(place.unwrap_or(Place::START), format!("{column}: {message}"));
    }

    /// Something wrong with the row as a whole.
    pub(super) fn fault_at(&mut self, place: Place, message: String) {
        self.faults.push(Fault::in_record(&self.header.path, self.line, place, message));
    }

    /// Takes what was found to be wrong.
    pub(super) fn take_faults(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.faults)
    }
}
