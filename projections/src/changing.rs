//! A table while a batch is folded into it: in memory, and pure.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::recorded::{Recorded, Unfoldable};

/// A table of any type of row while a batch is folded into it.
pub trait Changing<E>: Send + Sync {
    /// Whether the rows that a group has here are to be loaded before this event is folded.
    fn needs(&self, event: &Recorded<'_, E>) -> bool;

    /// Takes in a row as the database has it.
    ///
    /// # Errors
    /// Somebody changed it so that it cannot be read.
    fn take(&mut self, key: &str, part: &str, json: &str) -> Result<(), serde_json::Error>;

    /// Folds an event into the group's rows here.
    ///
    /// # Errors
    /// The event cannot follow what a row has seen. What it changed already is undone by [`Changing::undo`].
    fn fold(&mut self, key: &str, event: &Recorded<'_, E>) -> Result<(), Unfoldable>;

    /// Takes back what the last event that was folded changed in this group.
    fn undo(&mut self, key: &str, event: &Recorded<'_, E>);

    /// How the database is to be changed.
    ///
    /// # Errors
    /// A row cannot be written as JSON.
    fn changes(&self) -> Result<TableChanges, serde_json::Error>;

    /// The rows of a group as they are, by what tells them apart.
    fn shown(&self, key: &str) -> BTreeMap<String, Value>;
}

/// How a table is to be changed.
#[derive(Debug, Default, PartialEq)]
pub struct TableChanges {
    /// Rows to write, as a JSON array; none where there are none.
    pub rows: Option<String>,
    /// Rows that are to go, by key and part.
    pub gone: Vec<(String, String)>,
}

/// A row with what it is found by, as the table has it.
#[derive(Serialize)]
struct Keyed<'a, R> {
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
    #[serde(flatten)]
    row: &'a R,
}

impl TableChanges {
    fn of<R: Serialize>(rows: &[Keyed<'_, R>], gone: Vec<(String, String)>) -> Result<Self, serde_json::Error> {
        let rows = if rows.is_empty() { None } else { Some(serde_json::to_string(rows)?) };
        Ok(Self { rows, gone })
    }
}

type Fold<R, E> = fn(Option<R>, &str, &str, &Recorded<'_, E>) -> Result<Option<R>, Unfoldable>;

/// Rows that events change.
pub(crate) struct ChangingRows<R, E> {
    groups: BTreeMap<String, BTreeMap<String, Cell<R>>>,
    /// What the last event found, by part.
    before: Vec<(String, Option<R>)>,
    is_parted: bool,
    parts: fn(&Recorded<'_, E>) -> Vec<String>,
    fold: Fold<R, E>,
}

struct Cell<R> {
    stored: Option<R>,
    now: Option<R>,
}

impl<R> Default for Cell<R> {
    fn default() -> Self {
        Self { stored: None, now: None }
    }
}

impl<R, E> ChangingRows<R, E> {
    /// Of a table with one row a group, whose part is empty.
    pub(crate) fn single(fold: Fold<R, E>) -> Self {
        Self { groups: BTreeMap::new(), before: Vec::new(), is_parted: false, parts: |_| vec![String::new()], fold }
    }

    /// Of a table with several rows a group.
    pub(crate) fn parted(parts: fn(&Recorded<'_, E>) -> Vec<String>, fold: Fold<R, E>) -> Self {
        Self { groups: BTreeMap::new(), before: Vec::new(), is_parted: true, parts, fold }
    }

    fn cells<'a>(&'a self, only: Option<&'a str>) -> impl Iterator<Item = (&'a str, &'a str, &'a Cell<R>)> {
        let groups = self.groups.iter().filter(move |(key, _)| only.is_none_or(|only| only == key.as_str()));
        groups.flat_map(|(key, cells)| cells.iter().map(move |(part, cell)| (key.as_str(), part.as_str(), cell)))
    }
}

impl<R: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync, E> Changing<E> for ChangingRows<R, E> {
    fn needs(&self, event: &Recorded<'_, E>) -> bool {
        !(self.parts)(event).is_empty()
    }

    fn take(&mut self, key: &str, part: &str, json: &str) -> Result<(), serde_json::Error> {
        let row: R = serde_json::from_str(json)?;
        let cell = Cell { stored: Some(row.clone()), now: Some(row) };
        self.groups.entry(key.to_owned()).or_default().insert(part.to_owned(), cell);
        Ok(())
    }

    fn fold(&mut self, key: &str, event: &Recorded<'_, E>) -> Result<(), Unfoldable> {
        self.before.clear();
        let parts = (self.parts)(event);
        if parts.is_empty() {
            return Ok(());
        }
        if !self.groups.contains_key(key) {
            self.groups.insert(key.to_owned(), BTreeMap::new());
        }
        let Some(cells) = self.groups.get_mut(key) else { return Ok(()) };
        for part in parts {
            let cell = cells.entry(part.clone()).or_default();
            let after = (self.fold)(cell.now.clone(), key, &part, event)?;
            self.before.push((part, std::mem::replace(&mut cell.now, after)));
        }
        Ok(())
    }

    fn undo(&mut self, key: &str, _: &Recorded<'_, E>) {
        let Some(cells) = self.groups.get_mut(key) else { return };
        for (part, row) in self.before.drain(..).rev() {
            cells.entry(part).or_default().now = row;
        }
    }

    fn changes(&self) -> Result<TableChanges, serde_json::Error> {
        let (mut rows, mut gone) = (Vec::new(), Vec::new());
        for (key, part, cell) in self.cells(None).filter(|(_, _, cell)| cell.now != cell.stored) {
            match &cell.now {
                Some(row) => rows.push(Keyed { key, part: self.is_parted.then_some(part), position: None, row }),
                None => gone.push((key.to_owned(), part.to_owned())),
            }
        }
        TableChanges::of(&rows, gone)
    }

    fn shown(&self, key: &str) -> BTreeMap<String, Value> {
        let value = |row: &R| serde_json::to_value(row).ok();
        let rows = self.cells(Some(key)).filter_map(|(_, part, cell)| Some((part.to_owned(), value(cell.now.as_ref()?)?)));
        rows.collect()
    }
}

type Make<R, E> = fn(&str, &Recorded<'_, E>) -> Result<Option<R>, Unfoldable>;

/// Rows that events make and nothing changes.
pub(crate) struct ChangingEntries<R, E> {
    groups: BTreeMap<String, BTreeMap<i64, R>>,
    make: Make<R, E>,
}

impl<R, E> ChangingEntries<R, E> {
    pub(crate) fn new(make: Make<R, E>) -> Self {
        Self { groups: BTreeMap::new(), make }
    }
}

impl<R: Serialize + Send + Sync, E> Changing<E> for ChangingEntries<R, E> {
    fn needs(&self, _: &Recorded<'_, E>) -> bool {
        false
    }

    fn take(&mut self, _: &str, _: &str, _: &str) -> Result<(), serde_json::Error> {
        Ok(())
    }

    fn fold(&mut self, key: &str, event: &Recorded<'_, E>) -> Result<(), Unfoldable> {
        if let Some(row) = (self.make)(key, event)? {
            self.groups.entry(key.to_owned()).or_default().insert(event.position, row);
        }
        Ok(())
    }

    fn undo(&mut self, key: &str, event: &Recorded<'_, E>) {
        if let Some(entries) = self.groups.get_mut(key) {
            entries.remove(&event.position);
        }
    }

    fn changes(&self) -> Result<TableChanges, serde_json::Error> {
        let rows: Vec<Keyed<'_, R>> = self
            .groups
            .iter()
            .flat_map(|(key, entries)| entries.iter().map(move |(at, row)| Keyed { key, part: None, position: Some(*at), row }))
            .collect();
        TableChanges::of(&rows, Vec::new())
    }

    fn shown(&self, key: &str) -> BTreeMap<String, Value> {
        let entries = self.groups.get(key).into_iter().flatten();
        entries.filter_map(|(position, row)| Some((position.to_string(), serde_json::to_value(row).ok()?))).collect()
    }
}
