use event_store::{EventStore, Moment};
use futures::future::join_all;

use crate::accounts::{Account, Deposit, Open};
use crate::commands::once;
use crate::fixture::TestDatabase;
use crate::waiting::until;

async fn deposit(store: &EventStore, account: &str, amount: i64) {
    store.execute(Deposit { account: account.into(), amount }, once()).await.unwrap().done().unwrap();
}

#[tokio::test]
async fn an_aggregate_is_shown_as_it_stood_at_any_moment() {
    let store = TestDatabase::create().await.open().await;
    deposit(&store, "a", 1).await;
    deposit(&store, "b", 1).await;
    deposit(&store, "a", 10).await;
    let recorded: Vec<_> = store.read(0, 9, 9, &event_store::Filter::all()).await.unwrap().iter().map(|event| event.recorded_at).collect();
    let at = |moment| {
        let store = store.clone();
        async move { store.load_at::<Account>("a", moment).await.unwrap().map(|loaded| (loaded.state.balance, loaded.version)) }
    };
    assert_eq!(at(Moment::Version(1)).await, Some((1, 1)));
    assert_eq!(at(Moment::Version(3)).await, None);
    assert_eq!(at(Moment::Position(2)).await, Some((1, 1)));
    assert_eq!(at(Moment::Position(3)).await, Some((11, 2)));
    assert_eq!(at(Moment::Instant(recorded[1])).await, Some((1, 1)));
    assert_eq!(at(Moment::Instant(recorded[2])).await, Some((11, 2)));
    assert_eq!(at(Moment::Instant(recorded[0] - chrono::TimeDelta::microseconds(1))).await, None);
    assert_eq!(at(Moment::Now).await, Some((11, 2)));
    assert!(store.load_at::<Account>("nobody", Moment::Now).await.unwrap().is_none());
    store.close().await;
}

#[tokio::test]
async fn a_snapshot_is_a_shortcut_that_is_believed_only_with_its_event() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    for _ in 0..2 {
        join_all((0..1250).map(|_| deposit(&store, "long", 1))).await;
    }
    until("a snapshot is written", || async {
        sqlx::query_scalar::<_, i64>("select count(*) from log.snapshots").fetch_one(store.pool()).await.unwrap() == 1
    })
    .await;
    store.close().await;

    let mut connection = database.connection().await;
    // A mark that the events do not have shows whether the snapshot was used.
    sqlx::raw_sql("update log.snapshots set state = (state::jsonb || '{\"balance\": 1000000}')::json")
        .execute(&mut connection)
        .await
        .unwrap();
    let store = database.open().await;
    assert!(store.load::<Account>("long").await.unwrap().state.balance >= 1_000_000, "the snapshot was not used");
    store.close().await;
    sqlx::raw_sql("update log.snapshots set event_id = gen_random_uuid()").execute(&mut connection).await.unwrap();
    let store = database.open().await;
    assert_eq!(store.load::<Account>("long").await.unwrap().state.balance, 2500);
    store.close().await;
}

#[tokio::test]
async fn an_event_that_is_unknown_here_is_named_with_its_position() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    deposit(&store, "a", 1).await;
    sqlx::raw_sql(
        "insert into log.events select 2, gen_random_uuid(), 'account', 'new', 1, 'new', 'account.gilded', '7', '{}', metadata, recorded_at from log.events",
    )
    .execute(&mut database.connection().await)
    .await
    .unwrap();
    let error = store.load::<Account>("new").await.unwrap_err().to_string();
    assert!(error.contains("position 2") && error.contains("account.gilded") && error.contains("account-new"), "{error}");
    deposit(&store, "a", 1).await;
    store.close().await;
}

#[tokio::test]
async fn states_from_memory_are_refreshed_after_a_while() {
    let database = TestDatabase::create().await;
    let (mine, other) = (database.open().await, database.open().await);
    let ids = ["a".to_owned(), "b".to_owned()];
    let versions = async || mine.load_many_cached::<Account>(&ids).await.unwrap().iter().map(|loaded| loaded.version).collect::<Vec<_>>();
    assert_eq!(versions().await, [0, 0]);
    deposit(&other, "b", 1).await;
    until("the change is seen", || async { versions().await == [0, 1] }).await;
    mine.close().await;
    other.close().await;
}

#[tokio::test]
async fn a_small_cache_forgets_and_reads_again() {
    let database = TestDatabase::create().await;
    let mut args = database.args();
    args.cache_mib = 0;
    let store = EventStore::connect(&args).await.unwrap();
    for round in 1..=3 {
        for account in 0..10 {
            deposit(&store, &format!("a{account}"), 1).await;
        }
        assert_eq!(store.load::<Account>("a3").await.unwrap().state.balance, round);
    }
    assert_eq!(store.execute(Open { account: "a3".into() }, once()).await.unwrap().done().unwrap().appended, 0);
    store.close().await;
}
