use std::sync::atomic::{AtomicUsize, Ordering};

use event_store::{Answer, CommandKey, Envelope, EventStore, LogArgs};
use futures::future::join_all;
use sqlx::Row;

use crate::accounts::{Account, Deposit, Transfer};
use crate::commands::{keyed, once};
use crate::fixture::TestDatabase;
use crate::waiting::until;

/// Positions are 1, 2, 3 … and `recorded_at` never goes back; the sequences of every stream are 1, 2, 3 …
async fn assert_order(database: &TestDatabase) {
    let row = sqlx::query(
        "select count(*) as events, coalesce(max(position), 0) as last, coalesce(bool_and(recorded_at >= before), true) as forward,
                coalesce(bool_and(sequence = nth), true) as whole
         from (select position, recorded_at, lag(recorded_at) over (order by position) as before, sequence,
                      row_number() over (partition by aggregate_type, aggregate_id order by position) as nth
               from log.events) e",
    )
    .fetch_one(&mut database.connection().await)
    .await
    .unwrap();
    assert_eq!(row.get::<i64, _>("events"), row.get::<i64, _>("last"), "positions have a gap");
    assert!(row.get::<bool, _>("forward"), "recorded_at went back");
    assert!(row.get::<bool, _>("whole"), "a stream's sequence has a hole");
}

async fn deposit_many(store: EventStore, account: &str, tasks: usize, each: usize) {
    let tasks = (0..tasks).map(|_| async {
        for _ in 0..each {
            store.execute(Deposit { account: account.into(), amount: 1 }, once()).await.unwrap().done().unwrap();
        }
    });
    join_all(tasks).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_on_one_hot_stream_do_not_starve_each_other() {
    let database = TestDatabase::create().await;
    let stores = [database.open().await, database.open().await];
    // Each of them gets all its answers within the time that one command may wait.
    tokio::join!(deposit_many(stores[0].clone(), "hot", 16, 25), deposit_many(stores[1].clone(), "hot", 16, 25));
    assert_eq!(stores[0].load::<Account>("hot").await.unwrap().state.balance, 800);
    assert_eq!(stores[1].load::<Account>("hot").await.unwrap().state.balance, 800);
    assert_order(&database).await;
    for store in stores {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_of_ten_thousand_rows_does_not_keep_a_shopper_waiting() {
    const ROWS: usize = 10_000;
    let database = TestDatabase::create().await;
    // All of the rows may wait at once: a shopper who had to wait for them would see nearly all of them pass.
    let args = LogArgs { command_queue: 2 * ROWS, command_timeout_ms: 60_000, ..database.args() };
    let store = EventStore::connect(&args).await.unwrap();
    let imported = AtomicUsize::new(0);
    let row = async |n: usize| {
        let import = |key: &str| {
            Envelope::new(CommandKey::Client { caller: "import".into(), key: key.into(), fingerprint: [0; 32] }, "service:import")
        };
        store.execute(Deposit { account: format!("row-{n}"), amount: 1 }, import(&n.to_string())).await.unwrap().done().unwrap();
        imported.fetch_add(1, Ordering::SeqCst);
    };
    let importing = join_all((0..ROWS).map(row));
    let shopping = async {
        until("the import is under way", || async { imported.load(Ordering::SeqCst) > 0 }).await;
        let mut passed = Vec::new();
        while imported.load(Ordering::SeqCst) < ROWS / 2 {
            let before = imported.load(Ordering::SeqCst);
            store.execute(Deposit { account: "shopper".into(), amount: 1 }, once()).await.unwrap().done().unwrap();
            passed.push(imported.load(Ordering::SeqCst) - before);
        }
        passed
    };
    let (_, passed) = tokio::join!(importing, shopping);
    // One call is in flight and one is full when the shopper comes; the one after takes him along, each of at most 1,024 rows; one more may be
    // counted before he sees his answer.
    assert!(!passed.is_empty() && passed.iter().all(|rows| *rows <= 4 * 1024), "rows that came before each shopper's answer: {passed:?}");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_are_dense_and_time_never_goes_back_under_many_writers() {
    let database = TestDatabase::create().await;
    let stores = join_all((0..4).map(|_| database.open())).await;
    join_all(stores.iter().enumerate().map(|(n, store)| async move {
        let own = format!("own-{n}");
        tokio::join!(deposit_many(store.clone(), &own, 8, 20), deposit_many(store.clone(), "everybody's", 2, 10));
    }))
    .await;
    assert_eq!(stores[0].head().await.unwrap().position, 4 * (8 * 20 + 2 * 10));
    assert_order(&database).await;
    for store in stores {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_over_several_streams_is_stored_as_a_whole() {
    let database = TestDatabase::create().await;
    let stores = [database.open().await, database.open().await];
    let accounts = ["a", "b", "c", "d"];
    for account in accounts {
        stores[0].execute(Deposit { account: account.into(), amount: 20 }, once()).await.unwrap().done().unwrap();
    }
    let transfers = (0..200_usize).map(|n| {
        let store = stores[n % 2].clone();
        let (from, to) = (accounts[n % 4].to_owned(), accounts[(n / 4 + n % 4 + 1) % 4].to_owned());
        async move {
            match store.execute(Transfer { from: from.clone(), to: if to == from { "z".into() } else { to }, amount: 3 }, once()).await {
                Ok(Answer::Done(_) | Answer::Refused(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    });
    join_all(transfers).await;
    let mut total = 0;
    for account in ["a", "b", "c", "d", "z"] {
        let balance = stores[0].load::<Account>(account).await.unwrap().state.balance;
        assert!(balance >= 0, "{account} has {balance}");
        total += balance;
    }
    assert_eq!(total, 80);
    assert_order(&database).await;
    for store in stores {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_through_two_stores_is_stored_once() {
    let database = TestDatabase::create().await;
    let stores = [database.open().await, database.open().await];
    let twice = (0..50).flat_map(|n| stores.iter().map(move |store| (n, store.clone())));
    let answers = join_all(twice.map(|(n, store)| async move {
        store.execute(Deposit { account: "a".into(), amount: 1 }, keyed(&format!("k{n}"), 1)).await.unwrap().done().unwrap()
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 50);
    for pair in answers.chunks(2) {
        assert_eq!((pair[0].version, pair[0].position), (pair[1].version, pair[1].position));
    }
    assert_eq!(stores[0].load::<Account>("a").await.unwrap().state.balance, 50);
    for store in stores {
        store.close().await;
    }
}
