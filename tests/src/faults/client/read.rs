use std::path::Path;
use std::time::Duration;

use event_store::{Batch, Checkpoint, Filter, Subscription, SubscriptionError};

use crate::history::{Pen, lines};
use crate::job::Read;
use crate::{Input, connect, files};

/// Follows the log until the input has ended and nothing is left to read, or the log turns out to have lost what was seen.
pub(crate) async fn run(url: &str, folder: &Path, name: &str, part: Option<(u32, u32)>, batch: usize, input: Input) {
    let (earlier, own) = files(folder, name);
    let from = earlier.iter().rev().find_map(|file| last_checkpoint(file)).unwrap_or(Checkpoint::START);
    let pen = Pen::new(&own);
    let filter = part.map_or(Filter::all(), |(index, count)| Filter::all().partition(index, count));
    let store = connect(url).await;
    let mut subscription = Subscription::new(store.clone(), filter, from);
    loop {
        let ending = input.has_ended();
        let next = if ending { subscription.try_next_batch(batch).await } else { next(&mut subscription, batch, &input).await };
        match next {
            Ok(None) if !ending => {}
            Ok(Some(batch)) => {
                let events = batch.events.iter().map(|event| (event.position, event.event_id)).collect();
                pen.write(&Read::Batch { events, checkpoint: batch.checkpoint });
            }
            Ok(None) => break,
            Err(SubscriptionError::AheadOfLog { checkpoint, found }) => {
                pen.write(&Read::Ahead { checkpoint, found });
                break;
            }
            Err(SubscriptionError::Store(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    store.close().await;
}

async fn next(subscription: &mut Subscription, batch: usize, input: &Input) -> Result<Option<Batch>, SubscriptionError> {
    let mut input = input.clone();
    tokio::select! {
        batch = subscription.next_batch(batch) => batch.map(Some),
        () = input.ended() => Ok(None),
    }
}

fn last_checkpoint(file: &Path) -> Option<Checkpoint> {
    lines(file).into_iter().rev().find_map(|read| match read {
        Read::Batch { checkpoint, .. } => Some(checkpoint),
        Read::Ahead { .. } => None,
    })
}
