//! `at`: an aggregate as it stood at a moment, or what changed between two and which event changed it.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use decider::{State, StreamId};
use event_store::{EventStore, RecordedEvent};
use serde::Serialize;
use serde_json::Value;

use crate::cli::{At, Instant};
use crate::commands::events::position_at;
use crate::outcome::{Failure, Outcome};
use crate::output::{Output, Show};
use crate::session::Session;
use crate::text;

const PAGE: i64 = 1_000;

/// Runs it.
pub(crate) async fn run(session: &Session, args: &At, output: &mut Output) -> Result<Outcome, Failure> {
    let mut history = History::at(&session.store, &args.stream, moment(args)).await?;
    let Some(other) = args.diff else {
        output.whole(&history.standing()?)?;
        return Ok(Outcome::Done);
    };
    let mut other = History::at(&session.store, &args.stream, other).await?;
    // Whichever of the two was said first: what changed is told as it came to be.
    if other.version() < history.version() {
        std::mem::swap(&mut history, &mut other);
    }
    output.whole(&history.changes_to(Upto::Version(other.version())).await?)?;
    Ok(Outcome::Done)
}

fn moment(args: &At) -> Instant {
    match (args.version, args.position, args.time) {
        (Some(version), _, _) => Instant::Version(version),
        (None, Some(position), _) => Instant::Position(position),
        (None, None, Some(time)) => Instant::Time(time),
        (None, None, None) => Instant::Now,
    }
}

/// How far a stream is folded.
#[derive(Debug, Clone, Copy)]
enum Upto {
    Version(i64),
    Position(i64),
}

impl Upto {
    fn has(self, event: &RecordedEvent) -> bool {
        match self {
            Self::Version(version) => event.sequence <= version,
            Self::Position(position) => event.position <= position,
        }
    }
}

async fn bound(store: &EventStore, moment: Instant) -> Result<Upto, Failure> {
    Ok(match moment {
        Instant::Now => Upto::Position(i64::MAX),
        Instant::Version(version) => Upto::Version(version),
        Instant::Position(position) => within(store, position).await?,
        Instant::Time(time) => Upto::Position(position_at(store, time).await?),
    })
}

async fn within(store: &EventStore, position: i64) -> Result<Upto, Failure> {
    match store.head().await?.position {
        head if position > head => Err(Failure::NotFound(format!("the log has no position {position} yet, its last is {head}"))),
        _ => Ok(Upto::Position(position)),
    }
}

/// An aggregate's stream, folded event by event.
struct History<'a> {
    store: &'a EventStore,
    stream: &'a StreamId,
    state: Box<dyn State>,
    last: Option<RecordedEvent>,
}

impl<'a> History<'a> {
    fn open(store: &'a EventStore, stream: &'a StreamId) -> Result<Self, Failure> {
        let kind = aggregates::registry::kind(stream.aggregate_type());
        let kind = kind.ok_or_else(|| Failure::Usage(format!("there is no aggregate '{}'", stream.aggregate_type())))?;
        Ok(Self { store, stream, state: kind.empty(), last: None })
    }

    /// As it stood then.
    ///
    /// # Errors
    /// It never had such a version, or the log has not come so far; or an event of it can't be read.
    async fn at(store: &'a EventStore, stream: &'a StreamId, moment: Instant) -> Result<Self, Failure> {
        let mut history = Self::open(store, stream)?;
        history.fold_to(bound(store, moment).await?).await?;
        match moment {
            Instant::Version(version) if version != history.version() => {
                Err(Failure::NotFound(format!("{stream} has no version {version}, its last is {}", history.version())))
            }
            Instant::Version(_) | Instant::Position(_) | Instant::Time(_) | Instant::Now => Ok(history),
        }
    }

    fn version(&self) -> i64 {
        self.last.as_ref().map_or(0, |event| event.sequence)
    }

    async fn next(&mut self, upto: Upto) -> Result<Vec<RecordedEvent>, Failure> {
        let page = self.store.stream_events(self.stream, self.version(), PAGE).await?;
        Ok(page.into_iter().take_while(|event| upto.has(event)).collect())
    }

    fn apply(&mut self, event: RecordedEvent) -> Result<(), Failure> {
        let known = match event.sequence - 1 {
            0 => "nothing is known before it".to_owned(),
            before => format!("--version {before} shows what is known up to it"),
        };
        let broken = |problem| Failure::Broken(format!("position {} of {}: {problem}; {known}", event.position, event.stream));
        self.state.apply_stored(event.stored()).map_err(broken)?;
        self.last = Some(event);
        Ok(())
    }

    async fn fold_to(&mut self, upto: Upto) -> Result<(), Failure> {
        loop {
            let events = self.next(upto).await?;
            if events.is_empty() {
                return Ok(());
            }
            events.into_iter().try_for_each(|event| self.apply(event))?;
        }
    }

    fn state(&self) -> Result<Value, Failure> {
        let json = self.state.to_json().map_err(|problem| Failure::Broken(problem.to_string()))?;
        serde_json::from_str(json.get()).map_err(|problem| Failure::Broken(problem.to_string()))
    }

    fn standing(&self) -> Result<Standing, Failure> {
        let last = self.last.as_ref().ok_or_else(|| Failure::NotFound(format!("{} did not exist then", self.stream)))?;
        Ok(Standing {
            stream: self.stream.to_string(),
            version: last.sequence,
            position: last.position,
            recorded_at: last.recorded_at,
            state: self.state()?,
        })
    }

    async fn changes_to(&mut self, upto: Upto) -> Result<Changes, Failure> {
        let (from, before) = (self.version(), self.fields()?);
        let mut seen = before.clone();
        let mut changed_by: BTreeMap<String, ChangedBy> = BTreeMap::new();
        loop {
            let events = self.next(upto).await?;
            if events.is_empty() {
                break;
            }
            for event in events {
                let by = ChangedBy::of(&event);
                self.apply(event)?;
                let now = self.fields()?;
                changed_by.extend(differing(&seen, &now).map(|field| (field.clone(), by.clone())));
                seen = now;
            }
        }
        if self.version() == 0 {
            return Err(Failure::NotFound(format!("there is no stream {}", self.stream)));
        }
        let fields = differing(&before, &seen).map(|field| change(field, &before, &seen, &changed_by)).collect();
        Ok(Changes { stream: self.stream.to_string(), from, to: self.version(), fields })
    }

    fn fields(&self) -> Result<BTreeMap<String, Value>, Failure> {
        let mut fields = BTreeMap::new();
        flatten("", &self.state()?, &mut fields);
        Ok(fields)
    }
}

/// Every leaf of a state by its path: `lines.1.reserved`.
fn flatten(path: &str, value: &Value, fields: &mut BTreeMap<String, Value>) {
    let within = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(object) if object.contains_key("$sealed") => {
            fields.insert(path.to_owned(), Value::from("(sealed)"));
        }
        Value::Object(object) => object.iter().for_each(|(key, value)| flatten(&within(key), value, fields)),
        Value::Array(array) => array.iter().enumerate().for_each(|(index, value)| flatten(&within(&index.to_string()), value, fields)),
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            fields.insert(path.to_owned(), value.clone());
        }
    }
}

fn differing<'a>(before: &'a BTreeMap<String, Value>, after: &'a BTreeMap<String, Value>) -> impl Iterator<Item = &'a String> {
    let gone = before.keys().filter(|field| !after.contains_key(*field));
    gone.chain(after.iter().filter(|(field, value)| before.get(*field) != Some(value)).map(|(field, _)| field))
}

fn change(
    field: &str,
    before: &BTreeMap<String, Value>,
    after: &BTreeMap<String, Value>,
    changed_by: &BTreeMap<String, ChangedBy>,
) -> FieldChange {
    FieldChange {
        field: field.to_owned(),
        before: before.get(field).cloned(),
        after: after.get(field).cloned(),
        by: changed_by.get(field).cloned(),
    }
}

/// An aggregate at a moment.
#[derive(Serialize)]
struct Standing {
    stream: String,
    version: i64,
    position: i64,
    recorded_at: DateTime<Utc>,
    state: Value,
}

impl Show for Standing {
    fn text(&self) -> String {
        let at = self.recorded_at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let state = serde_json::to_string_pretty(&self.state).unwrap_or_default();
        format!("{}  version {} at {}  {at}\n{state}\n", self.stream, self.version, text::count(self.position))
    }
}

/// What changed between two moments.
#[derive(Serialize)]
struct Changes {
    stream: String,
    from: i64,
    to: i64,
    fields: Vec<FieldChange>,
}

#[derive(Serialize)]
struct FieldChange {
    field: String,
    before: Option<Value>,
    after: Option<Value>,
    by: Option<ChangedBy>,
}

/// The event behind a changed field.
#[derive(Clone, Serialize)]
struct ChangedBy {
    sequence: i64,
    position: i64,
    #[serde(rename = "type")]
    event_type: String,
    recorded_at: DateTime<Utc>,
    actor: String,
}

impl ChangedBy {
    fn of(event: &RecordedEvent) -> Self {
        Self {
            sequence: event.sequence,
            position: event.position,
            event_type: event.event_type.clone(),
            recorded_at: event.recorded_at,
            actor: event.metadata.actor.clone(),
        }
    }
}

impl Show for Changes {
    fn text(&self) -> String {
        let mut text = format!("{}  version {} → {}\n", self.stream, self.from, self.to);
        let width = self.fields.iter().map(|change| change.field.chars().count()).max().unwrap_or(0);
        text.extend(self.fields.iter().map(|change| change.line(width)));
        text
    }
}

impl FieldChange {
    fn line(&self, width: usize) -> String {
        let by = self.by.as_ref().map_or_else(String::new, |by| {
            format!("#{} {}  {}  {}", by.sequence, by.event_type, by.recorded_at.format("%Y-%m-%d %H:%M:%S"), by.actor)
        });
        format!("  {:width$}  {} → {}    {by}\n", self.field, plain(self.before.as_ref()), plain(self.after.as_ref()))
    }
}

fn plain(value: Option<&Value>) -> String {
    match value {
        None => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_))) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(state: Value) -> BTreeMap<String, Value> {
        let mut fields = BTreeMap::new();
        flatten("", &state, &mut fields);
        fields
    }

    #[test]
    fn only_fields_that_differ_are_told() {
        let before = fields(json!({"status": "placed", "total": "10.00", "lines": [{"reserved": 0}], "hold": "x"}));
        let after = fields(json!({"status": "confirmed", "total": "10.00", "lines": [{"reserved": 2}], "hold": null}));
        let told: Vec<_> = differing(&before, &after).cloned().collect();
        assert_eq!(told, ["hold", "lines.0.reserved", "status"]);
    }

    #[test]
    fn sealed_data_is_one_word() {
        assert_eq!(fields(json!({"name": {"$sealed": {"v": 1, "box": "abc"}}})), fields(json!({"name": "(sealed)"})));
    }

    #[test]
    fn a_change_names_its_event() {
        let by = ChangedBy {
            sequence: 8,
            position: 17,
            event_type: "payment.captured".to_owned(),
            recorded_at: "2026-11-20T14:06:11Z".parse().unwrap(),
            actor: "gateway:stripe".to_owned(),
        };
        let change = FieldChange { field: "paid".to_owned(), before: None, after: Some(json!("84.90")), by: Some(by) };
        assert_eq!(change.line(6), "  paid    – → 84.90    #8 payment.captured  2026-11-20 14:06:11  gateway:stripe\n");
    }
}
