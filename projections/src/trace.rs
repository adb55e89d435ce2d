//! Following some rows field by field through the log: which event last set what.

use std::collections::{BTreeMap, HashMap, HashSet};

use decider::StreamId;
use serde::Serialize;
use serde_json::Value;

use crate::fold::Reading;
use crate::opened::Opened;
use crate::projection::{Projection, Recorded};

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
    fn origins(self: Box<Self>) -> BTreeMap<String, Origins>;
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

pub(crate) struct Tracer<P: Projection> {
    keys: HashSet<String>,
    rows: HashMap<String, Option<P::Row>>,
    origins: BTreeMap<String, Origins>,
}

impl<P: Projection> Tracer<P> {
    pub(crate) fn new(keys: HashSet<String>) -> Self {
        Self { keys, rows: HashMap::new(), origins: BTreeMap::new() }
    }

    fn follow(&mut self, key: &str, event: &Recorded<'_, P::Event>) {
        let before = self.rows.remove(key).flatten();
        let was = fields(before.as_ref());
        // An event that cannot be folded leaves the row as it is, here as there.
        let after = P::fold(before.clone(), key, event).unwrap_or(before);
        let set_by = SetBy { position: event.position, event_type: event.name.to_owned(), stream: event.stream.clone() };
        let origins = self.origins.entry(key.to_owned()).or_default();
        for (field, value) in fields(after.as_ref()) {
            if was.get(&field) != Some(&value) {
                origins.by_field.insert(field, set_by.clone());
            }
        }
        origins.last = Some(set_by);
        self.rows.insert(key.to_owned(), after);
    }
}

impl<P: Projection> Traced for Tracer<P> {
    fn take_in(&mut self, events: &[Opened]) {
        for opened in events {
            if let Reading::Read { event, keys } = Reading::<'_, P>::of(opened) {
                for key in keys.iter().filter(|key| self.keys.contains(*key)).cloned().collect::<Vec<_>>() {
                    self.follow(&key, &event);
                }
            }
        }
    }

    fn origins(self: Box<Self>) -> BTreeMap<String, Origins> {
        self.origins
    }
}

/// The innermost fields of a row, each with its path.
fn fields<R: serde::Serialize>(row: Option<&R>) -> HashMap<String, Value> {
    let mut found = HashMap::new();
    if let Some(json) = row.and_then(|row| serde_json::to_value(row).ok()) {
        collect(String::new(), json, &mut found);
    }
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
