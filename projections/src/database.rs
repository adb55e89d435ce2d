//! The database that the read models live in, which may be another than the log's.

use std::str::FromStr;
use std::sync::Arc;

use event_store::session;
use serde::de::DeserializeOwned;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions};
use sqlx::query::QueryScalar;
use sqlx::{PgPool, Postgres, QueryBuilder};

use crate::models::ReadModels;
use crate::schema::{Schema, Slot};
use crate::watcher::Watcher;
use crate::{Page, PageRequest, ReadModelError};

/// Where the read models are.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Read models")]
pub struct ReadArgs {
    /// Postgres that holds the read models; the log's where none is given
    #[arg(long, env = "READ_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub read_database_url: Option<String>,

    /// Connections for the read models
    #[arg(long, env = "ORDERLY_READ_CONNECTIONS", default_value_t = 12, value_name = "N")]
    pub read_connections: u32,
}

impl ReadArgs {
    fn options(&self, log_url: &str) -> Result<PgConnectOptions, ReadModelError> {
        Ok(PgConnectOptions::from_str(self.read_database_url.as_deref().unwrap_or(log_url))?)
    }
}

impl Default for ReadArgs {
    fn default() -> Self {
        Self { read_database_url: None, read_connections: 12 }
    }
}

/// The read models, to be read and waited for. Cloning is cheap; clones share connections and the watcher.
#[derive(Clone)]
pub struct ReadDatabase {
    pool: PgPool,
    models: ReadModels,
    pub(crate) watcher: Arc<Watcher>,
}

/// A swap holds one while it takes in the last events with others.
const FEWEST_CONNECTIONS: u32 = 4;

type RowQuery<'q> = QueryScalar<'q, Postgres, String, PgArguments>;

impl ReadDatabase {
    /// Opens the database of the read models for those who keep them.
    ///
    /// # Errors
    /// The address is none, or nobody answers there.
    pub async fn connect(args: &ReadArgs, log_url: &str, models: ReadModels) -> Result<Self, ReadModelError> {
        // Rows and checkpoint are lost together in a crash and folded again, so no commit waits for the disk.
        // A rebuild's copies and indexes take their time; a transaction in which nothing happens is a program that hangs.
        let settings = [("synchronous_commit", "off"), ("idle_in_transaction_session_timeout", "10s")];
        Self::open(args.options(log_url)?, args, models, &settings).await
    }

    /// The same for those who only read: as the reader's role, which may change nothing.
    ///
    /// # Errors
    /// The address is none, or nobody answers there.
    pub async fn connect_read_only(args: &ReadArgs, log_url: &str, models: ReadModels) -> Result<Self, ReadModelError> {
        let options = session::acting_as(args.options(log_url)?, session::READER).await?;
        let settings =
            [("default_transaction_read_only", "on"), ("statement_timeout", "10s"), ("idle_in_transaction_session_timeout", "5s")];
        Self::open(options, args, models, &settings).await
    }

    /// The tables of every read model are found by name alone, since each has its own; what serves the projector is always written with its schema.
    async fn open(
        options: PgConnectOptions,
        args: &ReadArgs,
        models: ReadModels,
        settings: &[(&str, &str)],
    ) -> Result<Self, ReadModelError> {
        let search_path = models.all().map(|model| Schema::of(model, Slot::Live).to_string()).collect::<Vec<_>>().join(",");
        let options = options
            .application_name("orderly read models")
            .options([("search_path", search_path.as_str()), ("timezone", "UTC")])
            .options(settings.iter().copied());
        let pool = PgPoolOptions::new().max_connections(args.read_connections.max(FEWEST_CONNECTIONS)).connect_with(options).await?;
        Ok(Self { pool, models, watcher: Arc::new(Watcher::of(models)) })
    }

    /// Makes the live generation of every read model that has none, empty: what reads them need not wait for a projector to begin.
    ///
    /// # Errors
    /// The database is away, or its user may not create schemas.
    pub async fn create(&self) -> Result<(), ReadModelError> {
        for model in self.models.all() {
            Schema::of(model, Slot::Live).create(model, &self.pool, true).await?;
        }
        Ok(())
    }

    /// The same connections, with what `keeper` hears of its projectors at once: in a process that keeps the read models it answers from.
    pub fn hearing(self, keeper: &Self) -> Self {
        Self { watcher: Arc::clone(&keeper.watcher), ..self }
    }

    /// The read models in it.
    pub fn models(&self) -> ReadModels {
        self.models
    }

    /// Its connections.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Gives the connections up.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub(crate) async fn rows<R: DeserializeOwned>(&self, query: RowQuery<'_>) -> Result<Vec<R>, ReadModelError> {
        query.fetch_all(&self.pool).await.map_err(unbuilt)?.iter().map(|json| parse(json)).collect()
    }

    pub(crate) async fn row<R: DeserializeOwned>(&self, query: RowQuery<'_>) -> Result<Option<R>, ReadModelError> {
        query.fetch_optional(&self.pool).await.map_err(unbuilt)?.map(|json| parse(&json)).transpose()
    }

    /// A page of a list in the order of its keys.
    pub(crate) async fn page_by_key<R: DeserializeOwned>(
        &self,
        mut query: QueryBuilder<Postgres>,
        request: &PageRequest,
        key: impl Fn(&R) -> String,
    ) -> Result<Page<R>, ReadModelError> {
        if let Some(after) = &request.after {
            query.push(" and key > ").push_bind(after.clone());
        }
        query.push(" order by key limit ").push_bind(request.rows_to_read());
        let rows = self.rows(query.build_query_scalar()).await?;
        Ok(request.page(rows, key))
    }
}

/// A table that is missing belongs to a read model that no projector has begun yet.
fn unbuilt(error: sqlx::Error) -> ReadModelError {
    match error.as_database_error().and_then(|error| error.code()).as_deref() {
        Some("42P01") => ReadModelError::Absent("read model of this version yet".to_owned()),
        Some(_) | None => error.into(),
    }
}

fn parse<R: DeserializeOwned>(json: &str) -> Result<R, ReadModelError> {
    serde_json::from_str(json).map_err(|source| ReadModelError::Row { table: std::any::type_name::<R>().to_owned(), source })
}
