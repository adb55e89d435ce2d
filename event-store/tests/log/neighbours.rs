use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore, PersistenceError, SerializedEvent};
use cqrs_es::{AggregateContext, EventStore as _};
use event_store::CqrsRepository;
use serde_json::json;

use crate::accounts::{Account, Deposit};
use crate::commands::once;
use crate::fixture::TestDatabase;

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

    store.execute(Deposit { account: "a".into(), amount: 1 }, once()).await.unwrap();
    store.execute(Deposit { account: "b".into(), amount: 1 }, once()).await.unwrap();
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
