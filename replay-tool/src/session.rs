//! The log and the read models, opened.

use std::time::Duration;

use event_store::{EventStore, LogArgs, SecretKey, StoreError};
use projections::{READ_MODELS, ReadArgs, ReadDatabase};
use sqlx::{Connection as _, PgConnection};

use crate::connection::{Addresses, Connection};
use crate::outcome::Failure;

/// What a command works with.
pub(crate) struct Session {
    pub(crate) store: EventStore,
    pub(crate) read: ReadDatabase,
}

/// Few: the machine's other programs need theirs.
const CONNECTIONS: u32 = 4;

const PROBE: Duration = Duration::from_secs(5);

impl Session {
    /// For a command that looks at nothing personal.
    pub(crate) async fn open(connection: &Connection) -> Result<Self, Failure> {
        Self::with(connection.addresses()?, SecretKey::none(), SecretKey::none()).await
    }

    /// For a command that fills or compares read models, where personal data stands in clear.
    pub(crate) async fn open_with_keys(connection: &Connection) -> Result<Self, Failure> {
        let addresses = connection.addresses()?;
        let master = key("ORDERLY_MASTER_KEY", addresses.master_key.as_deref())?;
        let claim = key("ORDERLY_CLAIM_KEY", addresses.claim_key.as_deref())?;
        Self::with(addresses, master, claim).await
    }

    async fn with(addresses: Addresses, master: SecretKey, claim: SecretKey) -> Result<Self, Failure> {
        probe("the log's database", &addresses.log).await?;
        if addresses.read != addresses.log {
            probe("the read models' database", &addresses.read).await?;
        }
        let args = LogArgs { log_connections: CONNECTIONS, ..LogArgs::new(addresses.log.clone(), master, claim) };
        let store = EventStore::connect(&args).await?;
        store.head().await?;
        let args = ReadArgs { read_database_url: Some(addresses.read), read_connections: CONNECTIONS };
        let read = ReadDatabase::connect(&args, &addresses.log, READ_MODELS).await?;
        Ok(Self { store, read })
    }

    /// Lets go of the databases.
    pub(crate) async fn close(self) {
        self.read.close().await;
        self.store.close().await;
    }
}

/// A pool only says that it timed out: one connection before it shows what is the matter.
async fn probe(what: &str, url: &str) -> Result<(), Failure> {
    let away = |problem: String| Failure::Unreachable(format!("{what} can't be reached: {problem}"));
    let connected = tokio::time::timeout(PROBE, PgConnection::connect(url)).await.map_err(|_| away("no answer".to_owned()))?;
    connected.map_err(|problem| away(problem.to_string()))?.close().await.map_err(|problem| away(problem.to_string()))
}

fn key(name: &str, text: Option<&str>) -> Result<SecretKey, Failure> {
    let missing =
        || Failure::Refused(format!("{name} is not set, and the data folder has no secrets.env with it: personal data can't be opened"));
    text.ok_or_else(missing)?.parse().map_err(|problem| Failure::Usage(format!("{name}: {problem}")))
}

/// `undefined_table` and `invalid_schema_name`.
const NOT_MIGRATED: [&str; 2] = ["42P01", "3F000"];

fn of_database(error: &sqlx::Error, message: String) -> Failure {
    match error.as_database_error().and_then(|error| error.code()) {
        Some(code) if NOT_MIGRATED.contains(&code.as_ref()) => {
            Failure::Refused(format!("{message}; is the schema there? orderly migrate makes it"))
        }
        Some(_) | None => Failure::Unreachable(message),
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        of_database(&error, error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match &error {
            StoreError::Database(source) => of_database(source, message),
            StoreError::Unloadable(cause) if !cause.is_outage() => Self::Broken(message),
            StoreError::Migration(_) | StoreError::Closed | StoreError::Unloadable(_) | StoreError::Overloaded | StoreError::TimedOut => {
                Self::Unreachable(message)
            }
            StoreError::LostPosition(_) => Self::NotFound(message),
            StoreError::OlderSchema { .. } | StoreError::Refused(_) | StoreError::WrongKey(_) => Self::Refused(message),
            StoreError::Unreadable { .. }
            | StoreError::UnreadableMetadata { .. }
            | StoreError::Json(_)
            | StoreError::UnnamedStream(_)
            | StoreError::NoStream
            | StoreError::WrongType(_)
            | StoreError::Erased(_)
            | StoreError::Sealed(_)
            | StoreError::Unfoldable { .. }
            | StoreError::Panicked => Self::Broken(message),
        }
    }
}
