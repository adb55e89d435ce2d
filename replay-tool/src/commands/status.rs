//! `status`: the head of the log, and how far every read model is.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use comfy_table::{CellAlignment, Table, presets};
use event_store::EventStore;
use process_manager::PartStatus;
use projections::{Place, ProjectionStatus, State};
use serde::Serialize;

use crate::cli::{MaxLag, Status};
use crate::commands::events::position_at;
use crate::commands::generations::read_model;
use crate::outcome::{Failure, Outcome};
use crate::output::{Output, Show};
use crate::session::Session;
use crate::text;

/// The rate of the log is over so long.
const WINDOW: Duration = Duration::from_secs(10);

/// A read model that is behind is looked at twice, so far apart, to tell how fast it is.
const SAMPLE: Duration = Duration::from_millis(400);

/// How everything is.
#[derive(Debug, Serialize)]
struct Report {
    log: Log,
    projections: Vec<Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    processes: Option<process_manager::Counts>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    process_parts: Vec<PartStatus>,
}

#[derive(Debug, Serialize)]
struct Log {
    epoch: i64,
    position: i64,
    recorded_at: Option<DateTime<Utc>>,
    events_per_second: f64,
    #[serde(skip)]
    age: Option<Duration>,
}

#[derive(Debug, Serialize)]
struct Line {
    #[serde(flatten)]
    status: ProjectionStatus,
    events_per_second: Option<f64>,
    ready_in_seconds: Option<f64>,
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &Status, output: &mut Output) -> Result<Outcome, Failure> {
    if let Some(name) = &args.name {
        read_model(name)?;
    }
    let mut before: Option<(Instant, Vec<ProjectionStatus>)> = None;
    loop {
        let report = report(session, args, &mut before).await?;
        if !args.watch {
            output.whole(&report)?;
            return Ok(outcome(&report, args.max_lag));
        }
        output.clear()?;
        output.item(&report)?;
        tokio::time::sleep(args.every).await;
    }
}

async fn report(session: &Session, args: &Status, before: &mut Option<(Instant, Vec<ProjectionStatus>)>) -> Result<Report, Failure> {
    if before.is_none() {
        let first = statuses(session, args).await?;
        let behind = first.iter().any(|status| place(status).lag_events > 0);
        *before = Some((Instant::now(), first));
        if behind {
            tokio::time::sleep(SAMPLE).await;
        }
    }
    let log = log(&session.store).await?;
    let now = statuses(session, args).await?;
    let projections = before.as_ref().map(|(then, was)| lines(&now, was, then.elapsed(), log.events_per_second)).unwrap_or_default();
    *before = Some((Instant::now(), now));
    let processes = if args.name.is_none() { Some(process_manager::counts(session.store.pool()).await?) } else { None };
    let process_parts = if args.name.is_none() { process_manager::parts(session.store.pool()).await? } else { vec![] };
    Ok(Report { log, projections, processes, process_parts })
}

async fn statuses(session: &Session, args: &Status) -> Result<Vec<ProjectionStatus>, Failure> {
    let mut all = projections::status(&session.store, &session.read).await?;
    all.retain(|status| args.name.as_ref().is_none_or(|name| status.name == name));
    Ok(all)
}

async fn log(store: &EventStore) -> Result<Log, Failure> {
    let head = store.head().await?;
    let then = position_at(store, Utc::now() - WINDOW).await?;
    let age = head.recorded_at.map(|at| (Utc::now() - at).max(TimeDelta::zero()).to_std().unwrap_or_default());
    let events_per_second = (head.position - then).max(0) as f64 / WINDOW.as_secs_f64();
    Ok(Log { epoch: head.epoch, position: head.position, recorded_at: head.recorded_at, events_per_second, age })
}

/// The generation that something happens to: the one in the making, else the live one.
fn place(status: &ProjectionStatus) -> &Place {
    status.next.as_ref().unwrap_or(&status.live)
}

fn lines(now: &[ProjectionStatus], was: &[ProjectionStatus], elapsed: Duration, log_rate: f64) -> Vec<Line> {
    let rate_of = |status: &ProjectionStatus| {
        if place(status).lag_events == 0 {
            return Some(log_rate);
        }
        let then = was.iter().find(|then| then.name == status.name && then.next.is_some() == status.next.is_some())?;
        Some((place(status).position - place(then).position).max(0) as f64 / elapsed.as_secs_f64().max(0.001))
    };
    now.iter().map(|status| line(status.clone(), rate_of(status))).collect()
}

fn line(status: ProjectionStatus, events_per_second: Option<f64>) -> Line {
    let behind = place(&status).lag_events;
    let gains = events_per_second.filter(|rate| behind > 0 && *rate > 0.0);
    Line { ready_in_seconds: gains.map(|rate| behind as f64 / rate), events_per_second, status }
}

fn outcome(report: &Report, max_lag: Option<MaxLag>) -> Outcome {
    let too_far = |line: &Line| {
        let live = &line.status.live;
        match max_lag {
            None => false,
            Some(MaxLag::Events(events)) => live.lag_events > events,
            Some(MaxLag::Time(time)) => live.lag_seconds > time.as_secs_f64(),
        }
    };
    if report.projections.iter().any(too_far) { Outcome::Finding } else { Outcome::Done }
}

impl Show for Report {
    fn text(&self) -> String {
        let mut text = self.log.text();
        text.push_str(&table(&self.projections));
        if let Some(counts) = &self.processes {
            text.push_str(&format!(
                "processes: {} open, {} steps under way, {} refused for now, {} parked, {} with an event that can't be read\n",
                text::count(counts.instances_open),
                text::count(counts.pending),
                text::count(counts.waiting),
                text::count(counts.parked),
                text::count(counts.dead_letters),
            ));
        }
        text.push_str(&self.parts());
        text
    }
}

impl Report {
    /// Who follows the log for the orders, and how far behind the last of them is.
    fn parts(&self) -> String {
        let Some(hindmost) = self.process_parts.iter().map(|part| part.position).min() else { return String::new() };
        let holders: BTreeSet<&str> = self.process_parts.iter().filter_map(|part| part.holder.as_deref()).collect();
        let unheld = self.process_parts.iter().filter(|part| part.holder.is_none()).count();
        let nobody = if unheld == 0 { String::new() } else { format!(", {unheld} of them by nobody") };
        format!(
            "followed in {} parts by {} programs{nobody}, {} events behind\n",
            self.process_parts.len(),
            holders.len(),
            text::count((self.log.position - hindmost).max(0)),
        )
    }
}

impl Log {
    fn text(&self) -> String {
        let age = self.age.map_or_else(|| "empty".to_owned(), |age| format!("{} ago", text::span(age)));
        format!("log head {} ({age})   {} events/s\n", text::count(self.position), rate(self.events_per_second))
    }
}

fn rate(per_second: f64) -> String {
    text::rate(per_second).trim_end_matches("/s").to_owned()
}

fn table(lines: &[Line]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(["PROJECTION", "GEN", "STATE", "POSITION", "LAG", "RATE", "DEAD", ""]);
    for line in lines {
        table.add_row(line.cells());
    }
    for column in [1, 3, 6] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    // Every cell has a space on either side.
    table.lines().map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(&line).trim_end())).collect()
}

impl Line {
    fn cells(&self) -> [String; 8] {
        let place = place(&self.status);
        [
            self.status.name.to_owned(),
            self.status.generation.to_string(),
            self.status.state.to_string(),
            text::count(place.position),
            lag(place),
            self.events_per_second.map_or_else(|| "–".to_owned(), text::rate),
            text::count(self.status.live.dead_letters),
            self.remark(),
        ]
    }

    fn remark(&self) -> String {
        match (self.status.state, self.ready_in_seconds) {
            (State::Absent, _) => "orderly projector builds it".to_owned(),
            (State::Stopped, _) => "no projector keeps it".to_owned(),
            (State::Paused, _) => "told to wait".to_owned(),
            (State::Live | State::Rebuilding, Some(seconds)) => {
                Duration::try_from_secs_f64(seconds).map_or_else(|_| String::new(), |time| format!("ready in {}", text::span(time)))
            }
            (State::Live | State::Rebuilding, None) => String::new(),
        }
    }
}

fn lag(place: &Place) -> String {
    match place.lag_events {
        0 => "0".to_owned(),
        events => {
            let time = Duration::try_from_secs_f64(place.lag_seconds).unwrap_or_default();
            format!("{} · {}", text::count(events), text::span(time))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(name: &'static str, state: State, live: i64, next: Option<i64>) -> ProjectionStatus {
        let head = 1_204_881;
        let place = |position| Place { position, lag_events: head - position, lag_seconds: 0.026, dead_letters: 0 };
        let (generation, can_roll_back, holder) = (1, false, Some("host:1".to_owned()));
        ProjectionStatus { name, generation, state, live: place(live), next: next.map(place), can_roll_back, holder }
    }

    fn report() -> Report {
        let projections = vec![
            line(status("orders", State::Live, 1_204_881, None), Some(412.0)),
            line(status("stock", State::Live, 1_204_870, None), Some(410.0)),
            line(status("sales", State::Rebuilding, 1_204_881, Some(861_200)), Some(96_000.0)),
        ];
        let age = Some(Duration::from_secs(2));
        let log = Log { epoch: 1, position: 1_204_881, recorded_at: None, events_per_second: 412.0, age };
        Report { log, projections, processes: None, process_parts: vec![] }
    }

    #[test]
    fn a_report_reads_as_the_manual_has_it() {
        insta::assert_snapshot!(report().text());
    }

    #[test]
    fn a_lag_over_the_limit_is_a_finding() {
        assert_eq!(outcome(&report(), None), Outcome::Done);
        assert_eq!(outcome(&report(), Some(MaxLag::Events(11))), Outcome::Done);
        assert_eq!(outcome(&report(), Some(MaxLag::Events(10))), Outcome::Finding);
        assert_eq!(outcome(&report(), Some(MaxLag::Time(Duration::from_millis(20)))), Outcome::Finding);
    }
}
