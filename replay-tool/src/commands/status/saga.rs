//! The orders' process beside the read models: how far it is, who runs it, and which orders wait for people.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::Utc;
use event_store::EventStore;
use process_manager::{Counts, Lost, PartStatus, StuckOrder};
use serde::Serialize;

use crate::outcome::Failure;
use crate::text;

/// The name under which it is asked for.
pub(super) const NAME: &str = "saga";

/// So many orders that wait for people are named.
const NAMED: i64 = 20;

/// How the orders' process is.
#[derive(Debug, Serialize)]
pub(super) struct Saga {
    pub(super) name: &'static str,
    pub(super) state: State,
    /// Up to where it was followed for every order.
    pub(super) position: i64,
    pub(super) lag_events: i64,
    pub(super) lag_seconds: f64,
    /// The programs that run it.
    holders: BTreeSet<String>,
    /// Of how many parts nobody follows the log.
    unheld: usize,
    #[serde(flatten)]
    pub(super) counts: Counts,
    /// The first of the orders that wait for people.
    stuck: Vec<StuckOrder>,
    parts: Vec<PartStatus>,
}

/// Who runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Every part is followed.
    Live,
    /// Some parts are followed, others are not.
    Partly,
    /// Nobody does.
    Stopped,
    /// Nobody ever did.
    Absent,
}

impl State {
    fn of(parts: usize, unheld: usize) -> Self {
        match (parts, unheld) {
            (0, _) => Self::Absent,
            (_, 0) => Self::Live,
            (parts, unheld) if parts == unheld => Self::Stopped,
            (_, _) => Self::Partly,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Partly => "partly",
            Self::Stopped => "stopped",
            Self::Absent => "absent",
        }
    }
}

impl Saga {
    /// As it is.
    pub(super) async fn look(store: &EventStore, head: i64) -> Result<Self, Failure> {
        let parts = process_manager::parts(store.pool()).await?;
        let position = parts.iter().map(|part| part.position).min().unwrap_or(0);
        let unheld = parts.iter().filter(|part| part.holder.is_none()).count();
        Ok(Self {
            name: NAME,
            state: State::of(parts.len(), unheld),
            position,
            lag_events: (head - position).max(0),
            lag_seconds: projections::lag_seconds(store, position, head).await?,
            holders: parts.iter().filter_map(|part| part.holder.clone()).collect(),
            unheld,
            counts: process_manager::counts(store.pool()).await?,
            stuck: process_manager::stuck(store.pool(), NAMED).await?,
            parts,
        })
    }

    /// Whether an order of it waits for people.
    pub(super) fn has_stuck(&self) -> bool {
        self.counts.parked > 0 || self.counts.dead_letters > 0
    }

    /// Its line of the table.
    pub(super) fn cells(&self) -> [String; 8] {
        [
            self.name.to_owned(),
            "–".to_owned(),
            self.state.word().to_owned(),
            text::count(self.position),
            super::lag(self.lag_events, self.lag_seconds),
            "–".to_owned(),
            text::count(self.counts.dead_letters),
            self.remark(),
        ]
    }

    fn remark(&self) -> String {
        match self.state {
            State::Live => format!("{} by {}", plural(self.parts.len(), "part"), plural(self.holders.len(), "program")),
            State::Partly => format!("nobody follows {} of {}{}", self.unheld, plural(self.parts.len(), "part"), self.last_heard()),
            State::Stopped => format!("no process manager runs{}", self.last_heard()),
            State::Absent => "no process manager ever ran".to_owned(),
        }
    }

    /// Of whom nothing was heard any more: who gives a part back in order is not told of.
    fn last_heard(&self) -> String {
        let lost = self.parts.iter().filter_map(|part| part.lost.as_ref()).max_by_key(|lost| lost.at);
        lost.map_or_else(String::new, |Lost { holder, at }| {
            let ago = (Utc::now() - *at).to_std().unwrap_or_default();
            format!(": the lease of {holder} ended {} ago", text::span(ago))
        })
    }

    /// How many orders there are by what they wait for, and those that wait for people by name.
    pub(super) fn text(&self) -> String {
        let counts = &self.counts;
        let mut text = format!(
            "processes: {} open, {} steps under way, {} refused for now, {} parked, {} with an event that can't be read\n",
            text::count(counts.instances_open),
            text::count(counts.pending),
            text::count(counts.waiting),
            text::count(counts.parked),
            text::count(counts.dead_letters),
        );
        text.extend(self.stuck.iter().map(line));
        let more = counts.parked + counts.dead_letters - self.stuck.len() as i64;
        if self.stuck.len() as i64 >= NAMED && more > 0 {
            text.push_str("  … and more\n");
        }
        text
    }
}

fn line(stuck: &StuckOrder) -> String {
    let since = stuck.since.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let parked = stuck.steps.iter().map(|stuck| format!("parked, {}: {}", stuck.step, stuck.cause));
    let unreadable = stuck.unreadable.iter().map(|why| format!("an event can't be read, {why}"));
    let why: Vec<String> = parked.chain(unreadable).collect();
    format!("  order {}  since {since}  {}\n", stuck.order, why.join("; "))
}

fn plural(number: usize, thing: &str) -> String {
    text::plural(i64::try_from(number).unwrap_or(i64::MAX), thing)
}

/// A lag as a span.
pub(super) fn time(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

#[cfg(test)]
impl Saga {
    /// With nothing but what is said.
    pub(super) fn sample(position: i64, lag_events: i64, parts: Vec<PartStatus>, counts: Counts, stuck: Vec<StuckOrder>) -> Self {
        let unheld = parts.iter().filter(|part| part.holder.is_none()).count();
        let holders = parts.iter().filter_map(|part| part.holder.clone()).collect();
        let state = State::of(parts.len(), unheld);
        Self { name: NAME, state, position, lag_events, lag_seconds: 0.026, holders, unheld, counts, stuck, parts }
    }
}
