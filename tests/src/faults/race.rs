//! An append held open in the middle: it has its positions and has not committed. Others wait, and a reader must see neither it nor what comes behind it, however it
//! ends. With positions from a sequence the others would be seen first, and the held one skipped.

use event_store::{Checkpoint, EventStore, Filter, Subscription};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::asking::log_args;
use super::shelves::Ask;
use crate::until;

/// How the held append ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Commit,
    RollBack,
    Terminated,
}

/// `log.append_v1` in a transaction that stays open, of one event on a stream of its own. Its transaction, and the event.
async fn hold_append(url: &str) -> (PgConnection, Uuid) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let event_id = Uuid::now_v7();
    sqlx::raw_sql("begin").execute(&mut connection).await.unwrap();
    let none = "'{}'::int[], '{}'::int[]";
    let append = format!(
        "select outcome from log.append_v1(array[gen_random_uuid()], array[gen_random_uuid()], array[null::text], array['\\x00'::bytea], array['appended'],
             array['shelf'], array['held'], array[1::bigint], array[null::text], array[1::bigint],
             array[1], array['shelf'], array['held'], array[0::bigint], array[null::uuid], {none},
             array[1], array[$1::uuid], array['shelf'], array['held'], array[1::bigint], array['held'], array['shelf.received'], array['1'],
             array['{{\"shelf.received\":{{\"units\":1}}}}'], array['{{}}'])"
    );
    let outcome: String = sqlx::query_scalar(sqlx::AssertSqlSafe(append)).bind(event_id).fetch_one(&mut connection).await.unwrap();
    assert_eq!(outcome, "done");
    (connection, event_id)
}

async fn end(held: PgConnection, ending: Ending, url: &str) {
    let mut held = held;
    match ending {
        Ending::Commit => drop(sqlx::raw_sql("commit").execute(&mut held).await.unwrap()),
        Ending::RollBack => drop(sqlx::raw_sql("rollback").execute(&mut held).await.unwrap()),
        Ending::Terminated => {
            let pid: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut held).await.unwrap();
            let mut other = PgConnection::connect(url).await.unwrap();
            sqlx::query("select pg_terminate_backend($1)").bind(pid).execute(&mut other).await.unwrap();
        }
    }
}

fn receive(shelf: &str) -> (Ask, event_store::Envelope) {
    let ask = Ask::Receive { shelf: shelf.to_owned(), units: 1 };
    (ask, event_store::Envelope::new(event_store::CommandKey::Once, "service:faults"))
}

async fn a_held_append_ends_with(ending: Ending) {
    let url = test_database::empty().await;
    event_store::migrate(&url).await.unwrap();
    let stores = [open(&url).await, open(&url).await, open(&url).await];
    for (ask, envelope) in (0..10).map(|_| receive("before")) {
        stores[0].execute(ask, envelope).await.unwrap().done().unwrap();
    }
    let mut live = Subscription::new(stores[0].clone(), Filter::all(), stores[0].head().await.unwrap().checkpoint());
    let mut late = Subscription::new(stores[1].clone(), Filter::all(), Checkpoint::START);

    let (held, held_event) = hold_append(&url).await;
    let waiting: Vec<_> = ["a", "b", "c"].into_iter().zip(stores.clone()).map(|(shelf, store)| tokio::spawn(wait(store, shelf))).collect();
    let mut watcher = PgConnection::connect(&url).await.unwrap();
    for _ in 0..2 {
        wait_for_waiters(&mut watcher, 3).await;
        assert!(live.try_next_batch(100).await.unwrap().is_none(), "a reader saw something behind an append that was not committed");
        assert_eq!(stores[2].head().await.unwrap().position, 10);
    }
    assert_eq!(late.next_batch(100).await.unwrap().events.len(), 10);

    end(held, ending, &url).await;
    let mut answered = Vec::new();
    for answer in waiting {
        answered.push(answer.await.unwrap());
    }
    answered.sort_unstable();
    let first = if ending == Ending::Commit { 12 } else { 11 };
    assert_eq!(answered, [first, first + 1, first + 2], "{ending:?}");
    for reader in [&mut live, &mut late] {
        let seen: Vec<(i64, Uuid)> = drain(reader).await;
        assert_eq!(seen.iter().map(|(position, _)| *position).collect::<Vec<_>>(), (11..first + 3).collect::<Vec<_>>(), "{ending:?}");
        assert_eq!(seen[0].1 == held_event, ending == Ending::Commit);
    }
    for store in stores {
        store.close().await;
    }
}

async fn open(url: &str) -> EventStore {
    EventStore::connect(&log_args(url)).await.unwrap()
}

async fn wait(store: EventStore, shelf: &str) -> i64 {
    let (ask, envelope) = receive(shelf);
    store.execute(ask, envelope).await.unwrap().done().unwrap().position.position
}

async fn wait_for_waiters(watcher: &mut PgConnection, count: i64) {
    let watcher = tokio::sync::Mutex::new(watcher);
    let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted
                   and database = (select oid from pg_database where datname = current_database())";
    until("all appenders wait for the held one", async || {
        let waiters: i64 = sqlx::query_scalar(waiting).fetch_one(&mut **watcher.lock().await).await.unwrap();
        (waiters == count).then_some(())
    })
    .await;
}

async fn drain(reader: &mut Subscription) -> Vec<(i64, Uuid)> {
    let mut seen = Vec::new();
    while let Some(batch) = reader.try_next_batch(2).await.unwrap() {
        seen.extend(batch.events.iter().map(|event| (event.position, event.event_id)));
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_held_open_is_seen_before_those_that_waited_for_it() {
    a_held_append_ends_with(Ending::Commit).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_held_open_and_rolled_back_leaves_no_gap() {
    a_held_append_ends_with(Ending::RollBack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_held_open_by_a_backend_that_is_terminated_leaves_no_gap() {
    a_held_append_ends_with(Ending::Terminated).await;
}
