use event_store::{Answer, EventStore, Failure, Filter};
use futures::future::join_all;

use crate::accounts::{Account, Deposit, Open, Transfer, Withdraw};
use crate::commands::{keyed, once};
use crate::fixture::TestDatabase;
use crate::waiting::HeldLock;

fn deposit(account: &str, amount: i64) -> Deposit {
    Deposit { account: account.into(), amount }
}

fn withdraw(account: &str, amount: i64) -> Withdraw {
    Withdraw { account: account.into(), amount }
}

/// Sends a command and does not wait for its answer.
fn send<D: decider::Decision>(
    store: &EventStore,
    decision: D,
    envelope: event_store::Envelope,
) -> tokio::task::JoinHandle<Result<Answer, Failure>> {
    let store = store.clone();
    tokio::spawn(async move { store.execute(decision, envelope).await })
}

/// Waits for a command that is done.
async fn done(sent: tokio::task::JoinHandle<Result<Answer, Failure>>) -> event_store::Executed {
    sent.await.unwrap().unwrap().done().unwrap()
}

#[tokio::test]
async fn a_chain_on_a_failed_predecessor_never_commits() {
    let database = TestDatabase::create().await;
    let (mine, other) = (database.open().await, database.open().await);
    mine.execute(deposit("a", 10), once()).await.unwrap().done().unwrap();
    // Mine believes in 10, the log holds 3: what mine decides next is a chain of ten on a head that is no more.
    other.execute(withdraw("a", 7), once()).await.unwrap().done().unwrap();
    let answers = join_all((0..10).map(|_| mine.execute(withdraw("a", 1), once()))).await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Ok(Answer::Done(_)))).count(), 3, "{answers:?}");
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(mine.load::<Account>("a").await.unwrap().state.balance, 0);
    assert_eq!(mine.head().await.unwrap().position, 5);
    mine.close().await;
    other.close().await;
}

#[tokio::test]
async fn a_stale_refusal_heals() {
    let database = TestDatabase::create().await;
    let (mine, other) = (database.open().await, database.open().await);
    mine.execute(withdraw("a", 1), once()).await.unwrap().done().unwrap_err();
    other.execute(deposit("a", 1), once()).await.unwrap().done().unwrap();
    mine.execute(withdraw("a", 1), once()).await.unwrap().done().expect("refused on a stale state");
    mine.close().await;
    other.close().await;
}

#[tokio::test]
async fn a_no_op_on_uncommitted_state_is_not_answered() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    store.execute(deposit("warm", 1), once()).await.unwrap().done().unwrap();
    let mut lock = HeldLock::take(&database.url).await;
    let first = send(&store, Open { account: "a".into() }, once());
    lock.is_waited_for().await;
    let second = send(&store, Open { account: "a".into() }, once());
    let read = tokio::spawn({
        let store = store.clone();
        async move { store.load::<Account>("a").await }
    });
    // Decided by now, as this one behind them is.
    let last = send(&store, deposit("warm", 0), once());
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(![first.is_finished(), second.is_finished(), last.is_finished()].contains(&true) && !read.is_finished());
    lock.release().await;
    let (first, second, read) = (done(first).await, done(second).await, read.await.unwrap().unwrap());
    assert_eq!((first.appended, first.version, second.appended, second.version), (1, 1, 0, 1));
    assert!(second.position.position >= first.position.position);
    assert_eq!((read.version, read.state.balance), (1, 1));
    done(last).await;
    store.close().await;
}

#[tokio::test]
async fn dependent_commands_go_in_one_call() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    store.execute(deposit("a", 100), once()).await.unwrap().done().unwrap();
    let mut lock = HeldLock::take(&database.url).await;
    let first = send(&store, deposit("b", 1), once());
    lock.is_waited_for().await;
    let transfers: Vec<_> = (0..20).map(|_| send(&store, Transfer { from: "a".into(), to: "b".into(), amount: 1 }, once())).collect();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    lock.release().await;
    done(first).await;
    let recorded = join_all(transfers).await;
    assert!(recorded.iter().all(|answer| matches!(answer, Ok(Ok(Answer::Done(_))))));
    let calls: std::collections::BTreeSet<_> =
        store.read(2, 100, 100, &Filter::all()).await.unwrap().iter().map(|event| event.recorded_at).collect();
    assert_eq!(calls.len(), 1, "twenty transfers over two accounts took {} calls", calls.len());
    store.close().await;
}

#[tokio::test]
async fn the_same_key_in_flight_waits_for_the_first_answer() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    let mut lock = HeldLock::take(&database.url).await;
    let sent: Vec<_> = (0..5).map(|_| send(&store, deposit("a", 1), keyed("k", 1))).collect();
    let reused = send(&store, deposit("a", 2), keyed("k", 2));
    lock.is_waited_for().await;
    lock.release().await;
    let answers = join_all(sent.into_iter().map(done)).await;
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(answers.iter().all(|answer| (answer.version, answer.position.position) == (1, 1)), "{answers:?}");
    assert!(matches!(reused.await.unwrap(), Err(Failure::KeyReused)));
    store.close().await;
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let database = TestDatabase::create().await;
    let mut args = database.args();
    args.command_queue = 2;
    let store = EventStore::connect(&args).await.unwrap();
    let mut lock = HeldLock::take(&database.url).await;
    let first = send(&store, deposit("a", 1), once());
    lock.is_waited_for().await;
    let mut second = Box::pin(store.execute(deposit("a", 1), once()));
    assert!(futures::poll!(&mut second).is_pending());
    let refused = store.execute(deposit("a", 1), once()).await.unwrap_err();
    assert!(matches!(refused, Failure::Overloaded { .. }), "{refused}");
    lock.release().await;
    done(first).await;
    second.await.unwrap().done().unwrap();
    store.execute(deposit("a", 1), once()).await.unwrap().done().unwrap();
    store.close().await;
}

#[tokio::test]
async fn closing_answers_what_was_taken_in() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    let mut lock = HeldLock::take(&database.url).await;
    let sent: Vec<_> = (0..10).map(|_| send(&store, deposit("a", 1), once())).collect();
    lock.is_waited_for().await;
    let closing = tokio::spawn(store.clone().close());
    lock.release().await;
    closing.await.unwrap();
    assert!(join_all(sent).await.iter().all(|answer| matches!(answer, Ok(Ok(Answer::Done(_))))));
    assert!(store.execute(deposit("a", 1), once()).await.is_err());
}

#[tokio::test]
async fn a_glance_does_not_take_a_guess_for_the_truth() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    store.execute(Open { account: "old".into() }, once()).await.unwrap().done().unwrap();
    store.close().await;
    let another = database.open().await;
    let mut lock = HeldLock::take(&database.url).await;
    let sent = ["old", "new"].map(|account| send(&another, Open { account: account.into() }, once()));
    lock.is_waited_for().await;
    let glance = tokio::spawn({
        let another = another.clone();
        async move { another.load_many_cached::<Account>(&["old".to_owned(), "new".to_owned()]).await }
    });
    lock.release().await;
    let seen = glance.await.unwrap().unwrap();
    assert_eq!(seen.iter().map(|account| account.version).collect::<Vec<_>>(), [1, 1], "what it was decided on is stored by then");
    for answer in join_all(sent).await {
        answer.unwrap().unwrap().done().unwrap();
    }
    another.close().await;
}

#[tokio::test]
async fn what_waits_together_is_stored_together_with_reads_refusals_and_no_ops_among_it() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    let warm = ["a", "b", "c", "d", "e"];
    for account in warm {
        store.execute(deposit(account, 1), once()).await.unwrap().done().unwrap();
    }
    let mut lock = HeldLock::take(&database.url).await;
    let first = send(&store, deposit("a", 1), once());
    lock.is_waited_for().await;
    let deposits = warm.map(|account| send(&store, deposit(account, 1), once()));
    let refused = send(&store, withdraw("b", 3), once());
    let read = tokio::spawn({
        let store = store.clone();
        async move { store.load::<Account>("b").await }
    });
    // All of them are decided by then.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    lock.release().await;
    done(first).await;
    for sent in deposits {
        done(sent).await;
    }
    refused.await.unwrap().unwrap().done().unwrap_err();
    read.await.unwrap().unwrap();
    let events = store.read(6, 11, 10, &Filter::all()).await.unwrap();
    // A call has one time.
    let mut times: Vec<_> = events.iter().map(|event| event.recorded_at).collect();
    times.dedup();
    assert_eq!((events.len(), times.len()), (5, 1), "{times:?}");
    store.close().await;
}
