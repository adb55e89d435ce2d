//! One LISTEN per process: who follows the log is woken by it, and looks by itself now and then in case it broke.

use std::time::Duration;

use sqlx::postgres::PgListener;
use sqlx::{PgPool, Row};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{PositionToken, StoreError, reading};

/// The channel on which an append tells its last position, as a token.
pub const CHANNEL: &str = "orderly_events";

/// How long a broken or silent LISTEN can delay a reader.
const POLL: Duration = Duration::from_secs(1);

/// Follows the log until `closed`. Each value is a position that was seen; the last may be heard of twice.
pub(crate) async fn run(pool: PgPool, heard: watch::Sender<i64>, closed: CancellationToken) {
    while !closed.is_cancelled() {
        tokio::select! {
            () = closed.cancelled() => return,
            ended = listen(&pool, &heard) => if let Err(error) = ended {
                warn!(%error, "listening to the log broke off, connecting again");
            },
        }
        tokio::select! {
            () = closed.cancelled() => return,
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

async fn listen(pool: &PgPool, heard: &watch::Sender<i64>) -> Result<(), StoreError> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    // What was committed before LISTEN took effect was not told.
    look(pool, heard).await?;
    let mut looks = tokio::time::interval(POLL);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            told = listener.try_recv() => match told?.map(|notification| notification.payload().parse::<PositionToken>()) {
                Some(Ok(token)) => hear(heard, token.position),
                // Unreadable; or the connection broke and was made anew, and what was told meanwhile is lost.
                Some(Err(_)) | None => look(pool, heard).await?,
            },
            // What was not told is found, and the gauges go on however busy the log is.
            _ = looks.tick() => look(pool, heard).await?,
        }
    }
}

/// Reads the head, and what makes listening and vacuuming slow when it grows.
async fn look(pool: &PgPool, heard: &watch::Sender<i64>) -> Result<(), StoreError> {
    let head = reading::head(pool).await?;
    hear(heard, head.position);
    let row = sqlx::query(
        "select pg_notification_queue_usage() as queue,
                coalesce((select max(age(a.backend_xmin)) from pg_stat_activity a), 0)::bigint as xmin_age",
    )
    .fetch_one(pool)
    .await?;
    metrics::gauge!("event_store_head").set(head.position as f64);
    metrics::gauge!("event_store_notification_queue_usage").set(row.try_get::<f64, _>("queue")?);
    metrics::gauge!("event_store_oldest_snapshot_age").set(row.try_get::<i64, _>("xmin_age")? as f64);
    Ok(())
}

fn hear(heard: &watch::Sender<i64>, position: i64) {
    heard.send_if_modified(|last| {
        let news = position != *last;
        *last = position;
        news
    });
}
