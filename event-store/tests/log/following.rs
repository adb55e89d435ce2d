use std::collections::{HashMap, HashSet};
use std::time::Duration;

use event_store::lease::{self, Lease};
use event_store::{Checkpoint, Filter, Subscription, SubscriptionError};
use futures::future::join_all;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::accounts::{Account, Deposit};
use crate::commands::once;
use crate::fixture::TestDatabase;

fn deposit(account: &str) -> Deposit {
    Deposit { account: account.into(), amount: 1 }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_every_position_once_and_in_order_while_others_write() {
    let database = TestDatabase::create().await;
    let stores = [database.open().await, database.open().await];
    let reader = database.open().await;
    let reading = tokio::spawn(async move {
        let mut subscription = Subscription::new(reader.clone(), Filter::all(), Checkpoint::START);
        let mut seen = Vec::new();
        while seen.len() < 400 {
            let batch = subscription.next_batch(7).await.unwrap();
            assert!(batch.events.len() <= 7 && batch.head >= batch.checkpoint.position);
            seen.extend(batch.events.iter().map(|event| event.position));
        }
        reader.close().await;
        seen
    });
    join_all((0..400).map(|n| stores[n % 2].execute(deposit(&format!("a{}", n % 20)), once()))).await;
    assert_eq!(reading.await.unwrap(), (1..=400).collect::<Vec<i64>>());
    for store in stores {
        store.close().await;
    }
}

#[tokio::test]
async fn what_a_filter_leaves_out_is_passed_over() {
    let store = TestDatabase::create().await.open().await;
    for _ in 0..5 {
        store.execute(deposit("a"), once()).await.unwrap().done().unwrap();
    }
    let mut others = Subscription::new(store.clone(), Filter::aggregates(["ledger"]), Checkpoint::START);
    let batch = others.next_batch(100).await.unwrap();
    assert!(batch.events.is_empty());
    assert_eq!(batch.checkpoint, store.head().await.unwrap().checkpoint());
    assert!(others.try_next_batch(100).await.unwrap().is_none());
    let mut accounts = Subscription::new(store.clone(), Filter::aggregates(["account"]), Checkpoint::START);
    assert_eq!(accounts.next_batch(3).await.unwrap().events.len(), 3);
    assert_eq!(accounts.next_batch(3).await.unwrap().events.len(), 2);
    store.close().await;
}

#[tokio::test]
async fn parts_by_partition_key_hold_every_event_once_and_each_key_whole() {
    const PARTS: u32 = 3;
    let store = TestDatabase::create().await.open().await;
    join_all((0..60).map(|n| store.execute(deposit(&format!("a{}", n % 12)), once()))).await;
    let mut part_of_key = HashMap::new();
    let mut positions = Vec::new();
    for part in 0..PARTS {
        let mut reader = Subscription::new(store.clone(), Filter::aggregates(["account"]).partition(part, PARTS), Checkpoint::START);
        while let Some(batch) = reader.try_next_batch(7).await.unwrap() {
            for event in batch.events {
                assert_eq!(*part_of_key.entry(event.partition_key.clone()).or_insert(part), part, "a key is in two parts");
                positions.push(event.position);
            }
        }
        assert_eq!(reader.checkpoint(), &store.head().await.unwrap().checkpoint(), "each part is read to the end");
    }
    positions.sort_unstable();
    assert_eq!(positions, (1..=60).collect::<Vec<i64>>());
    assert_eq!(part_of_key.values().collect::<HashSet<_>>().len(), 3, "every part has some of the keys");
    store.close().await;
}

#[tokio::test]
async fn a_reader_that_is_ahead_of_the_log_stops() {
    let store = TestDatabase::create().await.open().await;
    for _ in 0..2 {
        store.execute(deposit("a"), once()).await.unwrap().done().unwrap();
    }
    let head = store.head().await.unwrap().checkpoint();
    let beyond = Checkpoint { position: 3, ..head };
    let another = Checkpoint { event_id: Some(Uuid::nil()), ..head };
    for (from, found) in [(beyond, None), (another, head.event_id)] {
        let stopped = Subscription::new(store.clone(), Filter::all(), from).next_batch(10).await.unwrap_err();
        let SubscriptionError::AheadOfLog { checkpoint, found: stands } = stopped else { panic!("{stopped}") };
        assert_eq!((checkpoint, stands), (from, found));
    }
    store.close().await;
}

#[tokio::test]
async fn a_lease_holder_that_lost_its_fence_advances_nothing() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    let pool = sqlx::PgPool::connect(&database.url).await.unwrap();
    let mut connection = database.connection().await;
    sqlx::raw_sql(AssertSqlSafe(format!("create schema readers; create table readers.checkpoints {}", lease::CHECKPOINTS_TABLE)))
        .execute(&mut connection)
        .await
        .unwrap();
    let acquire = |holder: &'static str, ttl| Lease::acquire(&pool, "readers", "stock", holder, ttl);
    // A lease of no length has ended as soon as it is given: its holder is the one that overslept.
    let slept = acquire("slept", Duration::ZERO).await.unwrap().expect("nobody held it");
    let awake = acquire("awake", Duration::from_secs(60)).await.unwrap().expect("the lease had ended");
    assert!(acquire("third", Duration::from_secs(60)).await.unwrap().is_none(), "it is held");
    assert!(!slept.renew().await.unwrap() && awake.renew().await.unwrap());

    let next = Checkpoint { epoch: 1, position: 5, event_id: Some(Uuid::nil()) };
    let mut advance = async |fence, from, to| lease::advance(&mut connection, "readers", "stock", fence, &from, &to).await.unwrap();
    assert!(!advance(slept.fence(), Checkpoint::START, next).await, "a lost fence moved the checkpoint");
    assert!(advance(awake.fence(), Checkpoint::START, next).await);
    assert!(!advance(awake.fence(), Checkpoint::START, next).await, "the same batch was taken in twice");
    assert_eq!(lease::checkpoint(&mut connection, "readers", "stock").await.unwrap(), Some(next));
    assert_eq!(lease::checkpoint(&mut connection, "readers", "other").await.unwrap(), None);
    awake.release().await.unwrap();
    assert!(acquire("third", Duration::from_secs(60)).await.unwrap().is_some());
    store.close().await;
}

#[tokio::test]
async fn a_position_of_a_lost_history_is_told_from_one_that_survived() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    for _ in 0..3 {
        store.execute(deposit("a"), once()).await.unwrap().done().unwrap();
    }
    let token = store.head().await.unwrap().token();
    assert_eq!((token.epoch, store.resolve(token).await.unwrap()), (1, 3));
    // Nothing was given there yet, or it was lost and the promoted server has appended nothing so far.
    assert!(store.resolve(event_store::PositionToken { epoch: 1, position: 4 }).await.is_err());
    // As after the promotion of a replica that had only two of the three: the server's timeline is another one.
    sqlx::raw_sql("update log.epochs set timeline = timeline + 7").execute(&mut database.connection().await).await.unwrap();
    let executed = store.execute(deposit("b"), once()).await.unwrap().done().unwrap();
    assert_eq!((executed.position.epoch, executed.position.position), (2, 4));
    assert_eq!(store.resolve(token).await.unwrap(), 3);
    let lost = event_store::PositionToken { epoch: 1, position: 4 };
    // Back at the identity of the first epoch, as after a fail-over to a restored copy: the next epoch again.
    sqlx::raw_sql(
        "update log.epochs set timeline = timeline + 7 where epoch = 2; update log.epochs set timeline = timeline - 7 where epoch = 1",
    )
    .execute(&mut database.connection().await)
    .await
    .unwrap();
    assert_eq!(store.execute(deposit("b"), once()).await.unwrap().done().unwrap().position.epoch, 3);
    assert!(store.resolve(lost).await.is_err() && store.resolve(event_store::PositionToken { epoch: 9, position: 1 }).await.is_err());
    store.close().await;
}

#[tokio::test]
async fn a_warm_cache_of_a_lost_history_is_not_believed() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    for _ in 0..3 {
        store.execute(deposit("a"), once()).await.unwrap().done().unwrap();
    }
    // The last event was lost and its place in log and stream given to another one: same numbers, another id.
    sqlx::raw_sql(
        "alter table log.events disable trigger all;
         update log.events set event_id = gen_random_uuid(), payload = '{\"account.deposited\": {\"amount\": 50}}' where position = 3;
         alter table log.events enable always trigger events_are_immutable;",
    )
    .execute(&mut database.connection().await)
    .await
    .unwrap();
    let executed = store.execute(deposit("a"), once()).await.unwrap().done().unwrap();
    assert_eq!((executed.version, store.load::<Account>("a").await.unwrap().state.balance), (4, 53));
    store.close().await;
}
