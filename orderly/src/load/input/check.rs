//! The first reading: is the file sound, and which orders must stay out?

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::error::InputError;
use super::fault::{Fault, Faults};
use super::order::FileOrder;
use super::orders::{Group, Groups, OrderFile};

/// A file that was read to its end: its orders without those that are left out.
#[derive(Debug)]
pub struct Checked {
    file: OrderFile,
    left_out: HashSet<String>,
    sorted: bool,
    faults: Faults,
}

/// Reads a file to its end.
///
/// # Errors
/// The file cannot be used at all: unreadable, truncated, empty, without its header, or not UTF-8.
pub fn check(file: OrderFile) -> Result<Checked, InputError> {
    let mut groups = file.groups()?;
    let mut survey = Survey::default();
    while let Some(group) = groups.next()? {
        survey.look_at(&file, group);
    }
    if survey.seen.is_empty() && survey.faults.count() == 0 {
        return Err(InputError::NoRows { path: file.path().to_owned() });
    }
    Ok(Checked { file, left_out: survey.left_out, sorted: !survey.unsorted, faults: survey.faults })
}

#[derive(Default)]
struct Survey {
    seen: HashSet<String>,
    left_out: HashSet<String>,
    faults: Faults,
    latest: DateTime<Utc>,
    unsorted: bool,
}

impl Survey {
    fn look_at(&mut self, file: &OrderFile, mut group: Group) {
        let reference = group.owner.reference.clone();
        if !reference.is_empty() && !self.seen.insert(reference.clone()) {
            let message = format!("order_ref: order {reference} stood further up already: its lines are not adjacent");
            group.faults.push(Fault::at(file.path(), group.first_line, 1, message));
        }
        if let Some(order) = &group.order {
            self.unsorted |= order.placed_at < self.latest;
            self.latest = self.latest.max(order.placed_at);
        }
        let mut faults = group.faults;
        faults.extend(group.nameless.into_iter().map(|fault| guessed(fault, &reference)));
        faults.sort_by_key(|fault| fault.line);
        self.keep_out(reference, faults);
    }

    fn keep_out(&mut self, reference: String, faults: Vec<Fault>) {
        let order = (!reference.is_empty()).then_some(reference);
        if !faults.is_empty() {
            self.left_out.extend(order.clone());
        }
        for fault in faults {
            self.faults.add(Fault { order: order.clone(), ..fault });
        }
    }
}

/// Whose a line is that does not say so.
fn guessed(fault: Fault, reference: &str) -> Fault {
    if reference.is_empty() {
        return fault;
    }
    let message = format!("{}; by its customer, store and time the row is of order {reference}", fault.message);
    Fault { message, ..fault }
}

impl Checked {
    /// What is wrong with it.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Takes what is wrong with it.
    pub fn take_faults(&mut self) -> Faults {
        std::mem::take(&mut self.faults)
    }

    /// How many orders stay out.
    pub fn left_out(&self) -> usize {
        self.left_out.len()
    }

    /// Its sound orders in the order of their time. A file that is sorted, as an export is, is read as it goes; another
    /// is held in memory.
    ///
    /// # Errors
    /// The file has changed since it was checked, or cannot be read any more.
    pub fn orders(&self) -> Result<impl Iterator<Item = Result<FileOrder, InputError>> + Send + use<'_>, InputError> {
        let streamed = Sound { groups: self.file.groups()?, left_out: &self.left_out };
        if self.sorted {
            return Ok(InTime::Streamed(Box::new(streamed)));
        }
        let mut orders = streamed.collect::<Result<Vec<_>, _>>()?;
        orders.sort_by_key(|order| order.placed_at);
        Ok(InTime::Sorted(orders.into_iter()))
    }
}

struct Sound<'a> {
    groups: Groups,
    left_out: &'a HashSet<String>,
}

impl Iterator for Sound<'_> {
    type Item = Result<FileOrder, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.groups.next() {
                Err(error) => return Some(Err(error)),
                Ok(None) => return None,
                Ok(Some(group)) if self.left_out.contains(&group.owner.reference) || group.is_broken() => {}
                Ok(Some(group)) => return group.order.map(Ok),
            }
        }
    }
}

/// Orders as they stand in the file, or sorted beforehand.
enum InTime<'a> {
    Streamed(Box<Sound<'a>>),
    Sorted(std::vec::IntoIter<FileOrder>),
}

impl Iterator for InTime<'_> {
    type Item = Result<FileOrder, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Streamed(orders) => orders.next(),
            Self::Sorted(orders) => orders.next().map(Ok),
        }
    }
}
