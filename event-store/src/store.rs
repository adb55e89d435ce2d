use std::sync::Arc;
use std::time::Duration;

use decider::{Decision, EventSourced, Needed, StreamId};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::counters::Counters;
use crate::deciding::Command;
use crate::engine::{Engine, Read};
use crate::loading::downcast;
use crate::tail::Tail;
use crate::{
    Answer, Envelope, Failure, Filter, Head, Loaded, LogArgs, Moment, PositionToken, RecordedEvent, StoreError, Vault, epochs, listener,
    moment, reading, schema_version, session,
};

/// The log, opened. Cloning is cheap; every clone is the same.
#[derive(Clone)]
pub struct EventStore(Arc<Inner>);

struct Inner {
    engine: Engine,
    pool: PgPool,
    vault: Vault,
    tail: Tail,
    counters: Counters,
    heard: watch::Receiver<i64>,
    closed: CancellationToken,
    listener: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Inner {
    /// The engine and the listener end when nobody can ask any more.
    fn drop(&mut self) {
        self.closed.cancel();
    }
}

impl EventStore {
    /// Opens the log, which must be migrated.
    ///
    /// # Errors
    /// [`StoreError::Database`] if it cannot be reached; [`StoreError::OlderSchema`], [`StoreError::WrongKey`].
    pub async fn connect(args: &LogArgs) -> Result<Self, StoreError> {
        let options = session::of_writer(&args.database_url).await?;
        let pool = PgPoolOptions::new()
            .max_connections(args.log_connections + 1)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.clone().application_name("orderly-log"))
            .await?;
        assert_schema(&pool).await?;
        let vault = Vault::new(args, pool.clone());
        vault.check_keys().await?;
        let engine = Engine::start(args, &options, vault.clone()).map_err(sqlx::Error::Io)?;
        let (hears, heard) = watch::channel(0);
        let closed = CancellationToken::new();
        let listener = tokio::spawn(listener::run(pool.clone(), hears, closed.clone()));
        let tail = Tail::new(args.tail_mib << 20);
        let inner = Inner {
            engine,
            pool,
            vault,
            tail,
            counters: Counters::default(),
            heard,
            closed,
            listener: tokio::sync::Mutex::new(Some(listener)),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Decides a command on the present state of its streams and stores what happens, once, all or none.
    ///
    /// # Errors
    /// [`Failure`] of the machinery; that the domain says no is an [`Answer`].
    pub async fn execute<D: Decision>(&self, decision: D, envelope: Envelope) -> Result<Answer, Failure> {
        self.0.vault.ensure_subjects(&envelope.subjects).await?;
        self.0.engine.execute(Command::new(decision, envelope)).await
    }

    /// The aggregate as it is now: a linearizable read.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    pub async fn load<A: EventSourced>(&self, id: &str) -> Result<Loaded<A>, StoreError> {
        let needed = Needed::of::<A>(id);
        let stream = needed.stream.clone();
        loaded(&stream, &self.0.engine.read(needed).await?)
    }

    /// The aggregates, in this order, as they were a moment ago: what was stored just now by another process may be missing.
    ///
    /// # Errors
    /// [`StoreError`] if one of them cannot be read.
    pub async fn load_many_cached<A: EventSourced>(&self, ids: &[String]) -> Result<Vec<Loaded<A>>, StoreError> {
        let needed: Vec<Needed> = ids.iter().map(|id| Needed::of::<A>(id.as_str())).collect();
        let reads = self.0.engine.peek(needed.clone()).await?;
        needed.iter().zip(&reads).map(|(needed, read)| loaded(&needed.stream, read)).collect()
    }

    /// The aggregate as it stood at `at`; none if it did not exist then.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    pub async fn load_at<A: EventSourced>(&self, id: &str, at: Moment) -> Result<Option<Loaded<A>>, StoreError> {
        moment::load_at(&self.0.pool, id, at).await
    }

    /// The events of a stream behind `after_sequence`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`] if they cannot be read.
    pub async fn stream_events(&self, stream: &StreamId, after_sequence: i64, limit: i64) -> Result<Vec<RecordedEvent>, StoreError> {
        reading::stream(&self.0.pool, stream, after_sequence, limit).await
    }

    /// The ids of the aggregates of a type that begin with `prefix`, in order behind `after`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`] if they cannot be read.
    pub async fn ids<A: EventSourced>(&self, prefix: &str, after: &str, limit: i64) -> Result<Vec<String>, StoreError> {
        reading::ids(&self.0.pool, A::TYPE, (prefix, after), limit).await
    }

    /// The events in `(after, upto]` that the filter lets through, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`] if they cannot be read.
    pub async fn read(&self, after: i64, upto: i64, limit: i64, filter: &Filter) -> Result<Vec<RecordedEvent>, StoreError> {
        reading::range(&self.0.pool, after, upto, limit, filter).await
    }

    /// The events at these positions, oldest first; where there is none, none.
    ///
    /// # Errors
    /// [`StoreError::Database`] if they cannot be read.
    pub async fn events_at(&self, positions: &[i64]) -> Result<Vec<RecordedEvent>, StoreError> {
        reading::at(&self.0.pool, positions).await
    }

    /// All events of some names that the aggregates of one type have, oldest first: for a type of which there are few.
    ///
    /// # Errors
    /// [`StoreError::Database`] if they cannot be read.
    pub async fn events_named(&self, aggregate_type: &str, names: &[&str]) -> Result<Vec<RecordedEvent>, StoreError> {
        reading::named(&self.0.pool, aggregate_type, names).await
    }

    /// The end of the log.
    ///
    /// # Errors
    /// [`StoreError::Database`] if it cannot be read.
    pub async fn head(&self) -> Result<Head, StoreError> {
        reading::head(&self.0.pool).await
    }

    /// The position that a token names.
    ///
    /// # Errors
    /// [`StoreError::LostPosition`] if the history in which it was given was lost there.
    pub async fn resolve(&self, token: PositionToken) -> Result<i64, StoreError> {
        epochs::resolve(&self.0.pool, token).await
    }

    /// The next number of a counter, for people: unique and growing in each process, not without gaps.
    ///
    /// # Errors
    /// [`StoreError::Database`] if it cannot be reached.
    pub async fn next_number(&self, counter: &str) -> Result<i64, StoreError> {
        self.0.counters.next(&self.0.pool, counter).await
    }

    /// Processes whose commands have keys, in order behind `after`, at most `limit`. Only those under way have any for long, so there are few.
    ///
    /// # Errors
    /// [`StoreError::Database`] if they cannot be reached.
    pub async fn keyed_processes(&self, after: &str, limit: i64) -> Result<Vec<String>, StoreError> {
        let keyed = sqlx::query_scalar("select distinct instance from log.process_keys where instance > $1 order by instance limit $2");
        Ok(keyed.bind(after).bind(limit).fetch_all(&self.0.pool).await?)
    }

    /// Drops the keys of processes that are over: none of their commands can come again.
    ///
    /// # Errors
    /// [`StoreError::Database`] if they cannot be reached.
    pub async fn forget_processes(&self, instances: &[String]) -> Result<(), StoreError> {
        sqlx::query("delete from log.process_keys where instance = any ($1)").bind(instances).execute(&self.0.pool).await?;
        Ok(())
    }

    /// What seals and opens personal data.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// Connections for reading, and for what others keep beside the log. They act as the role [`crate::session::WRITER`]: what is kept beside the log must be
    /// granted to it.
    pub fn pool(&self) -> &PgPool {
        &self.0.pool
    }

    /// The newest events, for subscriptions.
    pub(crate) fn tail(&self) -> &Tail {
        &self.0.tail
    }

    /// The last position heard of: changes when there is something to read.
    pub fn wake(&self) -> watch::Receiver<i64> {
        self.0.heard.clone()
    }

    /// Resolves once nothing is executed any more: the store was closed, or its engine died of a bug. A program that goes on without it answers
    /// nothing but failures, so it should end.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        self.0.engine.ended().clone().cancelled_owned()
    }

    /// Finishes what is in flight and lets go of the database.
    pub async fn close(self) {
        self.0.engine.close().await;
        self.0.closed.cancel();
        let listener = self.0.listener.lock().await.take();
        if let Some(listener) = listener {
            drop(listener.await);
        }
        self.0.pool.close().await;
    }
}

/// A program must not run on a schema that it does not know yet; a newer one is fine, since migrations suit the version before.
async fn assert_schema(pool: &PgPool) -> Result<(), StoreError> {
    let found: Option<i64> = match sqlx::query_scalar("select max(version) from log.migrations where success").fetch_one(pool).await {
        Ok(found) => found,
        // Undefined table or schema.
        Err(error) if error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "42P01" || code == "3F000") => {
            None
        }
        Err(error) => return Err(error.into()),
    };
    let (found, wanted) = (found.unwrap_or(0), schema_version());
    if found < wanted { Err(StoreError::OlderSchema { found, wanted }) } else { Ok(()) }
}

fn loaded<A: EventSourced>(stream: &StreamId, read: &Read) -> Result<Loaded<A>, StoreError> {
    Ok(Loaded { state: downcast::<A>(&*read.state, stream)?, version: read.version, position: read.position })
}
