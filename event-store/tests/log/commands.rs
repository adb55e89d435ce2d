use event_store::{CommandKey, Envelope, EventStore, Expected, Failure, Refused, SecretKey, StoreError};

use crate::accounts::{Account, Deposit, NameOwner, Open, Transfer, Withdraw};
use crate::fixture::TestDatabase;

pub(crate) fn once() -> Envelope {
    Envelope::new(CommandKey::Once, "service:tests")
}

pub(crate) fn keyed(key: &str, request: u8) -> Envelope {
    Envelope::new(CommandKey::Client { caller: "tests".into(), key: key.into(), fingerprint: [request; 32] }, "service:tests")
}

#[tokio::test]
async fn a_command_is_stored_and_read_back() {
    let store = TestDatabase::create().await.open().await;
    let executed = store.execute(Deposit { account: "a".into(), amount: 5 }, once()).await.unwrap().done().unwrap();
    assert_eq!((executed.version, executed.position.position, executed.appended, executed.replayed), (1, 1, 1, false));
    let transfer = store.execute(Transfer { from: "a".into(), to: "b".into(), amount: 2 }, once()).await.unwrap().done().unwrap();
    assert_eq!((transfer.version, transfer.position.position, transfer.appended), (2, 3, 2));
    assert_eq!(store.load::<Account>("a").await.unwrap().state.balance, 3);
    assert_eq!(store.load::<Account>("b").await.unwrap().state.balance, 2);
    store.close().await;
}

#[tokio::test]
async fn a_refusal_is_an_answer_at_a_position() {
    let store = TestDatabase::create().await.open().await;
    store.execute(Deposit { account: "a".into(), amount: 5 }, once()).await.unwrap().done().unwrap();
    let refused = store.execute(Withdraw { account: "a".into(), amount: 6 }, once()).await.unwrap().done();
    let Refused { document, position, replayed } = refused.unwrap_err();
    assert_eq!((document.code.as_str(), position.position, replayed), ("not_enough", 1, false));
    store.close().await;
}

#[tokio::test]
async fn a_retried_key_gets_its_first_answer_though_the_state_has_changed() {
    let store = TestDatabase::create().await.open().await;
    let withdraw = Withdraw { account: "a".into(), amount: 3 };
    let refused = store.execute(withdraw.clone(), keyed("k1", 1)).await.unwrap().done().unwrap_err();
    assert!(!refused.replayed, "{refused}");
    store.execute(Deposit { account: "a".into(), amount: 5 }, keyed("k2", 1)).await.unwrap().done().unwrap();
    let again = store.execute(withdraw.clone(), keyed("k1", 1)).await.unwrap().done().unwrap_err();
    assert!(again.replayed, "{again}");

    let first = store.execute(withdraw.clone(), keyed("k3", 1)).await.unwrap().done().unwrap();
    store.execute(withdraw.clone(), keyed("k4", 1)).await.unwrap().done().unwrap_err();
    let again = store.execute(withdraw, keyed("k3", 1)).await.unwrap().done().unwrap();
    assert_eq!((again.version, again.position, again.appended, again.replayed), (first.version, first.position, 1, true));
    store.close().await;
}

#[tokio::test]
async fn a_key_with_another_request_is_refused() {
    let store = TestDatabase::create().await.open().await;
    store.execute(Deposit { account: "a".into(), amount: 5 }, keyed("k", 1)).await.unwrap().done().unwrap();
    let reused = store.execute(Deposit { account: "a".into(), amount: 6 }, keyed("k", 2)).await.unwrap_err();
    assert!(matches!(reused, Failure::KeyReused), "{reused}");
    store.close().await;
}

#[tokio::test]
async fn an_expected_version_that_is_not_met_is_a_refusal() {
    let store = TestDatabase::create().await.open().await;
    store.execute(Deposit { account: "a".into(), amount: 5 }, once()).await.unwrap().done().unwrap();
    let mut envelope = once();
    envelope.expected = Some(Expected::OneOf(vec![0]));
    let refused = store.execute(Deposit { account: "a".into(), amount: 5 }, envelope.clone()).await.unwrap().done();
    let Refused { document, .. } = refused.unwrap_err();
    assert_eq!(document.code, "version_mismatch");
    assert_eq!(serde_json::to_value(document.details).unwrap(), serde_json::json!({"expected": 0, "actual": 1}));
    envelope.expected = Some(Expected::OneOf(vec![1]));
    store.execute(Deposit { account: "a".into(), amount: 5 }, envelope).await.unwrap().done().unwrap();
    store.close().await;
}

#[tokio::test]
async fn one_of_several_versions_is_enough_and_any_is_not_none() {
    let store = TestDatabase::create().await.open().await;
    let deposit = async |account: &str, expected| {
        let envelope = Envelope { expected: Some(expected), ..once() };
        let answer = store.execute(Deposit { account: account.to_owned(), amount: 5 }, envelope).await.unwrap();
        answer.done().map_err(|refused| serde_json::to_value(refused.document.details).unwrap())
    };
    assert_eq!(deposit("a", Expected::Existing).await.unwrap_err(), serde_json::json!({"expected": "*", "actual": 0}));
    deposit("a", Expected::OneOf(vec![7, 0])).await.unwrap();
    deposit("a", Expected::Existing).await.unwrap();
    assert_eq!(deposit("a", Expected::OneOf(vec![98, 99])).await.unwrap_err(), serde_json::json!({"expected": [98, 99], "actual": 2}));
    assert_eq!(deposit("a", Expected::OneOf(vec![])).await.unwrap_err(), serde_json::json!({"expected": [], "actual": 2}));
    store.close().await;
}

#[tokio::test]
async fn sealed_data_is_never_in_clear_in_the_tables() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    store.execute(NameOwner { account: "a".into(), name: "Ann Miller".into() }, keyed("k", 1)).await.unwrap().done().unwrap();
    let state = store.load::<Account>("a").await.unwrap().state;
    assert!(state.owner.as_ref().unwrap().get("$sealed").is_some(), "{state:?}");

    let event = store.read(0, 1, 1, &event_store::Filter::all()).await.unwrap().remove(0);
    assert!(!event.payload.get().contains("Ann"), "{}", event.payload.get());
    let opened = store.vault().open_json(event.payload.get()).await.unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(opened.get()).unwrap(),
        serde_json::json!({"account.owner_named": {"owner": {"$personal": {"subject": "a", "value": "Ann Miller"}}}})
    );

    store.vault().erase("a", "operator:tests").await.unwrap();
    assert_eq!(store.vault().open_json(event.payload.get()).await.unwrap().get(), event.payload.get());
    let refused = store.execute(NameOwner { account: "a".into(), name: "Ann Miller".into() }, once()).await.unwrap_err();
    assert!(matches!(refused, Failure::Store(StoreError::Erased(_))), "{refused}");
    store.close().await;
}

#[tokio::test]
async fn a_stream_that_was_presumed_new_and_exists_is_read_after_all() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    assert_eq!(store.execute(Open { account: "a".into() }, once()).await.unwrap().done().unwrap().appended, 1);
    store.close().await;
    let another = database.open().await;
    let opened = another.execute(Open { account: "a".into() }, once()).await.unwrap().done().unwrap();
    assert_eq!((opened.appended, opened.version), (0, 1));
    another.close().await;
}

#[tokio::test]
async fn events_are_never_changed() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    store.execute(Deposit { account: "a".into(), amount: 5 }, once()).await.unwrap().done().unwrap();
    let mut connection = database.connection().await;
    for sql in ["update log.events set payload = '{}'", "delete from log.events", "truncate log.events"] {
        let refused = sqlx::query(sql).execute(&mut connection).await.unwrap_err();
        let code = refused.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
        assert_eq!(code.as_deref(), Some("OE001"), "{sql}: {refused}");
    }
    store.close().await;
}

#[tokio::test]
async fn who_runs_a_store_is_told_when_it_ends() {
    let store = TestDatabase::create().await.open().await;
    let ended = store.ended();
    store.execute(Deposit { account: "a".into(), amount: 1 }, once()).await.unwrap().done().unwrap();
    store.close().await;
    ended.await;
}

#[tokio::test]
async fn a_process_with_another_key_is_refused_at_its_start() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    let [mut master, mut claim, mut none] = [database.args(), database.args(), database.args()];
    master.master_key = SecretKey::new([9; 32]);
    claim.claim_key = SecretKey::new([9; 32]);
    (none.master_key, none.claim_key) = (SecretKey::none(), SecretKey::none());
    for (args, which) in [(master, "master"), (claim, "claim")] {
        let refused = EventStore::connect(&args).await.err().unwrap();
        assert!(matches!(refused, StoreError::WrongKey(key) if key == which), "{refused}");
    }
    let keyless = EventStore::connect(&none).await.unwrap();
    let named = keyless.execute(NameOwner { account: "a".into(), name: "Ann".into() }, once()).await.unwrap_err();
    assert!(named.to_string().contains("master key"), "{named}");
    keyless.close().await;
    store.close().await;
}
