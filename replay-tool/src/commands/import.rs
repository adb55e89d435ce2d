//! `import`: a history that was made elsewhere, brought in with its sequences. Run again, it goes on where it was.

use std::collections::BTreeMap;

use aggregates::operator_act::ImportStarted;
use aggregates::registry::DomainEvent;
use decider::{StoredEvent, StreamId};
use event_store::{ImportError, Imported, ImportedEvent, assert_no_markers};
use futures::TryStreamExt;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tokio_util::sync::CancellationToken;

use crate::cli::Import;
use crate::outcome::{Failure, Outcome};
use crate::output::{Output, OutputArgs, Show};
use crate::progress::Progress;
use crate::session::Session;
use crate::text;

/// So many events go into one transaction.
const BATCH: usize = 500;

/// What there is to bring in, and what hinders it.
#[derive(Default, Serialize)]
struct Survey {
    events: i64,
    streams: i64,
    /// What this program cannot read, by type and version, with how many there are and why the first is not read.
    unreadable: BTreeMap<String, (i64, String)>,
}

impl Show for Survey {
    fn text(&self) -> String {
        let (events, streams) = (text::plural(self.events, "event"), text::plural(self.streams, "stream"));
        format!("{events} of {streams} (dry run: nothing was done)\n{}", self.unreadable_lines())
    }
}

impl Survey {
    fn unreadable_lines(&self) -> String {
        self.unreadable
            .iter()
            .map(|(what, (events, why))| format!("{what}: {}, such as: {why}\n", text::plural(*events, "event")))
            .collect()
    }
}

/// What was done.
#[derive(Serialize)]
struct Done {
    stored: usize,
    present: usize,
    log_head: i64,
}

impl Show for Done {
    fn text(&self) -> String {
        let number = |events: usize| text::count(i64::try_from(events).unwrap_or(i64::MAX));
        format!(
            "{} events imported, {} were there already; the log is at {}\n",
            number(self.stored),
            number(self.present),
            text::count(self.log_head)
        )
    }
}

/// Runs it.
pub(crate) async fn run(
    session: &Session,
    args: &Import,
    shown: &OutputArgs,
    stop: &CancellationToken,
    output: &mut Output,
) -> Result<Outcome, Failure> {
    let source = Source { args };
    let survey = source.survey(shown, stop).await?;
    if args.act.dry_run {
        output.whole(&survey)?;
        return Ok(if survey.unreadable.is_empty() || args.unknown { Outcome::Done } else { Outcome::Refused });
    }
    if !survey.unreadable.is_empty() && !args.unknown {
        let lines = survey.unreadable_lines();
        return Err(Failure::Refused(format!(
            "this program cannot read some of it (--unknown brings it in all the same):\n{lines}nothing was done"
        )));
    }
    args.act.confirm(&format!("import {}", text::plural(survey.events, "event")))?;
    let what = ImportStarted { source: format!("postgres-es table {}", args.table), reason: args.act.reason.clone() };
    args.act.record(&session.store, what).await?;
    let imported = source.import(session, survey.events, shown, stop).await?;
    output.whole(&Done { stored: imported.stored, present: imported.present, log_head: session.store.head().await?.position })?;
    Ok(Outcome::Done)
}

/// The stock table.
struct Source<'a> {
    args: &'a Import,
}

impl Source<'_> {
    async fn connect(&self) -> Result<PgConnection, Failure> {
        PgConnection::connect(&self.args.from_postgres_es).await.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &sqlx::Error) -> Failure {
        let message = format!("the table {} to import from: {error}", self.args.table);
        // A table, schema or column that is not there.
        let absent = error
            .as_database_error()
            .and_then(|error| error.code())
            .is_some_and(|code| ["42P01", "3F000", "42703"].contains(&code.as_ref()));
        if absent { Failure::NotFound(message) } else { Failure::Unreachable(message) }
    }

    fn sql(&self) -> String {
        let Import { table, time, .. } = self.args;
        let (column, order) = match time {
            Some(time) => {
                (format!("to_char({time}::timestamptz at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"), format!("{time}, "))
            }
            None => ("null".to_owned(), String::new()),
        };
        format!(
            "select aggregate_type, aggregate_id, sequence, event_type, event_version, payload::text as payload, metadata::text as metadata, {column} as occurred_at
             from {table} order by {order}aggregate_type, aggregate_id, sequence"
        )
    }

    /// Reads all of it once, before anything is changed.
    async fn survey(&self, shown: &OutputArgs, stop: &CancellationToken) -> Result<Survey, Failure> {
        let mut connection = self.connect().await?;
        let count =
            format!("select count(*) as events, count(distinct (aggregate_type, aggregate_id)) as streams from {}", self.args.table);
        let row = sqlx::query(AssertSqlSafe(count)).fetch_one(&mut connection).await.map_err(|error| self.failed(&error))?;
        let mut survey = Survey { events: row.try_get("events")?, streams: row.try_get("streams")?, ..Survey::default() };
        let mut progress = Progress::new("reading", survey.events, shown);
        let sql = self.sql();
        let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut connection);
        let mut read = 0;
        while let Some(row) = rows.try_next().await.map_err(|error| self.failed(&error))? {
            if stop.is_cancelled() {
                return Err(Failure::Interrupted);
            }
            let event = event_of(&row)?;
            if let Err(why) = domain_event(&event) {
                let seen = survey.unreadable.entry(format!("{} version {}", event.event_type, event.event_version)).or_insert((0, why));
                seen.0 += 1;
            }
            read += 1;
            progress.at(read, survey.events);
        }
        progress.end();
        Ok(survey)
    }

    async fn import(&self, session: &Session, events: i64, shown: &OutputArgs, stop: &CancellationToken) -> Result<Imported, Failure> {
        let mut connection = self.connect().await?;
        let mut progress = Progress::new("importing", events, shown);
        let sql = self.sql();
        let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut connection);
        let (mut done, mut batch) = (Imported::default(), Vec::with_capacity(BATCH));
        loop {
            let row = rows.try_next().await.map_err(|error| self.failed(&error))?;
            let ended = row.is_none();
            if let Some(row) = row {
                let mut event = event_of(&row)?;
                if let Ok(known) = domain_event(&event) {
                    event.partition_key = known.partition_key(event.stream.aggregate_id());
                }
                batch.push(event);
            }
            if batch.len() == BATCH || ended {
                let imported = session.store.import(std::mem::take(&mut batch)).await?;
                done = Imported { stored: done.stored + imported.stored, present: done.present + imported.present };
                progress.at(i64::try_from(done.stored + done.present).unwrap_or(i64::MAX), events);
            }
            if ended {
                progress.end();
                return Ok(done);
            }
            if stop.is_cancelled() {
                eprintln!("what was imported stays; the same command goes on from there");
                return Err(Failure::Interrupted);
            }
        }
    }
}

fn domain_event(event: &ImportedEvent) -> Result<DomainEvent, String> {
    let stored = StoredEvent { event_type: &event.event_type, event_version: &event.event_version, payload: &event.payload };
    DomainEvent::decode(event.stream.aggregate_type(), stored).map_err(|error| error.to_string())
}

/// A row of the stock table. Its partition is its own aggregate, until more is known of it.
fn event_of(row: &PgRow) -> Result<ImportedEvent, Failure> {
    let (aggregate_type, aggregate_id): (String, String) = (row.try_get("aggregate_type")?, row.try_get("aggregate_id")?);
    let sequence: i64 = row.try_get("sequence")?;
    let broken = |what: String| Failure::Broken(format!("{aggregate_type} {aggregate_id}, sequence {sequence}: {what}"));
    if aggregate_type.is_empty() || aggregate_type.contains('-') || aggregate_id.is_empty() {
        return Err(broken("a type has no '-' in this log, and neither type nor id is empty".to_owned()));
    }
    let payload: Value = serde_json::from_str(row.try_get("payload")?).map_err(|error| broken(error.to_string()))?;
    assert_no_markers(&payload).map_err(|error| broken(error.to_string()))?;
    let payload = RawValue::from_string(row.try_get("payload")?).map_err(|error| broken(error.to_string()))?;
    let mut metadata: Map<String, Value> = match serde_json::from_str(row.try_get("metadata")?) {
        Ok(Value::Object(metadata)) => metadata,
        Ok(Value::Null) => Map::new(),
        Ok(other) => Map::from_iter([("source_metadata".to_owned(), other)]),
        Err(error) => return Err(broken(error.to_string())),
    };
    if let Some(time) = row.try_get::<Option<String>, _>("occurred_at")? {
        metadata.entry("occurred_at").or_insert(Value::String(time));
    }
    Ok(ImportedEvent {
        stream: StreamId::read(aggregate_type, aggregate_id.clone()),
        sequence,
        partition_key: aggregate_id,
        event_type: row.try_get("event_type")?,
        event_version: row.try_get("event_version")?,
        payload,
        metadata,
    })
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        let message = format!("{error}; what was imported before stays, nothing of the rest");
        match error {
            ImportError::Taken { .. } | ImportError::Moved(_) => Self::Refused(message),
            ImportError::Gap { .. } => Self::Broken(message),
            ImportError::Store(source) => source.into(),
        }
    }
}
