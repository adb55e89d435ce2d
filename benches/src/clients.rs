//! Clients in a closed loop: each asks again as soon as it was answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::rounds::Timing;
use crate::sample::Sample;
use crate::work::{Watched, Work};

/// Somebody who sends commands, one at a time.
pub(crate) trait Client: Send + 'static {
    /// One command, from asking to its answer.
    fn ask(&mut self) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Lets all of them ask until the time is up. Counted is what was answered within the measured time, and the work of those who are watched meanwhile.
pub(crate) async fn for_a_while<C: Client>(clients: Vec<C>, timing: Timing, watched: Option<Watched>) -> anyhow::Result<Sample> {
    let begin = Instant::now() + timing.warm_up;
    let end = begin + timing.measured;
    let work = tokio::spawn(work_between(watched, begin, end));
    let mut tasks: JoinSet<anyhow::Result<(usize, Vec<u32>)>> = JoinSet::new();
    for mut client in clients {
        tasks.spawn(async move {
            let (mut done, mut latencies) = (0, Vec::new());
            loop {
                let asked = Instant::now();
                if asked >= end {
                    return Ok((done, latencies));
                }
                client.ask().await?;
                let answered = Instant::now();
                if answered >= begin {
                    latencies.push(micros(answered - asked));
                    done += usize::from(answered < end);
                }
            }
        });
    }
    let (done, latencies) = together(tasks).await?;
    Ok(Sample::new(done, timing.measured, latencies).with_work(work.await??))
}

async fn work_between(watched: Option<Watched>, begin: Instant, end: Instant) -> anyhow::Result<Option<Work>> {
    let Some(watched) = watched else { return Ok(None) };
    tokio::time::sleep_until(begin.into()).await;
    let before = watched.until_now()?;
    tokio::time::sleep_until(end.into()).await;
    Ok(Some(watched.until_now()?.since(&before)))
}

/// Lets them share this many commands, and measures how long that takes.
pub(crate) async fn until_done<C: Client>(clients: Vec<C>, commands: usize, watched: &Watched) -> anyhow::Result<Sample> {
    let before = watched.until_now()?;
    let (taken, begun) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut tasks: JoinSet<anyhow::Result<(usize, Vec<u32>)>> = JoinSet::new();
    for mut client in clients {
        let taken = taken.clone();
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            while taken.fetch_add(1, Ordering::Relaxed) < commands {
                let asked = Instant::now();
                client.ask().await?;
                latencies.push(micros(asked.elapsed()));
            }
            Ok((latencies.len(), latencies))
        });
    }
    let (done, latencies) = together(tasks).await?;
    let elapsed = begun.elapsed();
    Ok(Sample::new(done, elapsed, latencies).with_work(watched.until_now()?.since(&before)))
}

async fn together(mut tasks: JoinSet<anyhow::Result<(usize, Vec<u32>)>>) -> anyhow::Result<(usize, Vec<u32>)> {
    let (mut all_done, mut all_latencies) = (0, Vec::new());
    while let Some(client) = tasks.join_next().await {
        let (done, latencies) = client??;
        all_done += done;
        all_latencies.extend(latencies);
    }
    Ok((all_done, all_latencies))
}

pub(crate) fn micros(duration: Duration) -> u32 {
    u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)
}
