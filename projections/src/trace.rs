//! Following some rows field by field through the log: which event last set what.

use std::collections::{BTreeMap, HashMap, HashSet};

use decider::StreamId;
use serde::Serialize;
use serde_json::Value;

use crate::changing::Changing;
use crate::discards::Scope;
use crate::fold::{Folder, Reading};
use crate::opened::Opened;
use crate::projection::Projection;

/// An event that set a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetBy {
    /// Where it stands in the log.
    pub position: i64,
    /// Its stored name.
    pub event_type: String,
    /// The stream that it belongs to.
    #[serde(serialize_with = "as_text")]
    pub stream: StreamId,
}

fn as_text<S: serde::Serializer>(stream: &StreamId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(stream)
}

/// Rows that are being followed.
pub(crate) trait Traced: Send {
    fn take_in(&mut self, events: &[Opened]);
    fn origins(self: Box<Self>) -> BTreeMap<RowName, Origins>;
}

/// The event behind each field of a row.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    by_field: HashMap<String, SetBy>,
    last: Option<SetBy>,
}

impl Origins {
    /// The event that last set the field: itself, what it is part of, or a part of it.
    pub(crate) fn of(&self, field: &str) -> Option<SetBy> {
        let within = |inner: &str, outer: &str| inner == outer || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
        let touching = self.by_field.iter().filter(|(set, _)| within(set, field) || within(field, set));
        let latest = touching.map(|(_, event)| event).max_by_key(|event| event.position);
        latest.or(self.last.as_ref()).cloned()
    }
}

/// A row of a read model, among all its tables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowName {
    /// Which of the tables.
    pub(crate) table: usize,
    /// Of which group.
    pub(crate) key: String,
    /// Which of the group's rows.
    pub(crate) part: String,
}

pub(crate) struct Tracer<'a, P: Projection> {
    keys: HashSet<String>,
    scope: Scope<'a>,
    folder: Folder<P>,
    origins: BTreeMap<RowName, Origins>,
}

impl<'a, P: Projection> Tracer<'a, P> {
    pub(crate) fn new(keys: HashSet<String>, scope: Scope<'a>) -> Self {
        Self { keys, scope, folder: Folder::new(), origins: BTreeMap::new() }
    }

    fn follow(&mut self, key: &str, reading: &Reading<'_, P>, set_by: &SetBy) {
        let before = self.shown(key);
        self.folder.fold_into(key, reading);
        for (row, after) in self.shown(key) {
            let was = before.get(&row).cloned().map(fields).unwrap_or_default();
            let now = fields(after);
            if was == now {
                continue;
            }
            let origins = self.origins.entry(row).or_default();
            for (field, value) in now {
                if was.get(&field) != Some(&value) {
                    origins.by_field.insert(field, set_by.clone());
                }
            }
            origins.last = Some(set_by.clone());
        }
    }

    /// The rows of a group in every table.
    fn shown(&self, key: &str) -> BTreeMap<RowName, Value> {
        let of_table = |(table, changing): (usize, &dyn Changing<P::Event>)| {
            let named = move |(part, row)| (RowName { table, key: key.to_owned(), part }, row);
            changing.shown(key).into_iter().map(named)
        };
        self.folder.tables.iter().map(AsRef::as_ref).enumerate().flat_map(of_table).collect()
    }
}

impl<P: Projection> Traced for Tracer<'_, P> {
    fn take_in(&mut self, events: &[Opened]) {
        for opened in events {
            let reading = Reading::<'_, P>::of(opened, self.scope);
            let event = &opened.event;
            let set_by = SetBy { position: event.position, event_type: event.event_type.clone(), stream: event.stream.clone() };
            for key in reading.keys().iter().filter(|key| self.keys.contains(*key)).cloned().collect::<Vec<_>>() {
                self.follow(&key, &reading, &set_by);
            }
        }
    }

    fn origins(self: Box<Self>) -> BTreeMap<RowName, Origins> {
        self.origins
    }
}

/// The innermost fields of a row, each with its path.
fn fields(row: Value) -> HashMap<String, Value> {
    let mut found = HashMap::new();
    collect(String::new(), row, &mut found);
    found
}

fn collect(path: String, value: Value, found: &mut HashMap<String, Value>) {
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) => members.into_iter().for_each(|(name, value)| collect(join(&name), value, found)),
        Value::Array(items) => items.into_iter().enumerate().for_each(|(place, value)| collect(join(&place.to_string()), value, found)),
        value @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            found.insert(path, value);
        }
    }
}
