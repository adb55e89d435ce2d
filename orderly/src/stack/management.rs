//! Probes and metrics, on a port of their own.

use std::sync::OnceLock;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use event_store::EventStore;
use futures::future::try_join_all;
use metrics::gauge;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use projections::ReadDatabase;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// How long the databases may take to answer a probe.
const PATIENCE: Duration = Duration::from_secs(1);

/// What probes look at.
#[derive(Clone)]
pub(super) struct Health {
    /// What must answer for this process to be ready.
    databases: Vec<PgPool>,
    /// Where there is a log: how far everybody is.
    log: Option<(EventStore, ReadDatabase)>,
    stop: CancellationToken,
}

impl Health {
    pub(super) fn new(store: EventStore, read: ReadDatabase, stop: CancellationToken) -> Self {
        Self { databases: vec![store.pool().clone(), read.pool().clone()], log: Some((store, read)), stop }
    }

    /// Of a process that has a database and no log.
    pub(super) fn of_database(pool: PgPool, stop: CancellationToken) -> Self {
        Self { databases: vec![pool], log: None, stop }
    }
}

/// `/livez`, `/readyz` and `/metrics`.
pub(super) fn router(health: Health) -> Router {
    recorder();
    Router::new()
        .route("/livez", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(exposition))
        .with_state(health)
}

/// Alive asks nobody; ready asks the databases, within a bound.
async fn ready(State(health): State<Health>) -> (StatusCode, &'static str) {
    if health.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n");
    }
    let asked = try_join_all(health.databases.iter().map(ping));
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(_)) => (StatusCode::OK, "ready\n"),
        Ok(Err(error)) => {
            warn!(%error, "not ready: a database can't be asked");
            (StatusCode::SERVICE_UNAVAILABLE, "a database can't be asked\n")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "a database does not answer in time\n"),
    }
}

async fn ping(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query("select 1").execute(pool).await.map(drop)
}

async fn exposition(State(health): State<Health>) -> impl IntoResponse {
    if let Err(error) = measure(&health).await {
        warn!(%error, "gauges are stale: they can't be read");
    }
    let text = recorder().map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}

/// What is measured by asking, when somebody wants to know.
async fn measure(health: &Health) -> anyhow::Result<()> {
    let Some((store, read)) = &health.log else { return Ok(()) };
    gauge!("orderly_log_head").set(store.head().await?.position as f64);
    let counts = process_manager::counts(store.pool()).await?;
    gauge!("orderly_process_open").set(counts.instances_open as f64);
    gauge!("orderly_process_pending").set(counts.pending as f64);
    gauge!("orderly_process_waiting").set(counts.waiting as f64);
    gauge!("orderly_process_parked").set(counts.parked as f64);
    for status in projections::status(store, read).await? {
        gauge!("orderly_projection_lag_events", "projection" => status.name).set(status.live.lag_events as f64);
        gauge!("orderly_projection_lag_seconds", "projection" => status.name).set(status.live.lag_seconds);
        gauge!("orderly_projection_dead_letters", "projection" => status.name).set(status.live.dead_letters as f64);
    }
    Ok(())
}

/// One for the process: there may be several stacks in one, as in tests. None if the program around it has its own.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).as_ref()
}
