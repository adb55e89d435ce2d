//! Whether the log is whole, and what holds in the domain holds at every position of it.

use std::collections::{HashMap, HashSet};

use aggregates::invariants::{Invariants, Violation};
use aggregates::registry::DomainEvent;
use decider::StreamId;
use event_store::{EventStore, Filter, RecordedEvent};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Detail, Event, Found};
use crate::cli::Verify;
use crate::outcome::Failure;
use crate::output::OutputArgs;
use crate::progress::Progress;
use crate::session::Session;
use crate::text;

const RANGE: i64 = 2_000;

pub(super) async fn verify(session: &Session, args: &Verify, shown: &OutputArgs, stop: &CancellationToken) -> Result<Found, Failure> {
    let head = session.store.head().await?.position;
    let mut progress = Progress::new("log", head, shown);
    let mut check = Check { limit: args.findings, ..Check::default() };
    let done = check.run(&session.store, head, stop, &mut progress).await;
    progress.end();
    done?;
    let unsettled = Unsettled::read(&session.store, head).await?;
    if let Some(note) = unsettled.note() {
        eprintln!("{note}");
    }
    Ok(check.finish(head, &unsettled))
}

/// The orders whose money need not agree yet.
enum Unsettled {
    /// The log went on meanwhile, or no process manager has followed it to the end of what was looked at.
    All,
    /// These have something under way, or wait for an operator.
    Orders(HashSet<String>),
}

impl Unsettled {
    async fn read(store: &EventStore, head: i64) -> Result<Self, Failure> {
        let followed: Option<i64> = sqlx::query_scalar("select max(position) from process.checkpoints").fetch_one(store.pool()).await?;
        let orders =
            sqlx::query_scalar("select order_id::text from process.instances where pending > 0 or parked or unreadable is not null");
        let orders: Vec<String> = orders.fetch_all(store.pool()).await?;
        // Looked at last: what was counted is then of the log as it was read.
        let moved = store.head().await?.position > head;
        Ok(if moved || followed.is_none_or(|position| position < head) { Self::All } else { Self::Orders(orders.into_iter().collect()) })
    }

    fn has(&self, order: &str) -> bool {
        match self {
            Self::All => true,
            Self::Orders(orders) => orders.contains(order),
        }
    }

    /// What was not checked is said.
    fn note(&self) -> Option<String> {
        match self {
            Self::All => Some("log: orders are on their way, so what they hold and owe was not compared with their payments".to_owned()),
            Self::Orders(orders) if orders.is_empty() => None,
            Self::Orders(orders) => {
                let orders = text::plural(i64::try_from(orders.len()).unwrap_or(i64::MAX), "order");
                Some(format!("log: {orders} on the way or parked, what they hold and owe was not compared with their payments"))
            }
        }
    }
}

/// The log, looked at event by event.
#[derive(Default)]
struct Check {
    invariants: Invariants,
    /// The last sequence of every stream.
    sequences: HashMap<StreamId, i64>,
    last: Option<Event>,
    append: Option<Uuid>,
    checked: i64,
    findings: i64,
    first: Option<Event>,
    details: Vec<Detail>,
    limit: usize,
}

impl Check {
    async fn run(&mut self, store: &EventStore, head: i64, stop: &CancellationToken, progress: &mut Progress) -> Result<(), Failure> {
        let mut after = 0;
        while after < head {
            if stop.is_cancelled() {
                return Err(Failure::Interrupted);
            }
            let end = head.min(after + RANGE);
            for event in store.read(after, end, RANGE, &Filter::all()).await? {
                self.take_in(&event);
            }
            after = end;
            progress.at(after, head);
        }
        Ok(())
    }

    fn take_in(&mut self, event: &RecordedEvent) {
        self.append_ends_before(event);
        let place = Event {
            position: event.position,
            event_type: event.event_type.clone(),
            stream: event.stream.to_string(),
            recorded_at: Some(event.recorded_at),
        };
        self.whole(event, &place);
        match DomainEvent::decode(event.stream.aggregate_type(), event.stored()) {
            Ok(decoded) => {
                self.as_it_says(event, &decoded, &place);
                for violation in self.invariants.apply(event.position, &event.stream, &decoded) {
                    self.violated(&violation, &place);
                }
            }
            Err(problem) => self.found(&place, problem.to_string()),
        }
        self.checked += 1;
        self.last = Some(place);
    }

    /// The events of one append stand together, under one command.
    fn append_ends_before(&mut self, event: &RecordedEvent) {
        let append = Some(event.metadata.command_id);
        if self.append != append {
            self.end_append();
            self.append = append;
        }
    }

    /// What spans streams agrees only at the end of an append.
    fn end_append(&mut self) {
        if let Some(end) = self.last.clone() {
            for violation in self.invariants.end_of_append() {
                self.violated(&violation, &end);
            }
        }
    }

    /// Positions and the sequences of every stream have no gaps, times never go back, and an event is what its columns say: anything else is tampering.
    fn whole(&mut self, event: &RecordedEvent, place: &Event) {
        let before = self.sequences.entry(event.stream.clone()).or_default();
        let follows = *before + 1;
        *before = event.sequence;
        if event.sequence != follows {
            self.found(place, format!("sequence {} where {follows} follows", event.sequence));
        }
        let expected = self.last.as_ref().map_or(1, |last| last.position + 1);
        if event.position != expected {
            self.found(place, format!("positions {expected} to {} are missing", event.position - 1));
        }
        let before = self.last.as_ref().and_then(|last| last.recorded_at);
        if before.is_some_and(|before| event.recorded_at < before) {
            self.found(place, "recorded before the event before it".to_owned());
        }
    }

    fn as_it_says(&mut self, event: &RecordedEvent, decoded: &DomainEvent, place: &Event) {
        if decoded.name() != event.event_type {
            self.found(place, format!("it holds {}", decoded.name()));
        }
        let partition = decoded.partition_key(event.stream.aggregate_id());
        if partition != event.partition_key {
            self.found(place, format!("partition key {} where {partition} belongs", event.partition_key));
        }
    }

    fn violated(&mut self, violation: &Violation, place: &Event) {
        self.found(place, violation.to_string());
    }

    fn found(&mut self, place: &Event, message: String) {
        self.findings += 1;
        self.first.get_or_insert_with(|| place.clone());
        if self.details.len() < self.limit {
            let (what, last_event) = (place.stream.clone(), Some(place.clone()));
            self.details.push(Detail { what, field: String::new(), live: None, replayed: None, message: Some(message), last_event });
        }
    }

    fn finish(mut self, head: i64, unsettled: &Unsettled) -> Found {
        let end = self.last.clone();
        let missing = head - end.as_ref().map_or(0, |last| last.position);
        for violation in std::mem::take(&mut self.invariants).finish(|order| !unsettled.has(order)) {
            if let Some(end) = &end {
                self.violated(&violation, end);
            }
        }
        if let (Some(end), 1..) = (&end, missing) {
            self.found(end, format!("the last {missing} positions are missing"));
        }
        Found {
            checked: "log",
            generation: None,
            position: head,
            compared: self.checked,
            findings: self.findings,
            dead_letters: None,
            first: self.first,
            details: self.details,
        }
    }
}
