//! Orders on their way: asked for, the oldest first, until each is over.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::LoadError;
use super::client::{Client, Found, Kind};
use super::input::FileOrder;
use super::outcome::{Difference, Figures, Tally};
use super::progress::Phase;

/// So many orders may be on their way: a server that falls behind slows the placing down.
const MOST_ON_THEIR_WAY: usize = 20_000;

const BETWEEN_LOOKS: Duration = Duration::from_millis(250);

/// So many are asked for at once. Orders end about in the order in which they were placed, so the oldest few tell enough, and
/// the server need not look at thousands that cannot be over yet.
const LOOKED_AT: usize = 250;

/// The orders that are on their way, and what became of the others.
#[derive(Debug, Default)]
pub(super) struct Following {
    waiting: Mutex<VecDeque<String>>,
    seen: Mutex<Seen>,
}

/// What is known of the orders that are there.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// How those ended that are over.
    pub(super) tally: Tally,
    /// Of those that are there as the file has them.
    pub(super) figures: Figures,
    /// Those that are not.
    pub(super) differences: Vec<Difference>,
}

impl Following {
    /// An order that was placed.
    pub(super) fn placed(&self, order: FileOrder) {
        lock(&self.seen).figures.add(&order);
        lock(&self.waiting).push_back(order.reference);
    }

    /// An order that was there already: another one under the same reference is none of the file's.
    pub(super) fn there(&self, order: &FileOrder, found: Found, phase: &Phase) {
        if let Some(difference) = Difference::between(order, &found) {
            lock(&self.seen).differences.push(difference);
            return phase.advance(1);
        }
        lock(&self.seen).figures.add(order);
        self.found(found, phase);
    }

    /// Waits until another order may be placed.
    pub(super) async fn room(&self) {
        while lock(&self.waiting).len() >= MOST_ON_THEIR_WAY {
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// An order as it was found: counted if it is over, followed if not.
    fn found(&self, order: Found, phase: &Phase) {
        if order.is_final {
            lock(&self.seen).tally.add(&order);
            phase.advance(1);
        } else {
            lock(&self.waiting).push_back(order.reference);
        }
    }

    /// Follows until every order is over, those included that are placed meanwhile.
    pub(super) async fn until_final(
        &self,
        client: &Client,
        patience: Duration,
        all_placed: impl Fn() -> bool,
        phase: &Phase,
    ) -> Result<(), LoadError> {
        let mut moved = Instant::now();
        loop {
            // Read before the queue is: what was placed last is then in it.
            let last = all_placed();
            let progressed = self.look(client, phase).await?;
            let waiting = lock(&self.waiting).len();
            match (progressed, waiting) {
                (_, 0) if last => return Ok(()),
                (0, 1..) if moved.elapsed() > patience => return Err(LoadError::Stalled { waiting, patience }),
                (0, 1..) => {}
                (_, _) => moved = Instant::now(),
            }
            if progressed < LOOKED_AT / 2 {
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
        }
    }

    /// Looks at the oldest; those that are not over go behind the others. Answers how many were over.
    async fn look(&self, client: &Client, phase: &Phase) -> Result<usize, LoadError> {
        let oldest = self.oldest();
        if oldest.is_empty() {
            return Ok(0);
        }
        let found = client.look_up(Kind::Order, &oldest).await?;
        let over = found.iter().filter(|order| order.is_final).count();
        // One that was placed through another process a moment ago may not be known yet: it is asked for again.
        let known: HashSet<&str> = found.iter().map(|order| order.reference.as_str()).collect();
        let unknown: Vec<String> = oldest.iter().filter(|reference| !known.contains(reference.as_str())).cloned().collect();
        lock(&self.waiting).extend(unknown);
        found.into_iter().for_each(|order| self.found(order, phase));
        Ok(over)
    }

    fn oldest(&self) -> Vec<String> {
        let mut waiting = lock(&self.waiting);
        let count = waiting.len().min(LOOKED_AT);
        waiting.drain(..count).collect()
    }

    /// What became of them.
    pub(super) fn seen(self) -> Seen {
        self.seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing between lock and unlock can panic half-way, so what a poisoned lock guards is whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
