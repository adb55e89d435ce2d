//! The newest events, read once for all who follow the log in one process.

use event_store::{Batch, Checkpoint, EventStore, Filter, LogArgs, Subscription, SubscriptionError};
use futures::future::join_all;
use sqlx::{Connection, PgConnection};

use crate::accounts::{Deposit, NameOwner};
use crate::commands::once;
use crate::fixture::TestDatabase;
use crate::waiting::until;

async fn deposit(store: &EventStore, count: usize) {
    for _ in 0..count {
        store.execute(Deposit { account: "a".into(), amount: 1 }, once()).await.unwrap().done().unwrap();
    }
}

async fn at_head(store: &EventStore, filter: Filter) -> Subscription {
    let mut subscription = Subscription::new(store.clone(), filter, store.head().await.unwrap().checkpoint());
    assert!(subscription.try_next_batch(1).await.unwrap().is_none());
    subscription
}

async fn next(subscription: &mut Subscription, max: usize) -> Batch {
    subscription.try_next_batch(max).await.unwrap().expect("there is more")
}

fn positions(batch: &Batch) -> Vec<i64> {
    batch.events.iter().map(|event| event.position).collect()
}

/// The last event is lost, as after a failover, and its place given to another one: the same numbers, another id.
async fn lose_the_last(database: &TestDatabase) {
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    sqlx::raw_sql(
        "alter table log.events disable trigger all;
         update log.events set event_id = gen_random_uuid(), payload = '{\"account.deposited\": {\"amount\": 50}}'
         where position = (select max(position) from log.events);
         alter table log.events enable always trigger events_are_immutable;",
    )
    .execute(&mut connection)
    .await
    .unwrap();
}

#[tokio::test]
async fn those_who_keep_up_share_an_event() {
    let store = TestDatabase::create().await.open().await;
    deposit(&store, 2).await;
    let mut readers = [at_head(&store, Filter::all()).await, at_head(&store, Filter::aggregates(["account"])).await];
    let mut another = at_head(&store, Filter::aggregates(["ledger"])).await;
    deposit(&store, 3).await;
    let [first, second] = [next(&mut readers[0], 2).await, next(&mut readers[1], 9).await];
    assert_eq!((positions(&first), positions(&second)), (vec![3, 4], vec![3, 4, 5]));
    assert_eq!((first.head, first.checkpoint.position, first.checkpoint.event_id), (5, 4, Some(first.events[1].event_id)));
    assert_eq!(second.checkpoint, store.head().await.unwrap().checkpoint());
    assert!(std::ptr::eq(&*first.events[0], &*second.events[0]), "it was read twice");
    let passed_over = next(&mut another, 9).await;
    assert!(passed_over.events.is_empty());
    assert_eq!(passed_over.checkpoint, second.checkpoint);
    store.close().await;
}

#[tokio::test]
async fn a_part_in_memory_is_the_part_in_the_table() {
    const PARTS: u32 = 3;
    let store = TestDatabase::create().await.open().await;
    deposit(&store, 1).await;
    let parts: Vec<Filter> = (0..PARTS).map(|part| Filter::aggregates(["account"]).partition(part, PARTS)).collect();
    let mut readers = join_all(parts.iter().map(|filter| at_head(&store, filter.clone()))).await;
    let accounts = (0..60).map(|n| Deposit { account: format!("zürich-{n}"), amount: 1 });
    join_all(accounts.map(|deposit| store.execute(deposit, once()))).await;
    for (reader, filter) in readers.iter_mut().zip(&parts) {
        let in_the_table: Vec<i64> = store.read(1, 61, 99, filter).await.unwrap().iter().map(|event| event.position).collect();
        let in_memory = positions(&next(reader, 99).await);
        assert_eq!(in_memory, in_the_table);
        assert!(!in_memory.is_empty(), "every part has some of the keys");
    }
    store.close().await;
}

#[tokio::test]
async fn a_reader_that_falls_behind_what_is_in_memory_reads_by_itself() {
    for tail_mib in [0, 1] {
        let database = TestDatabase::create().await;
        let store = EventStore::connect(&LogArgs { tail_mib, ..database.args() }).await.unwrap();
        deposit(&store, 1).await;
        let (mut slow, mut fast) = (at_head(&store, Filter::all()).await, at_head(&store, Filter::all()).await);
        let (mut seen_fast, mut seen_slow) = (Vec::new(), Vec::new());
        for n in 0..12 {
            let name = NameOwner { account: format!("a{n}"), name: "x".repeat(100_000) };
            store.execute(name, once()).await.unwrap().done().unwrap();
            seen_fast.extend(positions(&next(&mut fast, 9).await));
        }
        while let Some(batch) = slow.try_next_batch(5).await.unwrap() {
            seen_slow.extend(positions(&batch));
        }
        assert_eq!((seen_slow, seen_fast), ((2..=13).collect(), (2..=13).collect()));
        assert_eq!(slow.checkpoint(), fast.checkpoint());
        deposit(&store, 1).await;
        assert_eq!((positions(&next(&mut slow, 9).await), positions(&next(&mut fast, 9).await)), (vec![14], vec![14]));
        store.close().await;
    }
}

#[tokio::test]
async fn a_reader_far_ahead_of_what_is_in_memory_is_not_kept_waiting() {
    let store = TestDatabase::create().await.open().await;
    deposit(&store, 2).await;
    let mut reader = at_head(&store, Filter::all()).await;
    for some in 0..5 {
        let deposits = (0..500).map(|n| Deposit { account: format!("a{some}-{n}"), amount: 1 });
        join_all(deposits.map(async |deposit| store.execute(deposit, once()).await.unwrap().done().unwrap())).await;
    }
    let mut ahead = Subscription::new(store.clone(), Filter::all(), Checkpoint::START);
    let mut seen = 0;
    while let Some(batch) = ahead.try_next_batch(600).await.unwrap() {
        seen += batch.events.len();
    }
    assert_eq!(seen, 2_502);
    let mut behind = 0;
    while let Some(batch) = reader.try_next_batch(700).await.unwrap() {
        behind += batch.events.len();
    }
    assert_eq!((behind, reader.checkpoint()), (2_500, ahead.checkpoint()));
    store.close().await;
}

#[tokio::test]
async fn what_the_log_lost_is_no_longer_read_from_memory() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    deposit(&store, 1).await;
    let (mut lost, mut kept) = (at_head(&store, Filter::all()).await, at_head(&store, Filter::all()).await);
    deposit(&store, 2).await;
    assert_eq!(positions(&next(&mut lost, 9).await), [2, 3]);
    assert_eq!(positions(&next(&mut kept, 1).await), [2]);
    lose_the_last(&database).await;
    let seen = *lost.checkpoint();
    let stopped = lost.try_next_batch(9).await.unwrap_err();
    let SubscriptionError::AheadOfLog { checkpoint, found } = stopped else { panic!("{stopped}") };
    assert_eq!(checkpoint, seen);
    // Who had not seen it goes on with what stands there now.
    let batch = next(&mut kept, 9).await;
    assert_eq!((positions(&batch), Some(batch.events[0].event_id)), (vec![3], found));
    assert!(batch.events[0].payload.get().contains("50"));
    store.close().await;
}

#[tokio::test]
async fn a_new_epoch_is_told_to_those_who_keep_up() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    deposit(&store, 1).await;
    let mut reader = at_head(&store, Filter::all()).await;
    deposit(&store, 1).await;
    assert_eq!(next(&mut reader, 9).await.checkpoint.epoch, 1);
    sqlx::raw_sql("update log.epochs set timeline = timeline + 7").execute(&mut database.connection().await).await.unwrap();
    deposit(&store, 1).await;
    let batch = next(&mut reader, 9).await;
    assert_eq!((positions(&batch), batch.checkpoint), (vec![3], store.head().await.unwrap().checkpoint()));
    assert_eq!(batch.checkpoint.epoch, 2);
    store.close().await;
}

#[tokio::test]
async fn who_keeps_up_is_woken_although_nothing_is_told() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    deposit(&store, 1).await;
    let mut reader = at_head(&store, Filter::all()).await;
    let pool = sqlx::PgPool::connect(&database.url).await.unwrap();
    until("the LISTEN is cut", || async {
        let cut = "select count(pg_terminate_backend(pid)) > 0 from pg_stat_activity where datname = current_database() and query ilike 'listen%'";
        sqlx::query_scalar(cut).fetch_one(&pool).await.unwrap()
    })
    .await;
    deposit(&store, 1).await;
    let woken = tokio::time::timeout(std::time::Duration::from_secs(10), reader.next_batch(9)).await.expect("it looks by itself");
    assert_eq!(positions(&woken.unwrap()), [2]);
    store.close().await;
}

#[tokio::test]
async fn personal_data_stays_sealed_in_memory() {
    let store = TestDatabase::create().await.open().await;
    deposit(&store, 1).await;
    let mut reader = at_head(&store, Filter::all()).await;
    store.execute(NameOwner { account: "a".into(), name: "Ada Lovelace".into() }, once()).await.unwrap().done().unwrap();
    let batch = next(&mut reader, 9).await;
    let payload = batch.events[0].payload.get();
    assert!(payload.contains("$sealed") && !payload.contains("Lovelace"), "{payload}");
    store.close().await;
}
