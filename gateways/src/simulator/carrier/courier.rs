use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use futures::{StreamExt, stream};
use reqwest::{Client, header::CONTENT_TYPE};
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};
use uuid::Uuid;

use super::reports::{self, Claimed};
use crate::WebhookSecret;
use crate::simulator::{SimulatorArgs, SimulatorError, chance};
use crate::webhook::{self, SIGNATURE_HEADER};

/// Shorter than the 15 s for which a report is claimed.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The most reports claimed at once, and sent at the same time.
const ROUND: i64 = 64;
const AT_ONCE: usize = 16;
/// How long it sleeps at most: another process may have booked a parcel and died.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// Waits between tries double from the first to the longest.
const FIRST_WAIT_MS: u64 = 250;
const LONGEST_WAIT_MS: u64 = 60_000;

/// Sends what the carrier has to report.
#[derive(Debug)]
pub(in crate::simulator) struct Courier {
    pool: PgPool,
    bell: Arc<Notify>,
    http: Client,
    url: String,
    secret: WebhookSecret,
}

impl Courier {
    /// `None` where nobody wants to hear anything.
    pub(in crate::simulator) fn new(pool: PgPool, bell: Arc<Notify>, args: &SimulatorArgs) -> Result<Option<Self>, SimulatorError> {
        let Some(url) = args.carrier_webhook_url.clone() else { return Ok(None) };
        let secret = args.carrier_webhook_secret.clone().ok_or(SimulatorError::NoWebhookSecret)?;
        let http = Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Some(Self { pool, bell, http, url, secret }))
    }

    /// Runs until the shutdown. What is being sent then is claimed for a few seconds more, and sent again by whoever runs next.
    pub(in crate::simulator) async fn run(self, shutdown: CancellationToken) {
        let rounds = async {
            loop {
                let sent = self.round().await;
                self.rest(sent).await;
            }
        };
        tokio::select! {
            () = rounds => {}
            () = shutdown.cancelled() => {}
        }
    }

    async fn round(&self) -> Result<usize, sqlx::Error> {
        let due = reports::claim(&self.pool, ROUND).await?;
        let count = due.len();
        let sent: Vec<_> = stream::iter(due).map(|report| self.send(report)).buffer_unordered(AT_ONCE).collect().await;
        self.note(sent).await?;
        Ok(count)
    }

    async fn note(&self, sent: Vec<Sent>) -> Result<(), sqlx::Error> {
        let (mut heard, mut unheard, mut waits) = (Vec::new(), Vec::new(), Vec::new());
        for Sent { event_id, wait_ms } in sent {
            match wait_ms {
                None => heard.push(event_id),
                Some(wait_ms) => {
                    unheard.push(event_id);
                    waits.push(wait_ms);
                }
            }
        }
        reports::heard(&self.pool, &heard).await?;
        reports::unheard(&self.pool, &unheard, &waits).await
    }

    /// Goes on at once while there is something to send; else sleeps until there is.
    async fn rest(&self, sent: Result<usize, sqlx::Error>) {
        let next = match sent {
            Ok(0) => reports::next_due_in(&self.pool).await.map(|next| next.unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP)),
            Ok(_) => return,
            Err(error) => Err(error),
        };
        match next {
            Ok(next) => self.sleep(next).await,
            Err(error) => {
                warn!(error = %error, "the carrier's reports are out of reach");
                tokio::time::sleep(LONGEST_SLEEP).await;
            }
        }
    }

    async fn sleep(&self, longest: Duration) {
        tokio::select! {
            () = tokio::time::sleep(longest) => {}
            () = self.bell.notified() => {}
        }
    }

    async fn send(&self, report: Claimed) -> Sent {
        let Claimed { event_id, body, attempts } = report;
        match self.post(body).await {
            Ok(()) => Sent { event_id, wait_ms: None },
            Err(error) => {
                complain(event_id, attempts, &error);
                Sent { event_id, wait_ms: Some(wait_ms(event_id, attempts)) }
            }
        }
    }

    async fn post(&self, body: String) -> Result<(), reqwest::Error> {
        let signature = webhook::sign(&self.secret, Utc::now(), body.as_bytes());
        let request = self.http.post(&self.url).header(CONTENT_TYPE, "application/json").header(SIGNATURE_HEADER, signature);
        request.body(body).send().await?.error_for_status()?;
        Ok(())
    }
}

/// What became of a sending: heard, or to be sent again after a while.
struct Sent {
    event_id: Uuid,
    wait_ms: Option<i64>,
}

/// Full jitter: an endpoint that comes back is not met by everybody at once.
fn wait_ms(event_id: Uuid, attempts: i32) -> i64 {
    let attempts = u64::try_from(attempts).unwrap_or(0);
    let longest = FIRST_WAIT_MS.saturating_mul(1 << attempts.min(16)).min(LONGEST_WAIT_MS);
    let drawn = chance::draw(0, "wait", event_id, attempts) % longest;
    i64::try_from(drawn + 1).unwrap_or(i64::MAX)
}

/// The first failure is news, the hundredth is not.
fn complain(event_id: Uuid, attempts: i32, error: &reqwest::Error) {
    if attempts.count_ones() == 1 {
        warn!(event.id = %event_id, attempts, error = %error, "nobody heard the carrier's report");
    } else {
        debug!(event.id = %event_id, attempts, error = %error, "nobody heard the carrier's report");
    }
}
