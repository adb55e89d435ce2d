//! How long to wait before the next try.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const FIRST: Duration = Duration::from_millis(50);
/// The ceiling of the first pause after a gateway said no.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);

/// Pauses that double up to a cap, each drawn from all of its length, so that those who failed together do not come back together.
#[derive(Debug)]
pub(crate) struct Pauses {
    longest: Duration,
    tries: u32,
}

impl Pauses {
    pub(crate) fn up_to(longest: Duration) -> Self {
        Self { longest, tries: 0 }
    }

    /// How many there were.
    pub(crate) fn tries(&self) -> u32 {
        self.tries
    }

    /// The next one, never shorter than what the other side asked for.
    pub(crate) fn next(&mut self, at_least: Option<Duration>) -> Duration {
        let ceiling = FIRST.saturating_mul(1 << self.tries.min(20)).min(self.longest);
        self.tries = self.tries.saturating_add(1);
        ceiling.mul_f64(draw()).max(at_least.unwrap_or_default())
    }
}

/// The pause before something is asked for again that a gateway has refused so often. The other side is well and has said no: it is given more time than
/// one that did not answer, and never none.
pub(crate) fn after_failures(failures: u32, longest: Duration) -> Duration {
    let ceiling = AFTER_REFUSAL.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(longest);
    ceiling.mul_f64(f64::midpoint(1.0, draw()))
}

/// Waits; `false` if there is nothing to wait for any more.
pub(crate) async fn wait(pause: Duration, stop: &CancellationToken) -> bool {
    stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some()
}

/// A number between 0 and 1.
fn draw() -> f64 {
    let (_, low) = Uuid::new_v4().as_u64_pair();
    f64::from(u32::try_from(low & u64::from(u32::MAX)).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_cap_and_honor_what_the_other_side_asks_for() {
        let mut pauses = Pauses::up_to(Duration::from_secs(1));
        assert!(pauses.next(None) <= FIRST);
        for _ in 0..100 {
            assert!(pauses.next(None) <= Duration::from_secs(1));
        }
        assert_eq!(pauses.next(Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(pauses.tries(), 102);
    }

    #[test]
    fn what_was_refused_waits_longer_each_time_and_never_not_at_all() {
        let longest = Duration::from_secs(30);
        for (failures, ceiling) in [(1, 5), (2, 10), (3, 20), (4, 30), (40, 30)] {
            let pause = after_failures(failures, longest);
            assert!(pause >= Duration::from_secs(ceiling) / 2 && pause <= Duration::from_secs(ceiling), "{failures}: {pause:?}");
        }
    }
}
