//! Looking after a server while it is used: nobody else would notice that it is gone.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::warn;

use super::disk::Room;
use super::{EmbeddedError, EmbeddedPostgres};

const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// A server that is gone again so soon would go on dying.
const LIVES_AT_LEAST: Duration = Duration::from_secs(60);

/// How often a disk that stays full is told of.
const BETWEEN_WARNINGS: Duration = Duration::from_secs(60);

/// A running server that is looked after: one that is gone is started again where it was, at most once a minute.
#[derive(Debug)]
pub struct KeptPostgres {
    // Nobody is left who could stop it where this is dropped, so it stops by itself.
    stop: DropGuard,
    failure: mpsc::Receiver<EmbeddedError>,
    keeper: JoinHandle<Result<(), EmbeddedError>>,
}

impl EmbeddedPostgres {
    /// Has the server looked after from now on.
    pub fn keep(self) -> KeptPostgres {
        let (stop, (tell, failure)) = (CancellationToken::new(), mpsc::channel(1));
        let keeper = Keeper { server: self, restarted: None, warned: None };
        KeptPostgres { keeper: tokio::spawn(keeper.run(stop.clone(), tell)), stop: stop.drop_guard(), failure }
    }
}

impl KeptPostgres {
    /// Waits until the server is gone for good, and tells why.
    pub async fn gave_up(&mut self) -> EmbeddedError {
        match self.failure.recv().await {
            Some(failure) => failure,
            None => std::future::pending().await,
        }
    }

    /// Stops the server and waits until it is gone.
    ///
    /// # Errors
    /// As [`EmbeddedPostgres::stop`].
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        drop(self.stop);
        self.keeper.await.expect("looking after a server neither panics nor is aborted")
    }
}

struct Keeper {
    server: EmbeddedPostgres,
    restarted: Option<Instant>,
    warned: Option<Instant>,
}

impl Keeper {
    /// A restart is not interrupted: half of one would leave a server behind that nobody stops.
    async fn run(mut self, stop: CancellationToken, tell: mpsc::Sender<EmbeddedError>) -> Result<(), EmbeddedError> {
        while stop.run_until_cancelled(tokio::time::sleep(BETWEEN_LOOKS)).await.is_some() {
            if let Err(failure) = self.look().await {
                // Fails only where nobody waits for it any more.
                drop(tell.send(failure).await);
                stop.cancelled().await;
                break;
            }
        }
        self.server.stop().await
    }

    async fn look(&mut self) -> Result<(), EmbeddedError> {
        let room = self.server.room();
        if self.server.is_running() {
            self.warn_of(&room);
            return Ok(());
        }
        if room.is_used_up() {
            return Err(room.into());
        }
        if self.restarted.is_some_and(|restarted| restarted.elapsed() < LIVES_AT_LEAST) {
            return Err(self.server.keeps_dying());
        }
        warn!("the embedded Postgres is gone, killed perhaps: starting it again");
        self.server.restart().await?;
        self.restarted = Some(Instant::now());
        warn!("the embedded Postgres is back, with all that it had acknowledged");
        Ok(())
    }

    fn warn_of(&mut self, room: &Room) {
        if room.is_used_up() && self.warned.is_none_or(|warned| warned.elapsed() > BETWEEN_WARNINGS) {
            self.warned = Some(Instant::now());
            warn!("{room}: nothing can be stored, and Postgres may end");
        }
    }
}
