//! Whether the stored processes are what the log makes of them.

use std::collections::{HashMap, HashSet};

use event_store::{EventStore, Filter, RecordedEvent};
use serde::Serialize;
use uuid::Uuid;

use crate::ProcessError;
use crate::instances::{self, Instance};
use crate::order_fulfillment::{Happened, Rules};
use crate::parts;

const PAGE: i64 = 2_000;

/// What a comparison of the stored processes with the log found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Verification {
    /// How many were compared.
    pub compared: usize,
    /// Those that differ.
    pub differences: Vec<Difference>,
    /// Those with an event that cannot be read: what is known of them is known up to it.
    pub untaken: Vec<Untaken>,
}

/// An order with an event that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Untaken {
    /// Whose.
    pub order: Uuid,
    /// Which event, and why.
    pub cause: String,
    /// Whether the stored process stopped at it; else it was taken in before it could not be read any more.
    pub stored: bool,
}

/// A stored process that is not what the log makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Whose.
    pub order: Uuid,
    /// The last event that it has, or should have, seen.
    pub position: i64,
    /// As it is stored; nothing: there is none.
    pub stored: Option<String>,
    /// As the log makes it; nothing: the log has no event of it there.
    pub replayed: Option<String>,
}

/// Folds the log anew, with nothing done for any order, and compares each process at the event that it has seen last, so it may run beside the live one.
/// `rules` must be those under which the processes ran: how many refusals park one. Goes through the log `parts` times and holds the processes of one part
/// of the orders in memory each time.
///
/// # Errors
/// The log or the stored processes cannot be read.
pub async fn verify(store: &EventStore, rules: &Rules, parts: u32) -> Result<Verification, ProcessError> {
    let mut found = Verification::default();
    for part in 0..parts {
        let of_part = verify_part(store, rules, (part, parts)).await?;
        found.compared += of_part.compared;
        found.differences.extend(of_part.differences);
        found.untaken.extend(of_part.untaken);
    }
    found.differences.sort_by_key(|difference| difference.position);
    Ok(found)
}

async fn verify_part(store: &EventStore, rules: &Rules, part: (u32, u32)) -> Result<Verification, ProcessError> {
    let followed = parts::followed(store.pool()).await?;
    let stored = all_stored(store, part).await?;
    let mut comparison = Comparison { followed, stored, replayed: HashMap::new(), stopped: HashSet::new(), found: Verification::default() };
    let upto = comparison.stored.values().map(|instance| instance.position()).max().unwrap_or(0).max(followed);
    let filter = Filter::aggregates(Happened::AGGREGATE_TYPES.iter().copied()).partition(part.0, part.1);
    let mut after = 0;
    loop {
        let page = store.read(after, upto, PAGE, &filter).await?;
        let Some(last) = page.last() else { return Ok(comparison.finish()) };
        after = last.position;
        page.iter().for_each(|event| comparison.take_in(event, rules));
    }
}

async fn all_stored(store: &EventStore, part: (u32, u32)) -> Result<HashMap<Uuid, Instance>, ProcessError> {
    let mut stored = HashMap::new();
    let mut after = Uuid::nil();
    loop {
        let page = instances::page(store.pool(), after, PAGE, part).await?;
        let Some((last, _)) = page.last() else { return Ok(stored) };
        after = *last;
        stored.extend(page);
    }
}

struct Comparison {
    /// Every order with an event up to here must be stored.
    followed: i64,
    /// What is not compared yet.
    stored: HashMap<Uuid, Instance>,
    replayed: HashMap<Uuid, Instance>,
    /// Orders that stopped at an event that cannot be read, and were compared: nothing of them was taken in from there on.
    stopped: HashSet<Uuid>,
    found: Verification,
}

impl Comparison {
    fn take_in(&mut self, event: &RecordedEvent, rules: &Rules) {
        let Ok(order) = event.partition_key.parse() else { return };
        let seen_upto = self.stored.get(&order).map_or(self.followed, |instance| instance.position());
        if event.position > seen_upto || self.stopped.contains(&order) {
            return;
        }
        let replayed = self.replayed.entry(order).or_default();
        replayed.take_in(&[event], rules);
        if self.stored.get(&order).is_some_and(|instance| instance.position() == event.position) {
            self.compare(order);
        }
    }

    fn compare(&mut self, order: Uuid) {
        let (stored, replayed) = (self.stored.remove(&order), self.replayed.remove(&order));
        let position = stored.as_ref().or(replayed.as_ref()).map_or(0, |instance| instance.position());
        self.found.compared += 1;
        let cause = |instance: &Option<Instance>| instance.as_ref().and_then(|instance| instance.unreadable.clone());
        let (stopped, stops) = (cause(&stored), cause(&replayed));
        if stopped.is_some() {
            self.stopped.insert(order);
        }
        if let Some(cause) = stopped.clone().or_else(|| stops.clone()) {
            self.found.untaken.push(Untaken { order, cause, stored: stopped.is_some() });
        }
        let same = match (&stored, &replayed) {
            (Some(stored), Some(replayed)) => stored.state == replayed.state,
            // It stopped at the order's first event: there is nothing behind it.
            (Some(stored), None) => stopped.is_some() && stored.state == Instance::default().state,
            (None, Some(_)) => false,
            (None, None) => true,
        };
        // Where the log cannot be read on, nothing is known of what is stored.
        if !same && stops.is_none() {
            let (stored, replayed) = (stored.as_ref().map(shown), replayed.as_ref().map(shown));
            self.found.differences.push(Difference { order, position, stored, replayed });
        }
    }

    /// What is left has no counterpart.
    fn finish(mut self) -> Verification {
        let left: Vec<Uuid> = self.stored.keys().chain(self.replayed.keys()).copied().collect();
        for order in left {
            if self.stored.contains_key(&order) || self.replayed.contains_key(&order) {
                self.compare(order);
            }
        }
        self.found
    }
}

fn shown(instance: &Instance) -> String {
    serde_json::to_string(&instance.state).unwrap_or_else(|error| error.to_string())
}
