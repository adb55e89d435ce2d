//! The engine: decides commands in memory, in turn, and stores them in calls, without waiting for one before deciding the next.
//!
//! One task owns everything (`run.rs` drives [`core::Core`]); a second has the one connection that appends and the one call in flight
//! (`caller.rs`); a third reads cold streams and writes snapshots on a connection of its own (`loader.rs`). They talk by messages, so nothing
//! is locked and every rule can be read in one place. The first two have a thread to themselves: everybody waits for them, so they wait for nobody's turn.
//!
//! - `intake.rs` who is next, `keys.rs` who was here before;
//! - `cache.rs` and `stream.rs` what is committed and what is decided on top of it;
//! - `deciding.rs` from a command to a queued append;
//! - `settling.rs` from the call's outcome to commits, answers and everything that must be taken back;
//! - `core/locking.rs` the second try, under the log's lock.

mod cache;
mod caller;
mod core;
mod deciding;
mod intake;
mod keys;
mod loader;
#[cfg(test)]
mod model;
mod request;
mod run;
mod settling;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use decider::{Needed, StreamId};
use serde_json::value::RawValue;
use sqlx::postgres::PgConnectOptions;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::appending::{Call, LockRequest, LockedRead, Verdicts};
use crate::deciding::Command;
use crate::loading::{LoadedStream, StreamHead};
use crate::{Answer, CommandKey, Failure, LogArgs, StoreError, Vault};
pub(crate) use request::Read;
use request::{Pending, Work};

/// What is answered to those who must come again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How old a state may be that is looked at without checking.
const PEEK_AGE: Duration = Duration::from_secs(1);
/// How many bytes of events make a snapshot worth its writing.
const SNAPSHOT_BYTES: usize = 64 << 10;
/// How long closing waits for what is in flight.
const DRAIN: Duration = Duration::from_secs(15);

/// What the caller of the log is to do.
enum ToCaller {
    /// One call, one commit.
    Append(Call),
    /// Begin a transaction, take the lock, read.
    LockAndRead(LockRequest),
    /// Append in that transaction and commit.
    AppendLocked(Call),
    /// There was nothing to append.
    Unlock,
}

/// What the caller of the log answers.
enum FromCaller {
    Appended(Result<Verdicts, sqlx::Error>),
    Locked(Result<LockedRead, sqlx::Error>),
}

/// What the loader is to do.
enum ToLoader {
    Load(Needed),
    FetchKey(String),
    Save { stream: StreamId, layout: Vec<u8>, head: StreamHead, state: Box<RawValue> },
}

/// What the loader answers.
enum FromLoader {
    Loaded(Vec<(Needed, Result<LoadedStream, StoreError>)>),
    Fetched(String, Result<(), StoreError>),
}

/// The way in.
pub(crate) struct Engine {
    requests: mpsc::UnboundedSender<Pending>,
    /// What bounds the unbounded: every request holds a permit until it is answered.
    permits: Arc<Semaphore>,
    timeout: Duration,
    /// Ends it though not everything is answered.
    abort: CancellationToken,
    ended: CancellationToken,
}

impl Engine {
    /// Starts its thread.
    ///
    /// # Errors
    /// There can be no more threads.
    pub(crate) fn start(args: &LogArgs, options: &PgConnectOptions, vault: Vault) -> std::io::Result<Self> {
        let (requests, arrivals) = mpsc::unbounded_channel();
        let permits = Arc::new(Semaphore::new(args.command_queue));
        let (abort, ended) = (CancellationToken::new(), CancellationToken::new());
        let engine =
            Self { requests, permits: permits.clone(), timeout: args.command_timeout(), abort: abort.clone(), ended: ended.clone() };
        let (args, options, of_the_store) = (args.clone(), options.clone(), Handle::current());
        let work = async move {
            let core = core::Core::new(&args, vault.clone(), std::time::Instant::now());
            run::run(core, arrivals, permits, run::Helpers::start(&of_the_store, &args, &options, vault)).await;
        };
        std::thread::Builder::new().name("event-store".to_owned()).spawn(move || {
            // However it ends, by a panic too.
            let _told = ended.drop_guard();
            match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => drop(runtime.block_on(abort.run_until_cancelled_owned(work))),
                Err(error) => tracing::error!(%error, "the log's thread could not start"),
            }
        })?;
        Ok(engine)
    }

    pub(crate) async fn execute(&self, command: Command) -> Result<Answer, Failure> {
        let permit = self.permit()?;
        let caller: Arc<str> = match &command.envelope.key {
            CommandKey::Client { caller, .. } => caller.as_str().into(),
            CommandKey::Process { instance, .. } => instance.as_str().into(),
            CommandKey::Once => command.envelope.actor.as_str().into(),
        };
        let (reply, answer) = oneshot::channel();
        self.send(Pending::new(Work::Execute { command: Box::new(command), reply }, caller, Some(permit)))?;
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(answered) => answered.unwrap_or(Err(StoreError::Closed.into())),
            Err(elapsed) => Err(Failure::Unavailable { retry_after: RETRY_AFTER, source: Box::new(elapsed) }),
        }
    }

    /// Cancelled once nothing is executed any more.
    pub(crate) fn ended(&self) -> &CancellationToken {
        &self.ended
    }

    pub(crate) async fn read(&self, needed: Needed) -> Result<Read, StoreError> {
        self.ask(needed.stream.clone(), |reply| Work::Read { needed, reply }).await
    }

    pub(crate) async fn peek(&self, needed: Vec<Needed>) -> Result<Vec<Read>, StoreError> {
        let Some(first) = needed.first().map(|needed| needed.stream.clone()) else { return Ok(Vec::new()) };
        self.ask(first, |reply| Work::Peek { needed, reply }).await
    }

    /// A read takes its turn by what it reads: who reads is not known here, and all readers together are not one caller.
    async fn ask<T>(&self, about: StreamId, work: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Work) -> Result<T, StoreError> {
        let permit = self.permit().map_err(StoreError::of_a_read)?;
        let (reply, answer) = oneshot::channel();
        self.send(Pending::new(work(reply), about.to_string().into(), Some(permit)))?;
        let answered = tokio::time::timeout(self.timeout, answer).await.map_err(|_| StoreError::TimedOut)?;
        answered.unwrap_or(Err(StoreError::Closed))
    }

    /// A place in the bounded queue, or the refusal at once.
    fn permit(&self) -> Result<OwnedSemaphorePermit, Failure> {
        self.permits.clone().try_acquire_owned().map_err(|error| match error {
            TryAcquireError::NoPermits => Failure::Overloaded { retry_after: RETRY_AFTER },
            TryAcquireError::Closed => StoreError::Closed.into(),
        })
    }

    fn send(&self, pending: Pending) -> Result<(), StoreError> {
        self.requests.send(pending).map_err(|_| StoreError::Closed)
    }

    /// Takes nothing new in and waits until everything that was is answered.
    pub(crate) async fn close(&self) {
        self.permits.close();
        // An empty request, for the loop to notice that no others will come.
        let (reply, _) = oneshot::channel();
        drop(self.requests.send(Pending::new(Work::Peek { needed: Vec::new(), reply }, "closing".into(), None)));
        if tokio::time::timeout(DRAIN, self.ended.cancelled()).await.is_err() {
            tracing::warn!("the log did not drain in time, some commands stay unanswered");
            self.abort.cancel();
            self.ended.cancelled().await;
        }
    }
}

impl Drop for Engine {
    /// Nobody waits for an answer any more: it must not go on alone, for as long as its database does not answer.
    fn drop(&mut self) {
        self.abort.cancel();
    }
}
