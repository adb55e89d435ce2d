//! Roles that know neither the log nor its keys: the query API, whose database role can only read, and the simulator, which is the outside.

use std::net::SocketAddr;

use gateways::simulator::{self, Simulator, SimulatorArgs};
use identity::Authenticator;
use projections::{READ_MODELS, ReadArgs, ReadDatabase};
use query_api::{QueryArgs, QueryState};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::listeners::listen;
use super::management::{self, Health};
use super::workers::Workers;
use super::{DRAIN, serving};
use crate::exit::Outcome;
use crate::signals::StopSignals;
use crate::url::without_password;

/// What the query API needs.
pub(crate) struct QueryRole {
    pub(crate) address: SocketAddr,
    pub(crate) management: SocketAddr,
    pub(crate) query: QueryArgs,
    pub(crate) read: ReadArgs,
    /// Where the read models are, unless they have a database of their own.
    pub(crate) database_url: String,
    pub(crate) authenticator: Authenticator,
}

/// Answers queries until it is asked to stop.
///
/// # Errors
/// A port is taken, or the database can't be reached.
pub(crate) async fn query_api(role: QueryRole) -> anyhow::Result<Outcome> {
    let queries = listen(role.address, "queries", "--query-addr").await?;
    let address = queries.local_addr()?;
    let read = ReadDatabase::connect_read_only(&role.read, &role.database_url, READ_MODELS).await?;
    let mut alone = Alone::new(role.management, read.pool().clone()).await?;
    let models = role.read.read_database_url.as_deref().unwrap_or(&role.database_url);
    info!(%address, models = without_password(models), "the query API answers from the read models");
    let state = QueryState::new(read.clone(), role.authenticator, role.query);
    alone.workers.start("the query API", serving::serve(queries, query_api::router(state), alone.stop.clone()));
    let outcome = alone.run().await;
    read.close().await;
    outcome
}

/// Is the gateway and the carrier until it is asked to stop, with its ledger in a schema of its own.
///
/// # Errors
/// A port is taken, or the database can't be reached.
pub(crate) async fn simulator(args: SimulatorArgs, database_url: &str, management: SocketAddr) -> anyhow::Result<Outcome> {
    simulator::migrate(database_url).await?;
    let pool = simulator::connect(database_url).await?;
    let mut alone = Alone::new(management, pool.clone()).await?;
    let simulator = Simulator::bind(&args, pool, alone.stop.clone()).await?;
    let reports = args.carrier_webhook_url.as_deref().map_or_else(|| "nobody".to_owned(), without_password);
    info!(address = %simulator.address(), ledger = without_password(database_url), reports.to = reports, "the simulator is the gateway and the carrier");
    alone.workers.start("the simulator", simulator.run());
    alone.run().await
}

/// A process of one role.
struct Alone {
    workers: Workers,
    stop: CancellationToken,
    signals: StopSignals,
}

impl Alone {
    async fn new(management: SocketAddr, pool: PgPool) -> anyhow::Result<Self> {
        let (mut workers, stop) = (Workers::default(), CancellationToken::new());
        let listener = listen(management, "probes and metrics", "--management-addr").await?;
        info!(address = %listener.local_addr()?, "probes and metrics are here");
        let health = Health::of_database(pool, stop.clone());
        workers.start("probes and metrics", serving::serve(listener, management::router(health), stop.clone()));
        Ok(Self { workers, stop, signals: StopSignals::new()? })
    }

    async fn run(mut self) -> anyhow::Result<Outcome> {
        let stopped = tokio::select! {
            () = self.signals.next() => Ok(()),
            worker = self.workers.first_to_stop() => Err(worker),
        };
        self.stop.cancel();
        let finished = self.workers.finish(DRAIN).await;
        stopped.and(finished).map(|()| Outcome::Done)
    }
}
