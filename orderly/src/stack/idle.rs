use std::time::{Duration, Instant};

use event_store::EventStore;
use process_manager::Counts;
use projections::ReadDatabase;

/// Something is left to do, and the time is over.
#[derive(Debug, thiserror::Error)]
#[error("after {} s there is still work: {left}", .within.as_secs())]
pub struct IdleError {
    within: Duration,
    left: String,
}

const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// A database that is away for a moment is waited for, as the workers do.
const OUTAGE: Duration = Duration::from_secs(60);

pub(super) async fn wait(store: EventStore, read: ReadDatabase, within: Duration) -> anyhow::Result<()> {
    let (deadline, mut asked) = (Instant::now() + within, Instant::now());
    loop {
        match left(&store, &read).await {
            Ok(None) => return Ok(()),
            Ok(Some(left)) if Instant::now() > deadline => return Err(IdleError { within, left }.into()),
            Ok(Some(_)) => asked = Instant::now(),
            Err(failure) if asked.elapsed() > OUTAGE => return Err(failure),
            Err(_) => {}
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// What is left to do. The head is read first: what is appended after it is found by the next look.
async fn left(store: &EventStore, read: &ReadDatabase) -> anyhow::Result<Option<String>> {
    let head = store.head().await?.position;
    let followed = process_manager::followed(store.pool()).await?;
    let Counts { pending, waiting, .. } = process_manager::counts(store.pool()).await?;
    if followed < head || pending + waiting > 0 {
        let steps = format!("{pending} steps pending and {waiting} refused for now");
        return Ok(Some(format!("the process manager is at {followed} of {head} with {steps}")));
    }
    let statuses = projections::status(store, read).await?;
    let behind = statuses.iter().find(|status| status.live.position < head);
    Ok(behind.map(|status| format!("read model {} is at {} of {head}", status.name, status.live.position)))
}
