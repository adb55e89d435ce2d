//! `status`: the head of the log, and how far every read model and the orders' process are.

mod saga;

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use comfy_table::{CellAlignment, Table, presets};
use event_store::EventStore;
use projections::{Place, ProjectionStatus, State};
use serde::Serialize;

use self::saga::Saga;
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
    saga: Option<Saga>,
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
    if let Some(name) = args.name.as_deref().filter(|name| *name != saga::NAME) {
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
    let with_saga = args.name.as_deref().is_none_or(|name| name == saga::NAME);
    let saga = if with_saga { Some(Saga::look(&session.store, log.position).await?) } else { None };
    Ok(Report { log, projections, saga })
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
    let too_far = |events: i64, seconds: f64| match max_lag {
        None => false,
        Some(MaxLag::Events(most)) => events > most,
        Some(MaxLag::Time(most)) => seconds > most.as_secs_f64(),
    };
    let of_model = |line: &Line| {
        let live = &line.status.live;
        live.dead_letters > 0 || too_far(live.lag_events, live.lag_seconds)
    };
    let of_saga = |saga: &Saga| saga.has_stuck() || too_far(saga.lag_events, saga.lag_seconds);
    if report.projections.iter().any(of_model) || report.saga.iter().any(of_saga) { Outcome::Finding } else { Outcome::Done }
}

impl Show for Report {
    fn text(&self) -> String {
        let rows = self.projections.iter().map(Line::cells).chain(self.saga.iter().map(Saga::cells));
        let mut text = self.log.text();
        text.push_str(&table(rows));
        text.extend(self.saga.iter().map(Saga::text));
        text
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

fn table(rows: impl Iterator<Item = [String; 8]>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(["PROJECTION", "GEN", "STATE", "POSITION", "LAG", "RATE", "DEAD", ""]);
    for row in rows {
        table.add_row(row);
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
            lag(place.lag_events, place.lag_seconds),
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

fn lag(events: i64, seconds: f64) -> String {
    match events {
        0 => "0".to_owned(),
        events => format!("{} · {}", text::count(events), text::span(saga::time(seconds))),
    }
}

#[cfg(test)]
mod tests {
    use process_manager::order_fulfillment::{Phase, Stuck};
    use process_manager::{Counts, Lost, PartStatus, StuckOrder};

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
        Report { log, projections, saga: None }
    }

    #[test]
    fn a_report_reads_as_the_manual_has_it() {
        insta::assert_snapshot!(report().text());
    }

    fn part(part: u32, holder: Option<&str>) -> PartStatus {
        PartStatus { part, position: 1_204_870, holder: holder.map(str::to_owned), lost: None }
    }

    fn counts(parked: i64, dead_letters: i64) -> Counts {
        Counts { instances_open: 12, pending: 3, waiting: 1, parked, dead_letters }
    }

    #[test]
    fn the_orders_process_stands_beside_the_read_models_with_those_that_wait_for_people() {
        let stuck = StuckOrder {
            order: aggregates::values::OrderId::new(uuid::Uuid::nil()),
            phase: Phase::Confirmed,
            steps: vec![Stuck { step: "capture_payment".to_owned(), subject: None, cause: "the gateway says no".to_owned() }],
            unreadable: None,
            since: "2026-11-20T14:06:11Z".parse().unwrap(),
        };
        let parts = vec![part(0, Some("host:1")), part(1, Some("host:2"))];
        let saga = Some(Saga::sample(1_204_870, 11, parts, counts(1, 0), vec![stuck]));
        let report = Report { saga, ..report() };
        insta::assert_snapshot!(report.text());
        assert_eq!(outcome(&report, None), Outcome::Finding);
    }

    #[test]
    fn a_process_that_nobody_runs_is_said_and_its_lag_counts() {
        let with = |parts: Vec<PartStatus>| Report { saga: Some(Saga::sample(1_204_870, 11, parts, counts(0, 0), vec![])), ..report() };
        let lost = Lost { holder: "host:1".to_owned(), at: Utc::now() - TimeDelta::minutes(3) };
        let dead = with(vec![part(0, None), PartStatus { lost: Some(lost), ..part(1, None) }]);
        assert!(dead.text().contains("stopped") && dead.text().contains("no process manager runs: the lease of host:1 ended 3 min ago"));
        assert!(with(vec![part(0, Some("host:1")), part(1, None)]).text().contains("nobody follows 1 of 2 parts"));
        let never = Report { saga: Some(Saga::sample(0, 1_204_881, vec![], counts(0, 0), vec![])), ..report() };
        assert!(never.text().contains("no process manager ever ran"));
        assert_eq!(outcome(&dead, Some(MaxLag::Events(11))), Outcome::Done);
        assert_eq!(outcome(&never, Some(MaxLag::Events(500_000))), Outcome::Finding);
    }

    #[test]
    fn a_lag_over_the_limit_is_a_finding() {
        assert_eq!(outcome(&report(), None), Outcome::Done);
        assert_eq!(outcome(&report(), Some(MaxLag::Events(11))), Outcome::Done);
        assert_eq!(outcome(&report(), Some(MaxLag::Events(10))), Outcome::Finding);
        assert_eq!(outcome(&report(), Some(MaxLag::Time(Duration::from_millis(20)))), Outcome::Finding);
    }
}
