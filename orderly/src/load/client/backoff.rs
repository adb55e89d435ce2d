use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// Waits that grow, each anywhere between nothing and its bound, so that many clients do not come back at once.
pub(super) struct Backoff {
    bound: Duration,
    deadline: Instant,
}

impl Backoff {
    /// Waits until `patience` has passed.
    pub(super) fn new(patience: Duration) -> Self {
        Self { bound: FIRST, deadline: Instant::now() + patience }
    }

    /// Waits as long as the server asked for, and at most a little longer; `None` once patience is at its end.
    pub(super) async fn wait(&mut self, asked: Option<Duration>) -> Option<()> {
        if Instant::now() >= self.deadline {
            return None;
        }
        let jitter = self.bound.mul_f64(fraction());
        self.bound = (self.bound * 2).min(LONGEST);
        tokio::time::sleep(asked.unwrap_or_default().min(LONGEST) + jitter).await;
        Some(())
    }
}

/// A random number from 0 to 1. Without a source of chance every wait is as long as its bound, which is safe.
fn fraction() -> f64 {
    let mut bytes = [u8::MAX; 2];
    let _ = getrandom::fill(&mut bytes);
    f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX)
}
