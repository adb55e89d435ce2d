//! The orders of a file: adjacent lines with one reference.

use std::path::{Path, PathBuf};

use aggregates::values::Currency;

use super::InputError;
use super::columns::{Column, Columns};
use super::fault::Fault;
use super::fields::Place;
use super::lines::Lines;
use super::order::FileOrder;
use super::records::Records;
use super::row::{self, Heading, Owner, Parsed, Row, differs};

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
    path: PathBuf,
    pub(super) owner: Owner,
    pub(super) first_line: u64,
    pub(super) order: Option<FileOrder>,
    pub(super) faults: Vec<Fault>,
    /// What is wrong with lines that do not say whose they are.
    pub(super) nameless: Vec<Fault>,
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
        let (columns, lines) = open(&self.path)?;
        Ok(Groups { file: self.clone(), records: Records::behind_header(lines, columns.count()), columns, ahead: None })
    }
}

/// Whether a file begins as one of order lines does.
///
/// # Errors
/// It is not there, cannot be read, or has another header.
pub fn check_header(path: &Path) -> Result<(), InputError> {
    open(path).map(drop)
}

fn open(path: &Path) -> Result<(Columns, Lines), InputError> {
    let mut lines = Lines::open(path)?;
    let header = lines.next()?.ok_or_else(|| InputError::Empty { path: path.to_owned() })?.1;
    Ok((Columns::parse(path, header)?, lines))
}

/// The orders of a file, one after the other.
pub(super) struct Groups {
    file: OrderFile,
    records: Records,
    columns: Columns,
    ahead: Option<Parsed>,
}

impl Groups {
    /// The next order, or `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Group>, InputError> {
        let Some(first) = self.take()? else { return Ok(None) };
        let mut group = Group::begin(&self.file.path, &first);
        group.add(first);
        while let Some(parsed) = self.take()? {
            if !group.owns(&parsed.owner) {
                self.ahead = Some(parsed);
                break;
            }
            group.add(parsed);
        }
        Ok(Some(group))
    }

    fn take(&mut self) -> Result<Option<Parsed>, InputError> {
        if let Some(parsed) = self.ahead.take() {
            return Ok(Some(parsed));
        }
        let next = self.records.next()?;
        Ok(next.map(|(number, record)| row::parse(&self.file.path, number, &record, &self.columns, self.file.currency)))
    }
}

impl Group {
    fn begin(path: &Path, first: &Parsed) -> Self {
        Self {
            path: path.to_owned(),
            owner: first.owner.clone(),
            first_line: first.number,
            order: None,
            faults: Vec::new(),
            nameless: Vec::new(),
        }
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

    fn add(&mut self, parsed: Parsed) {
        match parsed.row {
            Ok(row) => self.line(parsed.number, row),
            Err(faults) if parsed.owner.reference.is_empty() => self.nameless.extend(faults),
            Err(faults) => self.faults.extend(faults),
        }
    }

    fn line(&mut self, number: u64, row: Row) {
        let order = self.order.get_or_insert_with(|| begin(&row.heading));
        if let Some((place, message)) = disagreement(order, &row) {
            return self.faults.push(Fault::in_record(&self.path, number, place, message));
        }
        order.lines.push(row.line);
        if order.lines.len() == MOST_LINES + 1 {
            self.faults.push(Fault::at(&self.path, number, 1, format!("the order has more than {MOST_LINES} lines")));
        }
    }
}

fn begin(heading: &Heading) -> FileOrder {
    FileOrder {
        reference: heading.reference.clone(),
        customer: heading.customer.clone(),
        warehouse: heading.warehouse.clone(),
        placed_at: heading.placed_at,
        currency: heading.currency,
        lines: Vec::new(),
    }
}

/// What an order has once must be the same on each of its lines.
fn disagreement(order: &FileOrder, row: &Row) -> Option<(Place, String)> {
    let (heading, places) = (&row.heading, row.places);
    if heading.customer != order.customer {
        return Some((places.customer, differs(Column::CustomerRef, &heading.customer, &order.customer)));
    }
    if heading.warehouse != order.warehouse {
        return Some((places.store, differs(Column::StoreRef, &heading.warehouse, &order.warehouse)));
    }
    if heading.placed_at != order.placed_at {
        return Some((places.placed_at, differs(Column::PlacedAt, heading.placed_at, order.placed_at)));
    }
    (heading.currency != order.currency).then(|| (places.currency, differs(Column::Currency, heading.currency, order.currency)))
}
