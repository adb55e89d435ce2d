use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// How many lines behind the first of the record.
    pub(super) down: u64,
    /// The character in that line, from 1.
    pub(super) column: usize,
}

impl Place {
    /// Where a record begins.
    pub(super) const START: Self = Self { down: 0, column: 1 };

    /// Where this is once the text was passed.
    pub(super) fn behind(self, text: &str) -> Self {
        match text.rsplit_once('\n') {
            None => Self { column: self.column + text.chars().count(), ..self },
            Some((before, last)) => {
                let breaks = 1 + before.matches('\n').count() as u64;
                Self { down: self.down + breaks, column: 1 + last.chars().count() }
            }
        }
    }
}

/// Something wrong in one place of a file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u64,
    /// The character in the line at which the field begins, from 1.
    pub column: usize,
    /// The column's name and what is wrong with it.
    pub message: String,
    /// The order that is left out for it, where the row says which it belongs to.
    pub order: Option<String>,
}

impl Fault {
    /// A fault in this place; whose order is left out for it is added by who knows.
    pub(super) fn at(file: &Path, line: u64, column: usize, message: String) -> Self {
        Self { file: file.to_owned(), line, column, message, order: None }
    }

    /// A fault in the record that begins in this line.
    pub(super) fn in_record(file: &Path, first_line: u64, place: Place, message: String) -> Self {
        Self::at(file, first_line + place.down, place.column, message)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file.display(), self.line, self.column, self.message)?;
        self.order.as_ref().map_or(Ok(()), |order| write!(f, " (order {order} is left out)"))
    }
}

/// The faults of a file; a file that is wrong in every line does not fill the memory.
#[derive(Debug, Default)]
pub struct Faults {
    kept: Vec<Fault>,
    count: u64,
}

impl Faults {
    /// So many are kept to be shown.
    const KEPT: usize = 1000;

    /// One more.
    pub fn add(&mut self, fault: Fault) {
        self.count += 1;
        if self.kept.len() < Self::KEPT {
            self.kept.push(fault);
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first of them.
    pub fn shown(&self) -> &[Fault] {
        &self.kept
    }

    /// Those of another file behind these.
    pub fn extend(&mut self, others: Self) {
        self.count += others.count;
        let room = Self::KEPT.saturating_sub(self.kept.len());
        self.kept.extend(others.kept.into_iter().take(room));
    }
}
