use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore, PersistenceError, SerializedEvent};
use cqrs_es::{AggregateContext, EventStore as _};
use event_store::CqrsRepository;
use serde_json::json;

use crate::accounts::{Account, Deposit, NameOwner, Transfer};
use crate::commands::once;
use crate::fixture::TestDatabase;

#[tokio::test]
async fn stock_postgres_es_reads_every_stream() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    for amount in 1..=12 {
        store.execute(Deposit { account: "a".into(), amount }, once()).await.unwrap().done().unwrap();
    }
    store.execute(Transfer { from: "a".into(), to: "b".into(), amount: 30 }, once()).await.unwrap().done().unwrap();
    store.execute(NameOwner { account: "b".into(), name: "Ann".into() }, once()).await.unwrap().done().unwrap();

    let pool = sqlx_stock::PgPool::connect(&database.url).await.unwrap();
    let stock = || postgres_es::PostgresEventRepository::new(pool.clone()).with_tables("log.events", "log.snapshots");
    let events = stock().get_events::<Account>("a").await.unwrap();
    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), (1..=13).collect::<Vec<_>>());
    assert_eq!(events[0].metadata["actor"], "service:tests");
    let loaded = PersistedEventStore::<_, Account>::new_event_store(stock());
    for account in ["a", "b"] {
        let ours = store.load::<Account>(account).await.unwrap().state;
        assert_eq!(loaded.load_aggregate(account).await.unwrap().aggregate(), &ours);
    }
    pool.close().await;
    store.close().await;
}

fn deposited(sequence: usize, amount: i64) -> SerializedEvent {
    let payload = json!({"account.deposited": {"amount": amount}});
    SerializedEvent::new(
        "a".into(),
        sequence,
        "account".into(),
        "account.deposited".into(),
        "1".into(),
        payload,
        json!({"actor": "service:cqrs"}),
    )
}

#[tokio::test]
async fn who_knows_cqrs_es_is_at_home() {
    let store = TestDatabase::create().await.open().await;
    let repository = CqrsRepository::new(store.clone());
    repository.persist::<Account>(&[deposited(1, 5), deposited(2, 6)], None).await.unwrap();
    let stale = repository.persist::<Account>(&[deposited(2, 7)], None).await.unwrap_err();
    assert!(matches!(stale, PersistenceError::OptimisticLockError), "{stale}");
    let beyond = repository.persist::<Account>(&[deposited(9, 7)], None).await.unwrap_err();
    assert!(matches!(beyond, PersistenceError::OptimisticLockError), "{beyond}");

    store.execute(Deposit { account: "a".into(), amount: 1 }, once()).await.unwrap().done().unwrap();
    store.execute(Deposit { account: "b".into(), amount: 1 }, once()).await.unwrap().done().unwrap();
    assert_eq!(repository.get_last_events::<Account>("a", 2).await.unwrap().len(), 1);
    let mut all = repository.stream_all_events::<Account>().await.unwrap();
    let mut seen = Vec::new();
    while let Some(event) = all.next::<Account>(&[]).await {
        seen.push(event.unwrap().aggregate_id);
    }
    assert_eq!(seen, ["a", "a", "a", "b"]);

    let events = PersistedEventStore::<_, Account>::new_event_store(repository);
    assert_eq!(events.load_aggregate("a").await.unwrap().aggregate().balance, 12);
    store.close().await;
}
