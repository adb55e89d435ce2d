use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use event_store::EventStore;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::asking::Client;
use crate::dice::Dice;
use crate::history::{Answer, Line, Pen, lines};
use crate::shelves::Ask;
use crate::workload::{Workload, era_now};
use crate::{Input, files};

pub(crate) struct Effort {
    pub(crate) seed: u64,
    pub(crate) tasks: u64,
    pub(crate) pause_us: u64,
}

pub(crate) async fn run(store: &EventStore, folder: &Path, name: &str, effort: Effort, input: Input) {
    let (earlier, own) = files(folder, name);
    let life = earlier.len();
    let client = Arc::new(Client::new(store.clone(), Pen::new(&own)));
    let mut tasks = JoinSet::new();
    for (ask, key) in left_open(&earlier) {
        let (client, input) = (client.clone(), input.clone());
        tasks.spawn(async move { client.ask_until_known(&ask, &key, || !input.has_ended()).await });
    }
    for task in 0..effort.tasks {
        let name = format!("{name}-{life}-{task}");
        let (workload, pauses) = (Workload::new(effort.seed, &name), Dice::of(effort.seed, &format!("{name} pauses")));
        tasks.spawn(ask_on(client.clone(), workload, pauses, effort.pause_us, input.clone()));
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no client panics");
    }
    client.store.clone().close().await;
}

async fn ask_on(client: Arc<Client>, mut workload: Workload, mut pauses: Dice, pause_us: u64, input: Input) {
    while !input.has_ended() {
        let (ask, key) = workload.next(era_now());
        match key {
            Some(key) => client.ask_until_known(&ask, &key, || !input.has_ended()).await,
            None => drop(client.ask(&ask, None).await),
        }
        tokio::time::sleep(Duration::from_micros(pauses.below(pause_us))).await;
    }
}

/// What an earlier process of this name asked under a key and was killed before it knew the answer: it is asked again.
fn left_open(files: &[PathBuf]) -> Vec<(Ask, String)> {
    let mut open: HashMap<Uuid, (Ask, String)> = HashMap::new();
    for line in files.last().map(|file| lines(file)).unwrap_or_default() {
        match line {
            Line::Invoked { id, ask, key: Some(key), .. } => drop(open.insert(id, (ask, key))),
            Line::Answered { answer: Answer::Unknown(_) | Answer::NotDone, .. } | Line::Invoked { key: None, .. } => {}
            Line::Answered { id, .. } => drop(open.remove(&id)),
        }
    }
    open.into_values().collect()
}
