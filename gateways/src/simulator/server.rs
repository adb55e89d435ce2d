use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::carrier::{Courier, Parcels};
use super::faults::Faults;
use super::http::{self, Desk, Manners};
use super::ledger::{Ledger, Writer};
use super::terms::Terms;
use super::{SimulatorArgs, SimulatorError};

/// How long callers in the middle of something may hold up the end.
const DRAIN: Duration = Duration::from_secs(10);

/// Runs the simulator where its settings say, on a database that [`migrate`](super::migrate) has prepared, until the shutdown.
///
/// # Errors
/// [`SimulatorError`] if it can't listen there, or its settings don't go together.
pub async fn serve(args: &SimulatorArgs, pool: PgPool, shutdown: CancellationToken) -> Result<(), SimulatorError> {
    Simulator::bind(args, pool, shutdown).await?.run().await
}

/// A simulator that listens already and has to be run.
#[derive(Debug)]
pub struct Simulator {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    writer: Writer,
    courier: Option<Courier>,
    shutdown: CancellationToken,
}

impl Simulator {
    /// Listens; with port 0 wherever there is room.
    ///
    /// # Errors
    /// As [`serve`].
    pub async fn bind(args: &SimulatorArgs, pool: PgPool, shutdown: CancellationToken) -> Result<Self, SimulatorError> {
        let refused = |source| SimulatorError::Bind { address: args.simulator_listen, source };
        let listener = TcpListener::bind(args.simulator_listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let bell = Arc::new(Notify::new());
        let (ledger, writer) = Ledger::open(pool.clone(), Terms::new(args));
        let courier = Courier::new(pool.clone(), Arc::clone(&bell), args)?;
        let parcels = Parcels::new(pool, bell, args);
        let manners = Manners::new(args, shutdown.clone());
        let router = http::router(Desk { ledger, parcels, faults: Faults::new(args), manners });
        Ok(Self { listener, address, router, writer, courier, shutdown })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the shutdown, then finishes what is in flight.
    ///
    /// # Errors
    /// [`SimulatorError::Serve`] if the server breaks.
    pub async fn run(self) -> Result<(), SimulatorError> {
        let Self { listener, address, router, writer, courier, shutdown } = self;
        info!(address = %address, "the simulated gateway and carrier listen");
        let served = CancellationToken::new();
        let door = async {
            let result = open_door(listener, router, shutdown.clone()).await;
            served.cancel();
            result
        };
        let courier = async {
            if let Some(courier) = courier {
                courier.run(shutdown.clone()).await;
            }
        };
        let (result, (), ()) = tokio::join!(door, writer.run(served.clone()), courier);
        result.map_err(SimulatorError::Serve)
    }
}

async fn open_door(listener: TcpListener, router: Router, shutdown: CancellationToken) -> std::io::Result<()> {
    let deadline = async {
        shutdown.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    // Answers are small: none waits for the acknowledgment of the one before.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    let serving = axum::serve(listener, router).with_graceful_shutdown(shutdown.clone().cancelled_owned());
    tokio::select! {
        result = serving => result,
        () = deadline => Ok(()),
    }
}
