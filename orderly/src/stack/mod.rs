//! The whole of Orderly in one process: what `orderly dev` runs, what each role runs a part of, and what the tests run against.

pub(crate) mod alone;
mod idle;
mod listeners;
mod management;
mod roles;
pub(crate) mod schema;
mod serving;
mod settings;
mod workers;

use std::future::Future;
use std::time::Duration;

use event_store::EventStore;
use identity::{Authenticator, Role, TokenRequest};
use projections::{READ_MODELS, ReadDatabase};
use tokio_util::sync::CancellationToken;

pub use idle::IdleError;
pub use listeners::{Addresses, ListenError, Listeners, MovedBy};
pub use schema::SchemaError;
pub use settings::{Ports, Roles, StackSettings, settings_of_the_environment};
pub use workers::StoppedWorker;

use workers::Workers;

/// How long the work in flight may hold up the end.
const DRAIN: Duration = Duration::from_secs(20);

/// How long workers may take to see that they are to stop, where nothing is finished any more.
const ABANDONED_WITHIN: Duration = Duration::from_secs(1);

/// A running stack.
pub struct Stack {
    addresses: Addresses,
    store: EventStore,
    read: ReadDatabase,
    authenticator: Authenticator,
    workers: Workers,
    draining: CancellationToken,
}

impl Stack {
    /// Listens where the settings say and starts their roles.
    ///
    /// # Errors
    /// A port is taken, a database can't be reached, or its schema is another program's.
    pub async fn start(settings: StackSettings) -> anyhow::Result<Self> {
        let listeners = Listeners::bind(&settings.ports, settings.roles, MovedBy::Address).await?;
        Self::start_on(listeners, settings).await
    }

    /// Starts on ports that are listened on already.
    ///
    /// # Errors
    /// A database can't be reached, or its schema is another program's.
    pub async fn start_on(listeners: Listeners, settings: StackSettings) -> anyhow::Result<Self> {
        schema::prepare(&settings).await?;
        let store = EventStore::connect(&settings.log).await?;
        let read = ReadDatabase::connect(&settings.read, &settings.log.database_url, READ_MODELS).await?;
        if settings.roles.projector {
            read.create().await?;
        }
        let (draining, mut workers) = (CancellationToken::new(), Workers::default());
        let shared = roles::Shared { settings: &settings, store: &store, read: &read, stop: &draining };
        let addresses = match roles::start(shared, listeners, &mut workers).await {
            Ok(addresses) => addresses,
            Err(failure) => {
                // What was started already ends before the database under it does.
                draining.cancel();
                workers.finish(DRAIN).await?;
                return Err(failure);
            }
        };
        let engine = store.ended();
        let asked = draining.clone();
        workers.start("the log's engine", async move {
            tokio::select! {
                () = engine => Err(anyhow::anyhow!("it ended, its message stands above")),
                () = asked.cancelled() => Ok(()),
            }
        });
        Ok(Self { addresses, store, read, authenticator: settings.authenticator.clone(), workers, draining })
    }

    /// Where it listens.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// The log.
    pub fn store(&self) -> &EventStore {
        &self.store
    }

    /// The read models.
    pub fn read(&self) -> &ReadDatabase {
        &self.read
    }

    /// A token of a role, good for a day.
    ///
    /// # Errors
    /// The key at hand is a public one, or the subject may not stand in the log.
    pub fn token(&self, subject: &str, role: Role) -> anyhow::Result<String> {
        let lifetime = Duration::from_secs(24 * 3600);
        self.mint(&TokenRequest { subject: subject.to_owned(), role, channel: None, grants: Vec::new(), lifetime })
    }

    /// Any token.
    ///
    /// # Errors
    /// The key at hand is a public one, or the subject may not stand in the log.
    pub fn mint(&self, request: &TokenRequest) -> anyhow::Result<String> {
        Ok(self.authenticator.mint(request)?)
    }

    /// Waits until nothing is left to do: every order's process waits for somebody outside or is over, and every read model is
    /// at the head of the log.
    ///
    /// # Errors
    /// It is not so within the time, told with what is left.
    pub fn idle(&self, within: Duration) -> impl Future<Output = anyhow::Result<()>> + Send + use<> {
        idle::wait(self.store.clone(), self.read.clone(), within)
    }

    /// Waits until a worker stops, which none does by itself unless it cannot go on.
    pub async fn stopped_worker(&mut self) -> anyhow::Error {
        self.workers.first_to_stop().await
    }

    /// Finishes what is in flight and stops.
    ///
    /// # Errors
    /// A worker failed, or did not stop in time.
    pub async fn shutdown(mut self) -> anyhow::Result<()> {
        self.draining.cancel();
        let finished = self.workers.finish(DRAIN).await;
        self.read.close().await;
        self.store.close().await;
        finished
    }

    /// Stops without finishing what is in flight, where it can't be finished: the database is gone for good.
    pub async fn abandon(mut self) {
        self.draining.cancel();
        // What they say of it follows from what the caller knows.
        drop(self.workers.finish(ABANDONED_WITHIN).await);
    }
}
