//! The orders of a file: adjacent lines with one reference.

use std::path::{Path, PathBuf};

use aggregates::values::Currency;

use super::error::InputError;
use super::fault::{Fault, Place};
use super::order::{self, COLUMNS, FileOrder};
use super::table::{Row, Table};

/// The most lines that an order may have.
const MOST_LINES: usize = 500;

/// A file of order lines.
#[derive(Debug, Clone)]
pub struct OrderFile {
    path: PathBuf,
    currency: Currency,
}

/// The lines of one order as they stand in the file, and what is wrong with them.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) owner: Owner,
    pub(super) first_line: u64,
    pub(super) order: Option<FileOrder>,
    pub(super) faults: Vec<Fault>,
    /// What is wrong with lines that do not say whose they are.
    pub(super) nameless: Vec<Fault>,
}

/// Which order a line belongs to, as its text has it: known even where the line is malformed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) reference: String,
    customer: String,
    store: String,
    placed_at: String,
}

/// A row with whose it is.
#[derive(Debug)]
struct Owned {
    owner: Owner,
    row: Row,
}

impl OrderFile {
    /// The file at this path; `currency` is that of lines which name none.
    pub fn new(path: &Path, currency: Currency) -> Self {
        Self { path: path.to_owned(), currency }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads its orders from the start.
    pub(super) fn groups(&self) -> Result<Groups, InputError> {
        Ok(Groups { table: Table::open(&self.path, COLUMNS)?, currency: self.currency, ahead: None })
    }
}

/// Whether a file begins as one of order lines does.
///
/// # Errors
/// It is not there, cannot be read, or has another header.
pub fn check_header(path: &Path) -> Result<(), InputError> {
    Table::open(path, COLUMNS).map(drop)
}

/// The orders of a file, one after the other.
pub(super) struct Groups {
    table: Table,
    currency: Currency,
    ahead: Option<Owned>,
}

impl Groups {
    /// The next order, or `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Group>, InputError> {
        let Some(first) = self.take()? else { return Ok(None) };
        let mut group = Group::begin(&first);
        group.add(first, self.currency);
        while let Some(line) = self.take()? {
            if !group.owns(&line.owner) {
                self.ahead = Some(line);
                break;
            }
            group.add(line, self.currency);
        }
        Ok(Some(group))
    }

    fn take(&mut self) -> Result<Option<Owned>, InputError> {
        match self.ahead.take() {
            Some(line) => Ok(Some(line)),
            None => Ok(self.table.next()?.map(|row| Owned { owner: Owner::of(&row), row })),
        }
    }
}

impl Owner {
    fn of(row: &Row) -> Self {
        let text = |column| row.text(column).to_owned();
        Self { reference: text("order_ref"), customer: text("customer_ref"), store: text("store_ref"), placed_at: text("placed_at") }
    }

    /// Whether a line without a reference is of the same order by all else.
    fn is_probably(&self, other: &Self) -> bool {
        !self.customer.is_empty() && (&self.customer, &self.store, &self.placed_at) == (&other.customer, &other.store, &other.placed_at)
    }
}

impl Group {
    fn begin(first: &Owned) -> Self {
        Self { owner: first.owner.clone(), first_line: first.row.line, order: None, faults: Vec::new(), nameless: Vec::new() }
    }

    /// A line without a reference belongs to the order beside it that has the same customer, store and time. Otherwise a
    /// row that lost its reference would be missing from its order without anybody noticing.
    fn owns(&mut self, owner: &Owner) -> bool {
        if self.owner.reference.is_empty() && !owner.reference.is_empty() && owner.is_probably(&self.owner) {
            self.owner = owner.clone();
        }
        owner.reference == self.owner.reference || (owner.reference.is_empty() && owner.is_probably(&self.owner))
    }

    /// Whether something is wrong with it.
    pub(super) fn is_broken(&self) -> bool {
        !self.faults.is_empty() || !self.nameless.is_empty()
    }

    fn add(&mut self, line: Owned, currency: Currency) {
        let Owned { owner, mut row } = line;
        if let Some(found) = order::read(&mut row, currency) {
            self.join(&mut row, found);
        }
        let faults = if owner.reference.is_empty() { &mut self.nameless } else { &mut self.faults };
        faults.extend(row.take_faults());
    }

    fn join(&mut self, row: &mut Row, found: FileOrder) {
        let Some(order) = &mut self.order else {
            self.order = Some(found);
            return;
        };
        if let Some((column, message)) = order.disagreement(&found) {
            return row.fault(column, message);
        }
        order.lines.extend(found.lines);
        if order.lines.len() == MOST_LINES + 1 {
            row.fault_at(Place::START, format!("the order has more than {MOST_LINES} lines"));
        }
    }
}
