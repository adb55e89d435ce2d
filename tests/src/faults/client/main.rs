//! A process that the tests start, stop, continue and kill: one argument of JSON says what it does, the end of its standard input that it may finish.

#[path = "../asking.rs"]
mod asking;
#[path = "../dice.rs"]
mod dice;
#[path = "../history.rs"]
mod history;
mod hold;
#[path = "../job.rs"]
mod job;
mod read;
#[path = "../shelves.rs"]
mod shelves;
#[path = "../workload.rs"]
mod workload;
mod write;

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::time::Duration;

use event_store::EventStore;
use tokio::sync::watch;

use crate::job::Job;

#[tokio::main]
async fn main() {
    let job = std::env::args().nth(1).expect("a job as one argument of JSON");
    let job: Job = serde_json::from_str(&job).expect("a job");
    match job {
        Job::Write { url, folder, name, seed, tasks, pause_us } => {
            write::run(&connect(&url).await, &folder, &name, write::Effort { seed, tasks, pause_us }, Input::read()).await;
        }
        Job::Read { url, folder, name, part, batch } => read::run(&url, &folder, &name, part, batch, Input::read()).await,
        Job::Hold { url, name, ttl_ms, batch, pause, fenced } => {
            let holder = hold::Holder { store: connect(&url).await, name, ttl: Duration::from_millis(ttl_ms), batch, pause, fenced };
            holder.run(Input::read()).await;
        }
    }
}

/// The log, as soon as it is there.
async fn connect(url: &str) -> EventStore {
    loop {
        match EventStore::connect(&asking::log_args(url)).await {
            Ok(store) => return store,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// What the standard input says: lines, and its end.
#[derive(Clone)]
pub(crate) struct Input(watch::Receiver<(usize, bool)>);

impl Input {
    fn read() -> Self {
        let (told, hears) = watch::channel((0, false));
        std::thread::spawn(move || {
            for _ in std::io::stdin().lock().lines().map_while(Result::ok) {
                told.send_modify(|(lines, _)| *lines += 1);
            }
            told.send_modify(|(_, ended)| *ended = true);
        });
        Self(hears)
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.0.borrow().1
    }

    pub(crate) async fn ended(&mut self) {
        drop(self.0.wait_for(|(_, ended)| *ended).await);
    }

    pub(crate) async fn line(&mut self) {
        drop(self.0.wait_for(|(lines, ended)| *lines > 0 || *ended).await);
    }
}

/// The files that processes of this name wrote, oldest first, and the one for this process.
pub(crate) fn files(folder: &Path, name: &str) -> (Vec<PathBuf>, PathBuf) {
    let path = |life: usize| folder.join(format!("{name}.{life}.jsonl"));
    let earlier: Vec<PathBuf> = (0..).map(path).take_while(|path| path.exists()).collect();
    let own = path(earlier.len());
    (earlier, own)
}
