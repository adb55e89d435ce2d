//! `events`: browse the log, and follow it. It is read in ranges, so its length does not matter.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use decider::StreamId;
use event_store::{EventStore, Filter, RecordedEvent};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::cli::{Bound, Events};
use crate::outcome::{Failure, Outcome};
use crate::output::{Output, Show};
use crate::session::Session;
use crate::text;

const RANGE: i64 = 2_000;
const POLL: Duration = Duration::from_secs(1);

/// An event as it is shown.
#[derive(Serialize)]
pub(crate) struct EventShown {
    position: i64,
    recorded_at: DateTime<Utc>,
    stream: String,
    sequence: i64,
    #[serde(rename = "type")]
    event_type: String,
    version: String,
    actor: String,
    event_id: Uuid,
    command_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<DateTime<Utc>>,
    payload: Box<RawValue>,
    #[serde(skip)]
    with_payload: bool,
}

impl EventShown {
    pub(crate) fn of(event: RecordedEvent, with_payload: bool) -> Self {
        Self {
            position: event.position,
            recorded_at: event.recorded_at,
            stream: event.stream.to_string(),
            sequence: event.sequence,
            event_type: event.event_type.clone(),
            version: event.event_version.clone(),
            actor: event.metadata.actor.clone(),
            event_id: event.event_id,
            command_id: event.metadata.command_id,
            correlation_id: event.metadata.correlation_id,
            causation_id: event.metadata.causation_id,
            traceparent: event.metadata.traceparent.clone(),
            occurred_at: event.metadata.occurred_at,
            payload: event.payload.clone(),
            with_payload,
        }
    }
}

impl Show for EventShown {
    fn text(&self) -> String {
        let mut line = format!(
            "{:>12}  {}  {:<34} {}#{}  {}\n",
            text::count(self.position),
            self.recorded_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            self.event_type,
            self.stream,
            self.sequence,
            self.actor,
        );
        if self.with_payload {
            line.push_str(&format!("{:14}{}\n", "", self.payload));
        }
        line
    }
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &Events, output: &mut Output) -> Result<Outcome, Failure> {
    let store = &session.store;
    let head = store.head().await?.position;
    let from = match args.since {
        Some(since) => first_of(store, since).await?,
        None if args.follow && args.stream.is_none() => head + 1,
        None => 1,
    };
    let upto = match args.until {
        Some(until) => last_of(store, until).await?.min(head),
        None => head,
    };
    for name in args.types.iter().filter(|name| !is_known(name)) {
        eprintln!("replay: no event and no aggregate that this program knows is called '{name}'");
    }
    let left = args.limit.unwrap_or(u64::MAX);
    let mut reader = Reader { store, wanted: Wanted::of(args), left, latest: VecDeque::new(), with_payload: args.payload, output };
    match (&args.stream, args.limit) {
        (Some(stream), Some(_)) if args.is_about_the_latest() => reader.latest_of(stream, from, upto).await?,
        (Some(stream), _) => reader.stream(stream, from, upto).await?,
        (None, Some(_)) if args.is_about_the_latest() => reader.latest(from - 1, upto).await?,
        (None, _) => reader.range(from - 1, upto).await?,
    }
    if args.follow {
        reader.follow(upto.max(from - 1)).await?;
    }
    output.end()?;
    Ok(Outcome::Done)
}

impl Events {
    /// Whether a limit means the end of what there is.
    fn is_about_the_latest(&self) -> bool {
        self.since.is_none() && !self.follow
    }
}

fn is_known(name: &str) -> bool {
    aggregates::registry::events().any(|(of, stored, _)| name == of || name == stored)
}

/// The first position of a range that begins there.
async fn first_of(store: &EventStore, bound: Bound) -> Result<i64, Failure> {
    match instant(bound) {
        Ok(position) => Ok(position.max(1)),
        // Those recorded at the very instant belong to the range.
        Err(time) => Ok(position_at(store, time - chrono::TimeDelta::microseconds(1)).await? + 1),
    }
}

/// The last position of a range that ends there.
async fn last_of(store: &EventStore, bound: Bound) -> Result<i64, Failure> {
    match instant(bound) {
        Ok(position) => Ok(position),
        Err(time) => position_at(store, time).await,
    }
}

fn instant(bound: Bound) -> Result<i64, DateTime<Utc>> {
    match bound {
        Bound::Position(position) => Ok(position),
        Bound::Time(time) => Err(time),
        Bound::Ago(span) => Err(Utc::now() - span),
    }
}

/// The last position that was recorded by then.
pub(crate) async fn position_at(store: &EventStore, time: DateTime<Utc>) -> Result<i64, Failure> {
    let position: Option<i64> = sqlx::query_scalar("select log.position_at_v1($1)").bind(time).fetch_one(store.pool()).await?;
    Ok(position.unwrap_or(0))
}

/// Which events are wanted.
struct Wanted<'a> {
    types: &'a [String],
    actor: Option<&'a str>,
    correlation: Option<Uuid>,
    stream: Option<&'a StreamId>,
}

impl<'a> Wanted<'a> {
    fn of(args: &'a Events) -> Self {
        Self { types: &args.types, actor: args.actor.as_deref(), correlation: args.correlation, stream: args.stream.as_ref() }
    }

    fn has(&self, event: &RecordedEvent) -> bool {
        let actor = event.metadata.actor.as_str();
        let is_by = |wanted: &str| actor == wanted || actor.split_once(':').is_some_and(|(role, _)| role == wanted);
        let is_of = |wanted: &String| *wanted == event.event_type || wanted == event.stream.aggregate_type();
        (self.types.is_empty() || self.types.iter().any(is_of))
            && self.actor.is_none_or(is_by)
            && self.correlation.is_none_or(|id| event.metadata.correlation_id == Some(id))
            && self.stream.is_none_or(|stream| *stream == event.stream)
    }

    /// What the database can leave out: types of aggregates that no wanted name belongs to.
    fn filter(&self) -> Filter {
        let aggregate = |name: &String| name.split('.').next().unwrap_or_default().to_owned();
        match (self.stream, self.types) {
            (Some(stream), _) => Filter::aggregates([stream.aggregate_type()]),
            (None, []) => Filter::all(),
            (None, types) => Filter::aggregates(types.iter().map(aggregate)),
        }
    }
}

struct Reader<'a> {
    store: &'a EventStore,
    wanted: Wanted<'a>,
    left: u64,
    /// What was read from the end of the log, in its order.
    latest: VecDeque<RecordedEvent>,
    with_payload: bool,
    output: &'a mut Output,
}

impl Reader<'_> {
    fn show(&mut self, event: RecordedEvent) -> Result<(), Failure> {
        if self.left > 0 && self.wanted.has(&event) {
            self.left -= 1;
            self.output.item(&EventShown::of(event, self.with_payload))?;
        }
        Ok(())
    }

    async fn range(&mut self, after: i64, upto: i64) -> Result<(), Failure> {
        let filter = self.wanted.filter();
        let mut after = after;
        while after < upto && self.left > 0 {
            let end = upto.min(after + RANGE);
            for event in self.store.read(after, end, RANGE, &filter).await? {
                self.show(event)?;
            }
            after = end;
        }
        Ok(())
    }

    /// The last of a range, read from its end.
    async fn latest(&mut self, after: i64, upto: i64) -> Result<(), Failure> {
        let filter = self.wanted.filter();
        let mut end = upto;
        while end > after && self.has_room() {
            let begin = after.max(end - RANGE);
            for event in self.store.read(begin, end, RANGE, &filter).await?.into_iter().rev() {
                if self.has_room() && self.wanted.has(&event) {
                    self.latest.push_front(event);
                }
            }
            end = begin;
        }
        self.show_latest()
    }

    /// The same of a stream, which may not be read from its end.
    async fn latest_of(&mut self, stream: &StreamId, from: i64, upto: i64) -> Result<(), Failure> {
        let mut after = 0;
        loop {
            let page = self.store.stream_events(stream, after, RANGE).await?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for event in page.into_iter().filter(|event| (from..=upto).contains(&event.position)) {
                if self.wanted.has(&event) {
                    self.latest.push_back(event);
                }
                if self.latest.len() as u64 > self.left {
                    self.latest.pop_front();
                }
            }
        }
        match after {
            0 => Err(Failure::NotFound(format!("there is no stream {stream}"))),
            _ => self.show_latest(),
        }
    }

    fn has_room(&self) -> bool {
        (self.latest.len() as u64) < self.left
    }

    fn show_latest(&mut self) -> Result<(), Failure> {
        std::mem::take(&mut self.latest).into_iter().try_for_each(|event| self.show(event))
    }

    async fn stream(&mut self, stream: &StreamId, from: i64, upto: i64) -> Result<(), Failure> {
        let mut after = 0;
        loop {
            let page = self.store.stream_events(stream, after, RANGE).await?;
            let Some(last) = page.last() else { break };
            let past_the_end = last.position > upto || self.left == 0;
            after = last.sequence;
            for event in page.into_iter().filter(|event| (from..=upto).contains(&event.position)) {
                self.show(event)?;
            }
            if past_the_end {
                return Ok(());
            }
        }
        match after {
            0 => Err(Failure::NotFound(format!("there is no stream {stream}"))),
            _ => Ok(()),
        }
    }

    async fn follow(&mut self, after: i64) -> Result<(), Failure> {
        let mut heard = self.store.wake();
        let mut after = after;
        while self.left > 0 {
            heard.borrow_and_update();
            let head = self.store.head().await?.position;
            self.range(after, head).await?;
            after = after.max(head);
            // Heard or not, it looks again: a lost notification costs a second.
            drop(tokio::time::timeout(POLL, heard.changed()).await);
        }
        Ok(())
    }
}
