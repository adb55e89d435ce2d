//! The simulator's door.

mod ledger;
mod parcels;
mod payments;
mod problem;

use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Json, Router};
use tokio_util::sync::CancellationToken;

use super::SimulatorArgs;
use super::carrier::Parcels;
use super::faults::Faults;
use super::ledger::Ledger;
use problem::Refusal;

/// No call of ours is nearly as long.
const LONGEST_BODY: usize = 16 * 1024;

/// What the handlers work with.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) ledger: Ledger,
    pub(super) parcels: Parcels,
    pub(super) faults: Faults,
    pub(super) manners: Manners,
}

/// How quickly it answers, or not.
#[derive(Debug, Clone)]
pub(super) struct Manners {
    latency: Duration,
    carrier_latency: Duration,
    silence: Duration,
    shutdown: CancellationToken,
}

impl Manners {
    pub(super) const fn new(args: &SimulatorArgs, shutdown: CancellationToken) -> Self {
        let latency = Duration::from_millis(args.simulator_latency_ms);
        let carrier_latency = Duration::from_millis(args.carrier_latency_ms);
        let silence = Duration::from_millis(args.simulator_silence_ms);
        Self { latency, carrier_latency, silence, shutdown }
    }

    /// Before the work.
    async fn hesitate(&self) {
        pause(self.latency).await;
    }

    /// A carrier that has done its work and takes its time to say so.
    async fn dawdle(&self) {
        pause(self.carrier_latency).await;
    }

    /// Keeps the caller waiting, but not the shutdown.
    async fn keep_silent(&self) {
        tokio::select! {
            () = tokio::time::sleep(self.silence) => {}
            () = self.shutdown.cancelled() => {}
        }
    }
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

impl Desk {
    async fn silence<T>(&self) -> Result<Json<T>, Refusal> {
        self.manners.keep_silent().await;
        Err(Refusal::TimedOut)
    }
}

pub(super) fn router(desk: Desk) -> Router {
    Router::new()
        .route("/v1/authorizations", post(payments::authorize))
        .route("/v1/captures", post(payments::capture))
        .route("/v1/voids", post(payments::void))
        .route("/v1/operations/{operation}", get(ledger::look_up))
        .route("/v1/ledger", get(ledger::totals))
        .route("/v1/bookings", post(parcels::book))
        .route("/v1/bookings/cancel", post(parcels::cancel))
        .route("/v1/bookings/{operation}", get(parcels::look_up))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(desk)
}
