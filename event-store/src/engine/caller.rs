//! The one connection that appends, and the one call in flight.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgDatabaseError, PgSeverity};
use sqlx::{Connection, Error, PgConnection};
use tokio::sync::mpsc;
use tracing::warn;

use super::{FromCaller, ToCaller};
use crate::appending::{Call, LockRequest, LockedRead, Verdicts};

/// Longer than the server's own limits: past it the connection is taken for dead, and the outcome for unknown.
const ANSWER: Duration = Duration::from_secs(15);
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

pub(super) struct Caller {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
}

/// What an error says about what was asked.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    /// Not done, and asking again will not help.
    Permanent,
    /// Not done, and may be the next time.
    Transient,
    /// Perhaps done: the connection broke before the answer.
    Unknown,
}

impl Caller {
    pub(super) fn new(options: &PgConnectOptions) -> Self {
        // A call waits for the lock and then works; between taking the lock and appending nobody thinks for long.
        let options = options
            .clone()
            .application_name("orderly-appender")
            .options([("statement_timeout", "10s"), ("idle_in_transaction_session_timeout", "1s")]);
        Self { options, connection: None }
    }

    pub(super) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<ToCaller>, answers: mpsc::UnboundedSender<FromCaller>) {
        while let Some(order) = orders.recv().await {
            let answer = match order {
                ToCaller::Append(call) => FromCaller::Appended(self.append(&call).await),
                ToCaller::LockAndRead(request) => FromCaller::Locked(self.lock_and_read(&request).await),
                ToCaller::AppendLocked(call) => FromCaller::Appended(self.append_locked(&call).await),
                ToCaller::Unlock => {
                    self.roll_back().await;
                    continue;
                }
            };
            if answers.send(answer).is_err() {
                return;
            }
        }
    }

    /// Sends a call until its outcome is known: the *same* call, with the same append ids. If the first got through after all, its key rows say
    /// so. Deciding anew or looking whether it is there would both be wrong: the old backend may commit after the look.
    async fn append(&mut self, call: &Call) -> Result<Verdicts, Error> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.send(call).await {
                Ok(verdicts) => return Ok(verdicts),
                Err(error) => self.pause_unless_permanent(error, &mut pause).await?,
            }
        }
    }

    async fn send(&mut self, call: &Call) -> Result<Verdicts, Error> {
        let connection = self.connection().await?;
        let verdicts = answered(call.send(connection)).await?;
        if verdicts.hold_keys() {
            // The call is done: failing to make sure does not mean that it is not.
            answered(wait_for_standby(connection)).await.map_err(|error| Error::Io(std::io::Error::other(error)))?;
        }
        Ok(verdicts)
    }

    async fn lock_and_read(&mut self, request: &LockRequest) -> Result<LockedRead, Error> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.begin_and_read(request).await {
                Ok(read) => return Ok(read),
                Err(error) => {
                    self.roll_back().await;
                    self.pause_unless_permanent(error, &mut pause).await?;
                }
            }
        }
    }

    async fn begin_and_read(&mut self, request: &LockRequest) -> Result<LockedRead, Error> {
        let connection = self.connection().await?;
        answered(async {
            let mut sure = 0;
            loop {
                sqlx::raw_sql("begin").execute(&mut *connection).await?;
                let read = request.read(connection).await?;
                if read.held.len() <= sure {
                    return Ok(read);
                }
                // Keys that are held are answered from this: it ends here, and is begun anew.
                sure = read.held.len();
                wait_for_standby(connection).await?;
                sqlx::raw_sql("commit").execute(&mut *connection).await?;
            }
        })
        .await
    }

    /// In the transaction that holds the lock. If that broke, what was decided under it may still be true: the same call again, without the lock.
    async fn append_locked(&mut self, call: &Call) -> Result<Verdicts, Error> {
        match self.append_and_commit(call).await {
            Ok(verdicts) => Ok(verdicts),
            Err(error) => {
                self.roll_back().await;
                self.pause_unless_permanent(error, &mut FIRST_PAUSE.clone()).await?;
                self.append(call).await
            }
        }
    }

    async fn append_and_commit(&mut self, call: &Call) -> Result<Verdicts, Error> {
        let Some(connection) = &mut self.connection else { return Err(Error::WorkerCrashed) };
        answered(async {
            let verdicts = call.send(&mut *connection).await?;
            if verdicts.hold_keys() {
                wait_for_standby(connection).await?;
            }
            sqlx::raw_sql("commit").execute(&mut *connection).await?;
            Ok(verdicts)
        })
        .await
    }

    /// Lets the lock go, by whatever means.
    async fn roll_back(&mut self) {
        let Some(connection) = &mut self.connection else { return };
        if answered(async { sqlx::raw_sql("rollback").execute(connection).await }).await.is_err() {
            self.connection = None;
        }
    }

    async fn pause_unless_permanent(&mut self, error: Error, pause: &mut Duration) -> Result<(), Error> {
        match meaning_of(&error) {
            Meaning::Permanent => return Err(error),
            Meaning::Transient => {}
            Meaning::Unknown => self.connection = None,
        }
        warn!(%error, "the log did not answer, the same call is sent again");
        tokio::time::sleep(*pause).await;
        *pause = (*pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }

    async fn connection(&mut self) -> Result<&mut PgConnection, Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => answered(PgConnection::connect_with(&self.options)).await?,
        };
        Ok(self.connection.insert(connection))
    }
}

/// Lets the commit of this transaction wait for the synchronous standby, if there is one, though nothing else is written: what is found by its key may be
/// another backend's that was ended while its own commit waited. Its rows show from then on, and are lost if the standby takes over before it has them.
async fn wait_for_standby(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("select pg_logical_emit_message(true, 'orderly', 'found') where current_setting('synchronous_standby_names') <> ''")
        .execute(connection)
        .await?;
    Ok(())
}

async fn answered<T>(asked: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match tokio::time::timeout(ANSWER, asked).await {
        Ok(answer) => answer,
        Err(elapsed) => Err(Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, elapsed))),
    }
}

/// Only an ERROR says that it was not done; a FATAL or a broken connection may have come after the commit.
fn meaning_of(error: &Error) -> Meaning {
    let Some(error) = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>()) else {
        // A row that is not what it should be came after the commit or will come again; all else is about the way to the server.
        let unreadable = matches!(error, Error::ColumnDecode { .. } | Error::Decode(_) | Error::Encode(_) | Error::ColumnNotFound(_));
        return if unreadable { Meaning::Permanent } else { Meaning::Unknown };
    };
    match error.severity() {
        PgSeverity::Fatal | PgSeverity::Panic => Meaning::Unknown,
        PgSeverity::Error | PgSeverity::Warning | PgSeverity::Notice | PgSeverity::Debug | PgSeverity::Info | PgSeverity::Log => {
            match error.code() {
                // Serialization, deadlock, lock and statement time-outs.
                "40001" | "40P01" | "55P03" | "57014" => Meaning::Transient,
                // A failover's read-only: another server is the primary.
                "25006" => Meaning::Unknown,
                _ => Meaning::Permanent,
            }
        }
    }
}
