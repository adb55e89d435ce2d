//! How many commands are at work at once: as many as the log answers soon. What is more is refused early, with when to come again, and does not wait for long
//! behind what is before it. The place is taken before the decision, and before the reads that placing an order takes to prepare one. What else is read
//! beforehand, such as a warehouse's stock before it is closed, is not paced.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// How long a command may be at work before it counts as slow.
const SOON: Duration = Duration::from_millis(300);

/// How long a command may wait for others before it is refused.
const PATIENCE: Duration = Duration::from_millis(400);

/// At first, and never fewer or more: a few keep the log busy, and it takes in thousands with one append.
const FIRST: usize = 64;
const FEWEST: usize = 8;
const MOST: usize = 2_048;

/// The pace of the log. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    permits: Arc<Semaphore>,
    held: Arc<Mutex<Held>>,
}

#[derive(Debug)]
struct Held {
    /// How many may be at work.
    most: usize,
    /// How many more are than may be: their permits are not given on.
    surplus: usize,
    /// What began before this is no news of how many are too many.
    slowed_at: Instant,
}

/// A command at work, until it is dropped.
#[derive(Debug)]
pub(crate) struct AtWork {
    pace: Pace,
    permit: Option<OwnedSemaphorePermit>,
    begun: Instant,
}

impl Pace {
    pub(crate) fn new() -> Self {
        let held = Held { most: FIRST, surplus: 0, slowed_at: Instant::now() };
        Self { permits: Arc::new(Semaphore::new(FIRST)), held: Arc::new(Mutex::new(held)) }
    }

    /// Begins a command once it is its turn, which is soon or never.
    ///
    /// # Errors
    /// 503: too many are before it.
    pub(crate) async fn begin(&self) -> Result<AtWork, Problem> {
        let waited = tokio::time::timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = waited.ok().and_then(Result::ok).ok_or_else(Problem::overloaded)?;
        Ok(AtWork { pace: self.clone(), permit: Some(permit), begun: Instant::now() })
    }

    /// Fewer from now on where it was slow; more where it was quick and no place is free: others may wait for one. What began before they became fewer says
    /// nothing new.
    fn learn(&self, begun: Instant, took: Duration, permit: OwnedSemaphorePermit) {
        let mut held = self.locked();
        if took > SOON && begun >= held.slowed_at {
            let fewer = (held.most * 3 / 4).max(FEWEST);
            held.surplus += held.most - fewer;
            (held.most, held.slowed_at) = (fewer, Instant::now());
        } else if took <= SOON / 2 && self.permits.available_permits() == 0 && held.most < MOST {
            held.most += 1;
            match held.surplus.checked_sub(1) {
                Some(less) => held.surplus = less,
                None => self.permits.add_permits(1),
            }
        }
        if held.surplus > 0 {
            held.surplus -= 1;
            permit.forget();
        }
    }

    /// What a panic left behind is whole: nothing in it is changed in steps.
    fn locked(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            self.pace.learn(self.begun, self.begun.elapsed(), permit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many as may be at work are, so that no place is free, and each is done after `took`; answers how many may be from then on.
    async fn round(pace: &Pace, took: Duration) -> usize {
        let begun = Instant::now();
        let mut at_work = Vec::new();
        while pace.permits.available_permits() > 0 {
            at_work.push(Arc::clone(&pace.permits).acquire_owned().await.unwrap());
        }
        at_work.into_iter().for_each(|permit| pace.learn(begun, took, permit));
        assert_eq!(pace.permits.available_permits(), pace.locked().most, "no permit is lost or made up");
        pace.locked().most
    }

    #[tokio::test]
    async fn a_slow_log_is_asked_by_fewer_each_time_and_never_by_none() {
        let pace = Pace::new();
        let rounds = [round(&pace, SOON * 2).await, round(&pace, SOON * 2).await];
        assert_eq!(rounds, [FIRST * 3 / 4, FIRST * 9 / 16], "what began before it was known is counted once");
        for _ in 0..20 {
            round(&pace, SOON * 2).await;
        }
        assert_eq!(round(&pace, SOON * 2).await, FEWEST);
    }

    #[tokio::test]
    async fn a_quick_log_is_asked_by_more_while_others_wait() {
        let pace = Pace::new();
        let only = Arc::clone(&pace.permits).acquire_owned().await.unwrap();
        pace.learn(Instant::now(), Duration::from_millis(5), only);
        assert_eq!(pace.locked().most, FIRST, "nobody waits");
        let grown = round(&pace, Duration::from_millis(5)).await;
        assert!(grown > FIRST && grown <= 2 * FIRST, "{grown}");
        assert_eq!(round(&pace, SOON * 2 / 3).await, grown, "neither quick nor slow");
    }

    #[tokio::test]
    async fn who_would_wait_for_long_is_refused_with_when_to_come_again() {
        let pace = Pace::new();
        let mut at_work = Vec::new();
        for _ in 0..FIRST {
            at_work.push(pace.begin().await.unwrap());
        }
        let refused = pace.begin().await.unwrap_err();
        assert_eq!((refused.status().as_u16(), refused.kind()), (503, "/problems/overloaded"));
        at_work.clear();
        assert!(pace.begin().await.is_ok());
    }
}
