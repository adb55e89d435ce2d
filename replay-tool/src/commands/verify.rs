//! `verify`: the log folded anew, and what differs from it.

mod log;
mod parts;
mod processes;
mod redaction;

use chrono::{DateTime, Utc};
use projections::{Difference, Untaken, VerifyReport};
use serde::Serialize;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::cli::{Verify, Which};
use crate::commands::generations::known;
use crate::outcome::{Failure, Outcome};
use crate::output::{Output, OutputArgs, Show};
use crate::progress;
use crate::session::Session;
use crate::text;

/// Something that can be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Log,
    ReadModel(&'static str),
    Processes,
}

fn targets(which: &Which) -> Result<Vec<Target>, Failure> {
    let models = || projections::names().map(Target::ReadModel);
    if which.all {
        return Ok([Target::Log].into_iter().chain(models()).chain([Target::Processes]).collect());
    }
    which.names.iter().map(|name| target(name)).collect()
}

fn target(name: &str) -> Result<Target, Failure> {
    match name {
        "log" => Ok(Target::Log),
        "processes" => Ok(Target::Processes),
        name => match projections::names().find(|known| *known == name) {
            Some(model) => Ok(Target::ReadModel(model)),
            None => Err(Failure::Usage(format!("nothing here is called '{name}': log, processes, {}", known()))),
        },
    }
}

/// What was found of one thing.
#[derive(Debug, Serialize)]
struct Found {
    /// What was verified.
    checked: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<u32>,
    position: i64,
    /// How many events, rows or processes were looked at.
    compared: i64,
    findings: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    dead_letters: Option<i64>,
    /// The event at which the first difference arose.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<Event>,
    /// The first of them in full.
    details: Vec<Detail>,
}

/// An event that something is to be blamed on.
#[derive(Debug, Clone, Serialize)]
struct Event {
    position: i64,
    #[serde(rename = "type")]
    event_type: String,
    stream: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_at: Option<DateTime<Utc>>,
}

/// One finding.
#[derive(Debug, Serialize)]
struct Detail {
    /// The row, stream or order.
    what: String,
    /// The field; empty: all of it.
    field: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_event: Option<Event>,
}

/// Runs it.
pub(crate) async fn run(
    session: &Session,
    args: &Verify,
    shown: &OutputArgs,
    stop: &CancellationToken,
    output: &mut Output,
) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Done;
    for target in targets(&args.which)? {
        let found = verify(session, args, shown, stop, target).await?;
        if found.findings > 0 || found.dead_letters.is_some_and(|letters| letters > 0) {
            outcome = Outcome::Finding;
        }
        output.item(&found)?;
    }
    output.end()?;
    Ok(outcome)
}

async fn verify(session: &Session, args: &Verify, shown: &OutputArgs, stop: &CancellationToken, target: Target) -> Result<Found, Failure> {
    match target {
        Target::Log => log::verify(session, args, shown, stop).await,
        Target::Processes => processes::verify(session, args).await,
        Target::ReadModel(name) => {
            let (progress, report) = progress::reported(name, shown);
            let found = projections::verify(&session.store, &session.read, name, &report, stop).await;
            progress.end();
            Ok(of_read_model(found?, args.findings))
        }
    }
}

fn of_read_model(report: VerifyReport, limit: usize) -> Found {
    let events = report.differences.iter().filter_map(|difference| difference.set_by.as_ref());
    let first = events.min_by_key(|event| event.position).map(set_by);
    let untaken = report.untaken.into_iter().map(of_untaken);
    let differences = report.differences.into_iter().map(|difference| detail(report.name, difference));
    Found {
        checked: report.name,
        generation: Some(report.generation),
        position: report.position,
        compared: report.rows,
        findings: report.differing_rows + report.differing_letters,
        dead_letters: Some(report.dead_letters),
        first,
        details: untaken.chain(differences).take(limit).collect(),
    }
}

/// Which event, why, and what is known in spite of it.
fn of_untaken(event: Untaken) -> Detail {
    let why = event.cause.unwrap_or_else(|| "it waits behind another".to_owned());
    let known = match (event.live, event.replayed) {
        (true, true) => "what was made of the events before it is the same on both sides",
        (true, false) => "it waits in the live generation alone: `replay dead-letters retry` takes it in",
        (false, _) => "the live generation took it in, what it shows cannot be compared from there on",
    };
    let stream = event.stream.map(|stream| stream.to_string()).unwrap_or_default();
    let last_event = Event { position: event.position, event_type: event.event_type, stream, recorded_at: None };
    let message = Some(format!("not taken in: {why}; {known}"));
    Detail { what: event.key, field: String::new(), live: None, replayed: None, message, last_event: Some(last_event) }
}

fn set_by(event: &projections::SetBy) -> Event {
    Event { position: event.position, event_type: event.event_type.clone(), stream: event.stream.to_string(), recorded_at: None }
}

fn detail(model: &str, difference: Difference) -> Detail {
    let last_event = difference.set_by.as_ref().map(set_by);
    let mut what = difference.key;
    if difference.table != model {
        what.insert_str(0, &format!("{} ", difference.table));
    }
    if !difference.part.is_empty() {
        what.push_str(&format!(" {}", difference.part));
    }
    let shown = |value: Option<serde_json::Value>| value.map(|value| redaction::shown(model, &difference.field, value));
    let (live, replayed) = (shown(difference.live), shown(difference.replayed));
    Detail { what, field: difference.field, live, replayed, message: None, last_event }
}

impl Found {
    fn thing(&self) -> (&'static str, &'static str) {
        match (self.checked, self.generation) {
            (_, Some(_)) => ("rows compared", "difference"),
            ("processes", None) => ("processes compared", "difference"),
            (_, None) => ("events checked", "violation"),
        }
    }
}

impl Show for Found {
    fn text(&self) -> String {
        let (compared, finding) = self.thing();
        let generation = self.generation.map_or_else(String::new, |generation| format!(" gen {generation}"));
        let dead = self
            .dead_letters
            .filter(|count| *count > 0)
            .map_or_else(String::new, |count| format!(", {}", text::plural(count, "dead letter")));
        let (at, count, findings) = (text::count(self.position), text::count(self.compared), text::plural(self.findings, finding));
        let mut lines = format!("{}{generation} at {at}: {count} {compared}, {findings}{dead}\n", self.checked);
        lines.extend(self.details.iter().map(Detail::line));
        if let Some(first) = &self.first {
            lines.push_str(&format!("  first arose at {}\n", first.text()));
        }
        lines
    }
}

impl Event {
    fn text(&self) -> String {
        format!("{} {} on {}", text::count(self.position), self.event_type, self.stream)
    }
}

impl Detail {
    fn line(&self) -> String {
        let mut line = format!("  {}", self.what);
        if !self.field.is_empty() {
            line.push_str(&format!("   {}", self.field));
        }
        if self.live.is_some() || self.replayed.is_some() {
            line.push_str(&format!("   live {}   replayed {}", shown(self.live.as_ref()), shown(self.replayed.as_ref())));
        }
        if let Some(message) = &self.message {
            line.push_str(&format!("   {message}"));
        }
        if let Some(event) = &self.last_event {
            line.push_str(&format!("   last event {} {}", text::count(event.position), event.event_type));
        }
        line.push('\n');
        line
    }
}

/// A whole row may be long: its beginning is enough to know it by.
fn shown(value: Option<&Value>) -> String {
    const LONGEST: usize = 120;
    let text = value.map_or_else(|| "–".to_owned(), Value::to_string);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_names_the_row_the_field_and_the_event() {
        let event = projections::SetBy {
            position: 1_131_870,
            event_type: "payment.captured".to_owned(),
            stream: "payment-0192f0c1".parse().unwrap(),
        };
        let difference = Difference {
            table: "orders",
            key: "0192f0c1-0000-7000-8000-0000000000c4".to_owned(),
            part: String::new(),
            field: "status".to_owned(),
            live: Some(json!("paid")),
            replayed: Some(json!("captured")),
            set_by: Some(event),
        };
        let report = VerifyReport {
            name: "orders",
            generation: 3,
            position: 1_204_893,
            rows: 41_207,
            differing_rows: 1,
            differences: vec![difference],
            dead_letters: 0,
            differing_letters: 0,
            untaken: vec![],
        };
        insta::assert_snapshot!(of_read_model(report, 20).text());
    }

    #[test]
    fn only_what_there_is_can_be_verified() {
        let which = |names: &[&str], all| Which { names: names.iter().map(|name| (*name).to_owned()).collect(), all };
        assert_eq!(targets(&which(&["log", "orders"], false)).unwrap(), [Target::Log, Target::ReadModel("orders")]);
        assert_eq!(targets(&which(&[], true)).unwrap().len(), projections::names().count() + 2);
        assert_eq!(targets(&which(&["oders"], false)).unwrap_err().outcome().code(), 2);
    }
}
