use std::sync::atomic::{AtomicBool, Ordering};

use event_store::{Answer, EventStore, Failure, Refused, StoreError};
use futures::future::join_all;

use crate::accounts::{Account, Deposit, Withdraw};
use crate::commands::{keyed, once};
use crate::fixture::TestDatabase;
use crate::proxy::Proxy;

#[tokio::test]
async fn after_a_cut_connection_the_same_call_is_sent_again_and_stored_once() {
    let database = TestDatabase::create().await;
    let proxy = Proxy::before(&database.url).await;
    let mut args = database.args();
    args.database_url.clone_from(&proxy.url);
    let store = EventStore::connect(&args).await.unwrap();
    store.execute(Deposit { account: "a".into(), amount: 10 }, once()).await.unwrap().done().unwrap();
    for n in 0..5 {
        proxy.lose_next_answer();
        let (keyed_once, refused) = tokio::join!(
            store.execute(Deposit { account: "a".into(), amount: 1 }, once()),
            store.execute(Withdraw { account: "a".into(), amount: 1000 }, keyed(&format!("k{n}"), 1)),
        );
        assert!(
            !keyed_once.unwrap().done().unwrap().replayed,
            "the first answer is not a replay, though it was stored by the first of two calls"
        );
        assert!(matches!(refused, Ok(Answer::Refused(Refused { replayed: false, .. }))));
        assert_eq!(proxy.answers_lost(), n + 1);
    }
    let loaded = store.load::<Account>("a").await.unwrap();
    assert_eq!((loaded.state.balance, loaded.version), (15, 6));
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_terminated_every_acknowledged_command_is_there_once() {
    let database = TestDatabase::create().await;
    let stores = [database.open().await, database.open().await];
    let done = AtomicBool::new(false);
    let terminator = async {
        let mut connection = database.connection().await;
        let (mut killed, mut before) = (0_i64, 0_i64);
        while !done.load(Ordering::SeqCst) {
            // Each time after some progress, so that it comes to an end on a slow machine too.
            let head: i64 = sqlx::query_scalar("select count(*) from log.events").fetch_one(&mut connection).await.unwrap();
            if head < before + 10 {
                tokio::task::yield_now().await;
                continue;
            }
            before = head;
            killed += sqlx::query_scalar::<_, i64>(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity
                 where datname = current_database() and application_name = 'orderly-appender'",
            )
            .fetch_one(&mut connection)
            .await
            .unwrap();
        }
        killed
    };
    let writers = async {
        let writers = (0..16).map(|n| {
            let store = &stores[n % 2];
            async move {
                for m in 0..40 {
                    let account = if m % 4 == 0 { "hot".to_owned() } else { format!("own-{n}") };
                    store.execute(Deposit { account, amount: 1 }, keyed(&format!("{n}-{m}"), 1)).await.unwrap().done().unwrap();
                }
            }
        });
        join_all(writers).await;
        done.store(true, Ordering::SeqCst);
    };
    let (killed, ()) = tokio::join!(terminator, writers);
    assert!(killed > 0, "nothing was terminated");
    assert_eq!(stores[0].head().await.unwrap().position, 16 * 40);
    assert_eq!(stores[1].load::<Account>("hot").await.unwrap().state.balance, 16 * 10);
    for store in stores {
        store.close().await;
    }
}

#[tokio::test]
async fn what_postgres_refuses_does_not_take_others_with_it() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    let mut accounts: Vec<String> = (0..10).map(|n| format!("a{n}")).collect();
    accounts[4] = "nul \0".into();
    // Read first: the refusal is then the append's, not the load's.
    let answers = join_all(accounts.iter().map(|account| store.execute(crate::accounts::Open { account: account.clone() }, once()))).await;
    for (account, answer) in accounts.iter().zip(answers) {
        match answer {
            Ok(answer) => assert!(answer.done().is_ok() && !account.contains('\0')),
            Err(error) => {
                assert!(account.contains('\0') && matches!(error, Failure::Store(StoreError::Refused(_))), "{account}: {error}")
            }
        }
    }
    store.close().await;
}
