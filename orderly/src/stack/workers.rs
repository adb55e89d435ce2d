use std::future::Future;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tracing::info;

/// A worker that ended when it should not have, or did not end when it should.
#[derive(Debug, thiserror::Error)]
pub enum StoppedWorker {
    /// It ended without being asked to.
    #[error("{0} stopped by itself")]
    ByItself(&'static str),
    /// It panicked.
    #[error("{0} panicked; its message stands above")]
    Panicked(&'static str),
    /// Some were still at work when the time was over.
    #[error("{left} workers were still at work {} s after they were asked to stop", .within.as_secs())]
    TooSlow {
        /// How many.
        left: usize,
        /// How long they were waited for.
        within: Duration,
    },
}

type Ended = (&'static str, Result<anyhow::Result<()>, JoinError>);

/// The tasks of a stack: each has a name, and somebody waits for it.
#[derive(Default)]
pub(super) struct Workers {
    tasks: JoinSet<Ended>,
}

impl Workers {
    /// Starts one.
    pub(super) fn start<E>(&mut self, name: &'static str, work: impl Future<Output = Result<(), E>> + Send + 'static)
    where
        E: Into<anyhow::Error> + Send + 'static,
    {
        let task = tokio::spawn(async move { work.await.map_err(Into::into) });
        self.tasks.spawn(async move { (name, task.await) });
    }

    /// Waits for the first that stops, and tells why it did.
    pub(super) async fn first_to_stop(&mut self) -> anyhow::Error {
        match self.tasks.join_next().await {
            Some(Ok((name, Ok(Ok(()))))) => StoppedWorker::ByItself(name).into(),
            Some(Ok(ended)) => failure(ended).unwrap_or_else(|| StoppedWorker::ByItself("a worker").into()),
            Some(Err(_)) => StoppedWorker::Panicked("a worker").into(),
            None => std::future::pending().await,
        }
    }

    /// Waits until all have stopped, who were asked to.
    pub(super) async fn finish(&mut self, within: Duration) -> anyhow::Result<()> {
        let all = async {
            let mut first_failure = None;
            while let Some(ended) = self.tasks.join_next().await {
                let failed = ended.map_or_else(|_| Some(StoppedWorker::Panicked("a worker").into()), failure);
                first_failure = first_failure.or(failed);
            }
            first_failure.map_or(Ok(()), Err)
        };
        match tokio::time::timeout(within, all).await {
            Ok(finished) => finished,
            Err(_) => Err(StoppedWorker::TooSlow { left: self.tasks.len(), within }.into()),
        }
    }
}

fn failure((name, ended): Ended) -> Option<anyhow::Error> {
    match ended {
        Ok(Ok(())) => {
            info!(worker = name, "stopped");
            None
        }
        Ok(Err(error)) => Some(error.context(format!("{name} failed"))),
        Err(_) => Some(StoppedWorker::Panicked(name).into()),
    }
}
