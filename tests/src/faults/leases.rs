//! A process that holds a lease is stopped in the middle of its work, longer than the lease lasts; another one takes over; then the first goes on.

use event_store::{CommandKey, Envelope, EventStore, lease};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use super::asking::log_args;
use super::job::{Job, Pause};
use super::process::Process;
use super::shelves::Ask;
use crate::until;

const TTL_MS: u64 = 400;

/// What the first holder said in the end, and what both wrote: position and holder, in order of position.
async fn one_overslept(pause: Pause, fenced: bool) -> (String, Vec<(i64, String)>) {
    let url = test_database::empty().await;
    event_store::migrate(&url).await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let tables = format!(
        "create schema readers; create table readers.checkpoints {}; create table readers.rows (position bigint, holder text);
         grant usage on schema readers to orderly_writer; grant all on all tables in schema readers to orderly_writer",
        lease::CHECKPOINTS_TABLE
    );
    sqlx::raw_sql(AssertSqlSafe(tables)).execute(&mut connection).await.unwrap();
    let store = EventStore::connect(&log_args(&url)).await.unwrap();
    append(&store, 20).await;

    let job = |name: &str, pause| Job::Hold { url: url.clone(), name: name.to_owned(), ttl_ms: TTL_MS, batch: 5, pause, fenced };
    let mut slept = Process::start(&job("slept", Some(pause)));
    assert_eq!(slept.says(), "there");
    slept.stop();
    slept.tell("go on");
    let awake = Process::start(&job("awake", None));
    wait_until_written(&mut connection, 20).await;
    append(&store, 5).await;
    wait_until_written(&mut connection, 25).await;

    slept.go_on();
    let said = slept.says();
    append(&store, 5).await;
    wait_until_written(&mut connection, 30).await;
    assert!(awake.finish().await.success());
    store.close().await;
    let rows = sqlx::query("select position, holder from readers.rows order by position, holder").fetch_all(&mut connection).await.unwrap();
    (said, rows.iter().map(|row| (row.get("position"), row.get("holder"))).collect())
}

async fn append(store: &EventStore, events: usize) {
    for _ in 0..events {
        let ask = Ask::Receive { shelf: "a".to_owned(), units: 1 };
        store.execute(ask, Envelope::new(CommandKey::Once, "service:faults")).await.unwrap().done().unwrap();
    }
}

/// The new holder took in everything up to here.
async fn wait_until_written(connection: &mut PgConnection, position: i64) {
    let connection = tokio::sync::Mutex::new(connection);
    until(&format!("position {position} is taken in"), async || {
        let reached = "select coalesce(max(position), 0) from readers.rows where holder = 'awake'";
        let reached: i64 = sqlx::query_scalar(reached).fetch_one(&mut **connection.lock().await).await.unwrap();
        (reached >= position).then_some(())
    })
    .await;
}

async fn writes_nothing(pause: Pause, says: impl Fn(&str) -> bool) {
    let (said, rows) = one_overslept(pause, true).await;
    assert!(says(&said), "the one that overslept said: {said}");
    // Its first batch, of before it slept; everything else is the other's; every position once.
    let expected: Vec<(i64, String)> =
        (1..=30).map(|position| (position, if position <= 5 { "slept" } else { "awake" }.to_owned())).collect();
    assert_eq!(rows, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_slept_before_its_transaction_writes_nothing() {
    writes_nothing(Pause::Begin, |said| said == "lost").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_slept_within_its_transaction_writes_nothing() {
    // Its fence is another's, or the server has ended a session that was idle for so long.
    writes_nothing(Pause::Advance, |said| said == "lost" || said.starts_with("failed")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_slept_before_its_commit_writes_nothing() {
    // It had locked the row: the server ended its session, and only then could the other one take the lease.
    writes_nothing(Pause::Commit, |said| said.starts_with("failed")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_without_a_fence_is_found_out() {
    let (said, rows) = one_overslept(Pause::Begin, false).await;
    assert_eq!(said, "wrote");
    let twice = rows.windows(2).filter(|pair| pair[0].0 == pair[1].0).count();
    assert_eq!(twice, 5, "a batch that was written by both would be there twice: {rows:?}");
}
