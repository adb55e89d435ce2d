//! The server is lost and its replica promoted. One that follows at its leisure has lost the end of the log, and everybody must notice; with one that every commit
//! waits for, nothing that was acknowledged is lost, however often.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use event_store::{Checkpoint, EventStore, Filter, PositionToken, StoreError, Subscription, SubscriptionError};
use tokio::task::JoinSet;

use super::asking::{Client, log_args};
use super::checker::{Invocation, assert_true, read_histories};
use super::dice::Dice;
use super::history::{Answer, Pen};
use super::job::{Job, Read};
use super::log::EventLog;
use super::process::Process;
use super::readers::{reads_of, seen_by};
use super::scenarios::{Crowd, assert_all_true};
use super::server::Server;
use super::shelves::Ask;
use super::soak;
use super::wire::Wire;
use super::workload::Workload;
use crate::until;

/// Two stores, as of two processes, that live through everything.
async fn open_clients(url: &str, folder: &Path) -> Vec<Arc<Client>> {
    let mut clients = Vec::new();
    for name in ["one", "two"] {
        let store = EventStore::connect(&log_args(url)).await.unwrap();
        clients.push(Arc::new(Client::new(store, Pen::new(&folder.join(format!("{name}.jsonl"))))));
    }
    clients
}

/// So many questions of several tasks per client. Keys are asked for until there is an answer.
async fn ask_all(clients: &[Arc<Client>], seed: u64, phase: u64, questions: u64) {
    let mut tasks = JoinSet::new();
    for (place, client) in clients.iter().enumerate() {
        for task in 0..4 {
            let (client, workload) = (client.clone(), Workload::new(seed, &format!("{place}-{phase}-{task}")));
            tasks.spawn(async move { ask_some(&client, workload, phase, questions).await });
        }
    }
    tasks.join_all().await;
}

async fn ask_some(client: &Client, mut workload: Workload, phase: u64, questions: u64) {
    for turn in 0..questions {
        let (ask, key) = workload.next(phase * 1000 + turn / 4);
        match key {
            Some(key) => client.ask_until_known(&ask, &key, || true).await,
            None => drop(client.ask(&ask, None).await),
        }
    }
}

/// What was answered in a history that was lost is not known any more.
fn forget_lost(history: &mut [Invocation], first_of_epoch_2: i64) -> Vec<PositionToken> {
    let mut lost = Vec::new();
    for invocation in history {
        let Some((_, answer)) = &mut invocation.answered else { continue };
        let at = match answer {
            Answer::Done { at, .. } | Answer::Refused { at, .. } | Answer::Looked { at, .. } | Answer::Head { at } => *at,
            Answer::KeyReused | Answer::NotDone | Answer::Unknown(_) | Answer::Failed(_) => continue,
        };
        if at.epoch == 1 && at.position >= first_of_epoch_2 {
            lost.push(at);
            *answer = Answer::Unknown("lost".to_owned());
        }
    }
    lost
}

/// What was acknowledged under a key behind this position.
fn lost_keys(history: &[Invocation], kept: i64) -> Vec<(Ask, String)> {
    let lost = |answer: &Answer| matches!(answer, Answer::Done { at, events: 1.., .. } if at.epoch == 1 && at.position > kept);
    let lost = history.iter().filter(|invocation| invocation.answered.as_ref().is_some_and(|(_, answer)| lost(answer)));
    lost.filter_map(|invocation| Some((invocation.ask.clone(), invocation.key.clone()?))).collect()
}

async fn is_lost(store: &EventStore, token: PositionToken) -> bool {
    match store.resolve(token).await {
        Ok(position) => {
            assert_eq!(position, token.position);
            false
        }
        Err(StoreError::LostPosition(lost)) => lost == token,
        Err(error) => panic!("{token}: {error}"),
    }
}

async fn is_ahead(subscription: &mut Subscription) -> bool {
    loop {
        match subscription.try_next_batch(50).await {
            Err(SubscriptionError::AheadOfLog { .. }) => return true,
            // The connections of before.
            Err(SubscriptionError::Store(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            Ok(Some(_)) => {}
            Ok(None) => return false,
        }
    }
}

async fn read_to_the_end(store: &EventStore) -> Subscription {
    let mut subscription = Subscription::new(store.clone(), Filter::all(), Checkpoint::START);
    while subscription.try_next_batch(50).await.unwrap().is_some() {}
    subscription
}

fn reader(url: &str, folder: &Path, name: &str) -> Process {
    Process::start(&Job::Read { url: url.to_owned(), folder: folder.to_owned(), name: name.to_owned(), part: None, batch: 30 })
}

async fn wait_until_seen(folder: &Path, name: &str, position: i64) {
    until(&format!("reader {name} has seen position {position}"), async || {
        let seen =
            reads_of(folder, name).iter().any(|read| matches!(read, Read::Batch { checkpoint, .. } if checkpoint.position >= position));
        seen.then_some(())
    })
    .await;
}

fn ended_ahead(folder: &Path, name: &str) -> Option<Option<uuid::Uuid>> {
    match reads_of(folder, name).last() {
        Some(Read::Ahead { found, .. }) => Some(*found),
        Some(Read::Batch { .. }) | None => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promoted_replica_that_lost_the_end_is_noticed_by_everybody() {
    let seed = soak::seed();
    println!("seed {seed}");
    let (clients_folder, readers) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut primary = Server::with_log().await;
    let wire = Wire::before(primary.port).await;
    let clients = open_clients(&wire.url(), clients_folder.path()).await;
    let store = &clients[0].store;

    // What survives: read by one whose process ends here, and by a subscription that stays.
    ask_all(&clients, seed, 1, 30).await;
    let kept = store.head().await.unwrap();
    let stopped = reader(&wire.url(), readers.path(), "stopped-in-time");
    wait_until_seen(readers.path(), "stopped-in-time", kept.position).await;
    stopped.kill();
    let mut in_time = read_to_the_end(store).await;
    let replica = primary.replica().await;
    until("the replica has everything", async || (position_of(&replica).await == kept.position).then_some(())).await;
    replica.stop_following().await;

    // What is lost: acknowledged, and read by those who will be ahead.
    ask_all(&clients, seed, 2, 30).await;
    let lost_head = store.head().await.unwrap();
    assert!(lost_head.position > kept.position + 50, "nothing to lose: {kept:?} {lost_head:?}");
    let mut live = read_to_the_end(store).await;
    let running = reader(&wire.url(), readers.path(), "running");
    let killed = reader(&wire.url(), readers.path(), "killed");
    for name in ["running", "killed"] {
        wait_until_seen(readers.path(), name, lost_head.position).await;
    }
    killed.kill();
    primary.stop_immediately().await;
    replica.promote().await;
    wire.lead_to(replica.port);

    assert!(is_ahead(&mut live).await, "a reader goes on though the log lost what it saw");
    assert!(!is_ahead(&mut in_time).await, "a reader that saw only what survived is told that it is ahead");
    until("the running reader notices", async || ended_ahead(readers.path(), "running")).await;
    assert!(running.finish().await.success());

    // New events take the places of the lost ones.
    while store.head().await.map_or(0, |head| head.position) <= lost_head.position {
        ask_all(&clients, seed, 3, 20).await;
    }
    assert!(is_ahead(&mut live).await, "a reader mixes events of two histories");
    assert!(!is_ahead(&mut in_time).await);
    for name in ["killed", "stopped-in-time", "from-the-start"] {
        assert!(reader(&wire.url(), readers.path(), name).finish().await.success());
    }
    let log = EventLog::read(&replica.url()).await;
    assert_eq!(log.epochs, [(1, 1), (2, kept.position + 1)]);
    let found = ended_ahead(readers.path(), "killed").expect("a reader went on from a checkpoint in a lost history");
    assert_eq!(found, Some(log.events[usize::try_from(lost_head.position - 1).unwrap()].event_id));
    for name in ["stopped-in-time", "from-the-start"] {
        assert_eq!(seen_by(readers.path(), name), log.events.iter().map(|event| (event.position, event.event_id)).collect::<Vec<_>>());
    }

    // Who asks again under a key of the lost history is not answered from it.
    let lost_keys = lost_keys(&read_histories(clients_folder.path()), kept.position);
    assert!(!lost_keys.is_empty(), "no key was lost");
    for (place, (ask, key)) in lost_keys.iter().enumerate() {
        let answer = clients[place % 2].ask(ask, Some(key)).await;
        assert!(matches!(&answer, Answer::Done { at, .. } | Answer::Refused { at, .. } if at.epoch == 2), "{key}: {answer:?}");
    }

    let log = EventLog::read(&replica.url()).await;
    let mut history = read_histories(clients_folder.path());
    let tokens: Vec<PositionToken> = forget_lost(&mut history, kept.position + 1);
    assert!(tokens.contains(&lost_head.token()));
    for token in tokens {
        assert!(is_lost(store, token).await, "{token} was lost and is taken for a position of this log");
    }
    for token in [kept.token(), store.head().await.unwrap().token()] {
        assert!(!is_lost(store, token).await, "{token} survived and is taken for lost");
    }
    let figures = assert_true(&history, &log);
    for client in clients {
        client.store.clone().close().await;
    }
    soak::record("a promoted replica lost the end", seed, &format!("{} positions lost; {figures}", lost_head.position - kept.position));
}

async fn position_of(server: &Server) -> i64 {
    sqlx::query_scalar("select coalesce(max(position), 0) from log.events").fetch_one(&mut server.connection().await).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_synchronous_standby_nothing_acknowledged_is_lost() {
    let seed = soak::seed();
    println!("seed {seed}");
    let fail_overs = if soak::is_long() { 50 } else { 2 };
    let mut dice = Dice::of(seed, "failover");
    let folder = tempfile::tempdir().unwrap();
    let mut primary = Server::with_log_on_two_disks().await;
    let wire = Wire::before(primary.port).await;
    let mut replica = follow(&primary).await;
    let mut crowd = Crowd::start(&wire.url(), folder.path(), seed, 2);
    let begin = Instant::now();
    for fail_over in 0..fail_overs {
        let before = position_of(&primary).await;
        until("clients get on", async || (position_of(&primary).await > before + 30).then_some(())).await;
        tokio::time::sleep(Duration::from_millis(dice.below(500))).await;
        if dice.chance(30) {
            crowd.kill_a_writer(&mut dice);
        }
        primary.stop_immediately().await;
        replica.promote().await;
        wire.lead_to(replica.port);
        primary = replica;
        replica = follow(&primary).await;
        if fail_over * 2 >= fail_overs {
            crowd.start_late_reader();
        }
    }
    crowd.start_late_reader();
    crowd.finish().await;
    let figures = assert_all_true(&primary.url(), folder.path()).await;
    let epochs = EventLog::read(&primary.url()).await.epochs;
    assert!(epochs.len() > 1, "no promotion shows in the epochs: {epochs:?}");
    soak::record("synchronous standby", seed, &format!("{fail_overs} fail-overs in {} s; {figures}", begin.elapsed().as_secs()));
}

async fn follow(primary: &Server) -> Server {
    let replica = primary.replica().await;
    until("the replica follows", async || primary.is_followed().await.then_some(())).await;
    replica
}

/// A commit that waits for the standby is already on the primary's disk. If its session is ended there, its events show, and whoever asks again finds its key:
/// that is no acknowledgement until the standby has it, too.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_standby_does_not_have_is_not_acknowledged_when_it_is_found_by_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut primary = Server::with_log_on_two_disks().await;
    let wire = Wire::before(primary.port).await;
    let replica = follow(&primary).await;
    let clients = open_clients(&wire.url(), folder.path()).await;
    let receive = Ask::Receive { shelf: "a".to_owned(), units: 1 };
    clients[0].ask(&receive, Some("warm")).await;
    clients[1].ask(&receive, Some("warm too")).await;

    replica.stop_following().await;
    let first = tokio::spawn({
        let (client, receive) = (clients[0].clone(), receive.clone());
        async move { client.ask(&receive, Some("key")).await }
    });
    until("its commit waits for the standby", async || {
        primary.says("select exists (select from pg_stat_activity where wait_event = 'SyncRep')").await.then_some(())
    })
    .await;
    primary
        .execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'orderly-appender' and wait_event = 'SyncRep'",
        )
        .await;
    until("it shows on the primary", async || (position_of(&primary).await == 3).then_some(())).await;
    let second = tokio::spawn(async move { clients[1].ask(&receive, Some("key")).await });
    tokio::time::sleep(Duration::from_secs(3)).await;
    let told: Vec<bool> = vec![first.is_finished(), second.is_finished()];

    primary.stop_immediately().await;
    replica.promote().await;
    let kept = position_of(&replica).await;
    assert_eq!(kept, 2, "the standby has what it was not to have");
    assert_eq!(told, [false, false], "an append that only the lost primary had was acknowledged");
    replica.execute("alter system set synchronous_standby_names = ''").await;
    replica.execute("select pg_reload_conf()").await;
    wire.lead_to(replica.port);
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    let (Answer::Done { at, .. }, Answer::Done { at: too, .. }) = (&first, &second) else { panic!("{first:?}, {second:?}") };
    assert_eq!((at, at.position), (too, 3));
}
