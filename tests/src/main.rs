//! What needs the whole system: real Postgres, real HTTP, real processes.

mod called_off;
mod channel;
mod faults;
mod house;
mod old_log;
mod operating;
mod personal_data;
mod program;
mod walk;
mod week;

use std::time::{Duration, Instant};

/// Asks until there is an answer; a minute without one is a failure that says what was being waited for.
pub(crate) async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited a minute until {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
