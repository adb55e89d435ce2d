//! Who works and who waits. A query that works holds one of a bounded number of permits; while it waits for a read model it holds none. What one caller has
//! under way, waiting or not, is bounded, too: nobody takes everybody's place.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use identity::Caller;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The permits, and what each caller has under way.
#[derive(Debug, Clone)]
pub(crate) struct Turns {
    permits: Arc<Semaphore>,
    under_way: Arc<Mutex<HashMap<String, usize>>>,
    share: usize,
}

impl Turns {
    /// So many queries may work at once, and so many of one caller may be under way.
    pub(crate) fn new(permits: usize, share: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(permits)), under_way: Arc::default(), share }
    }

    /// A query of this caller is under way from now on, until what this answers is dropped. None: it has its share.
    pub(crate) fn share_of(&self, caller: &Caller) -> Option<Share> {
        let (caller, mut under_way) = (caller.actor(), locked(&self.under_way));
        let count = under_way.entry(caller.clone()).or_default();
        if *count >= self.share {
            return None;
        }
        *count += 1;
        Some(Share { caller, under_way: Arc::clone(&self.under_way) })
    }

    /// Work begins. None: too many others are at it.
    pub(crate) fn begin(&self) -> Option<Turn> {
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok()?;
        let standing = Arc::new(Mutex::new(Standing { waiting: 0, permit: Some(permit) }));
        Some(Turn { permits: Arc::clone(&self.permits), standing, returning: Arc::default() })
    }
}

/// One of a caller's queries.
#[derive(Debug)]
pub(crate) struct Share {
    caller: String,
    under_way: Arc<Mutex<HashMap<String, usize>>>,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut under_way = locked(&self.under_way);
        if let Some(count) = under_way.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.caller);
            }
        }
    }
}

/// A query at work, or waiting.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    permits: Arc<Semaphore>,
    standing: Arc<Mutex<Standing>>,
    /// Of its parts one at a time asks for a permit: a second one would wait for what the first one holds.
    returning: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug)]
struct Standing {
    /// How many of its parts wait.
    waiting: usize,
    permit: Option<OwnedSemaphorePermit>,
}

impl Turn {
    /// Waits for something without a permit, then goes on with one. What other parts of the same query do meanwhile is bounded by the connections.
    pub(crate) async fn aside<T>(&self, waiting: impl Future<Output = T>) -> T {
        let aside = Aside::step(&self.standing);
        let outcome = waiting.await;
        drop(aside);
        let _one = self.returning.lock().await;
        if self.needs_permit() {
            // The semaphore is never closed: without a permit nothing goes on.
            let permit = Arc::clone(&self.permits).acquire_owned().await.ok();
            locked(&self.standing).permit = permit;
        }
        outcome
    }

    fn needs_permit(&self) -> bool {
        let standing = locked(&self.standing);
        standing.waiting == 0 && standing.permit.is_none()
    }
}

/// A part that waits, until it is dropped.
struct Aside<'a>(&'a Mutex<Standing>);

impl<'a> Aside<'a> {
    fn step(standing: &'a Mutex<Standing>) -> Self {
        let mut now = locked(standing);
        now.waiting += 1;
        now.permit = None;
        Self(standing)
    }
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        locked(self.0).waiting -= 1;
    }
}

/// What a panic left behind is whole: nothing in it is changed in steps.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::time::Duration;

    use identity::Role;
    use tokio::sync::oneshot;

    use super::*;

    fn caller(subject: &str) -> Caller {
        Caller { subject: subject.to_owned(), role: Role::Customer, channel: None, grants: Vec::new() }
    }

    #[tokio::test]
    async fn who_waits_holds_no_permit_and_goes_on_with_one() {
        let turns = Turns::new(1, 9);
        let (waiter, (tell, told)) = (turns.begin().unwrap(), oneshot::channel());
        assert!(turns.begin().is_none(), "the only permit is taken");
        let waiting = tokio::spawn(async move {
            waiter.aside(told).await.unwrap();
            waiter
        });
        while turns.permits.available_permits() == 0 {
            tokio::task::yield_now().await;
        }
        let other = turns.begin().expect("a waiter holds none");
        tell.send(()).unwrap();
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "it goes on only with a permit");
        drop(other);
        let waiter = waiting.await.unwrap();
        assert!(turns.begin().is_none());
        drop(waiter);
        assert!(turns.begin().is_some());
    }

    #[tokio::test]
    async fn parts_that_come_back_at_once_go_on_with_one_permit() {
        let turns = Turns::new(1, 9);
        let query = turns.begin().unwrap();
        let permits = Arc::clone(&turns.permits);
        let other = tokio::spawn(async move { drop(permits.acquire_owned().await.unwrap()) });
        tokio::task::yield_now().await;
        let parts = async { tokio::join!(query.aside(ready(())), query.aside(ready(()))) };
        tokio::time::timeout(Duration::from_secs(5), parts).await.expect("no part waits for what its own query holds");
        other.await.unwrap();
        assert!(turns.begin().is_none(), "it works with the permit");
        drop(query);
        assert!(turns.begin().is_some());
    }

    #[test]
    fn a_caller_has_its_share_and_others_have_theirs() {
        let turns = Turns::new(9, 2);
        let shares: Vec<_> = (0..2).map(|_| turns.share_of(&caller("ada")).unwrap()).collect();
        assert!(turns.share_of(&caller("ada")).is_none());
        assert!(turns.share_of(&caller("bob")).is_some());
        drop(shares);
        assert!(turns.share_of(&caller("ada")).is_some());
        assert!(locked(&turns.under_way).is_empty(), "nothing is remembered of who has nothing under way");
    }
}
