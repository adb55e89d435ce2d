//! Read models kept up to date: exactly once, by one process at a time, one bad event stopping nothing else.

use std::time::Duration;

use aggregates::values::OrderId;
use projections::{LetterFilter, ReadModelError, State, dead_letters, orders, pause, resume, stock};
use uuid::Uuid;

use crate::samples::{FIRST, SECOND, THIRD, shop};
use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_can_be_waited_for_and_read() {
    let shop_ = Shop::empty().await;
    let running = shop_.project();
    let token = shop_.record(&shop()).await;
    shop_.read.wait_for(&["orders"], token, Duration::from_secs(10)).await.unwrap();
    let row = orders::by_id(&shop_.read, OrderId::new(FIRST)).await.unwrap().unwrap();
    assert_eq!(row.status, orders::OrderStatus::Completed);
    shop_.stored().await;
    for status in projections::status(&shop_.store, &shop_.read).await.unwrap() {
        assert_eq!((status.state, status.live.lag_events, status.live.dead_letters), (State::Live, 0, 0), "{}", status.name);
    }
    running.stop().await;
    let status = projections::status(&shop_.store, &shop_.read).await.unwrap();
    assert!(status.iter().all(|status| status.state == State::Stopped));
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_what_is_not_there_ends_in_time_with_the_position() {
    let shop = Shop::projected().await;
    let mut token = shop.store.head().await.unwrap().token();
    token.position += 1;
    let behind = shop.read.wait_for(&["orders", "stock"], token, Duration::from_millis(50)).await.unwrap_err();
    assert!(matches!(behind, ReadModelError::Behind { position, wanted, .. } if position + 1 == wanted), "{behind}");
    assert!(matches!(shop.read.position_of("nonsense").await, Err(ReadModelError::Unknown(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_of_any_epoch_is_waited_for_where_no_read_model_was_built_yet() {
    let shop = Shop::empty().await;
    shop.read.create().await.unwrap();
    let behind = shop.read.wait_for(&["orders"], "2-1".parse().unwrap(), Duration::from_millis(50)).await.unwrap_err();
    assert!(matches!(behind, ReadModelError::Behind { position: 0, wanted: 1, .. }), "{behind}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_projectors_fold_each_event_once() {
    let shop_ = Shop::empty().await;
    let (one, other) = (shop_.project(), shop_.project());
    shop_.record(&shop()).await;
    shop_.caught_up().await;
    assert_eq!(stock::totals(&shop_.read).await.unwrap(), (11, 0));
    one.stop().await;
    let again = shop_.record(&shop()[8..9]).await;
    shop_.read.wait_for(&["stock"], again, Duration::from_secs(10)).await.unwrap();
    assert_eq!(stock::totals(&shop_.read).await.unwrap(), (21, 0));
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projector_that_lost_its_lease_writes_nothing_and_starts_again_where_the_rows_are() {
    let shop_ = Shop::open().await;
    let running = shop_.project();
    shop_.caught_up().await;
    // Another process took the lease, folded and let go, while this one slept.
    shop_.sql("update stock_v2.checkpoints set fence = fence + 1, position = 0, event_id = null, holder = null, leased_until = null").await;
    shop_.sql("truncate stock_v2.stock").await;
    shop_.record(&shop()[8..9]).await;
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while stock::totals(&shop_.read).await.unwrap() != (21, 0) {
        assert!(std::time::Instant::now() < deadline, "stock was not folded again: {:?}", stock::totals(&shop_.read).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_read_parks_its_row_alone() {
    let shop_ = Shop::open().await;
    shop_.record_unknown("order", SECOND).await;
    let running = shop_.project();
    shop_.caught_up().await;
    let payment = format!("payment-{}", Uuid::from_u128(0x12));
    let later = shop().into_iter().find(|sample| sample.needed.stream.to_string() == payment).unwrap();
    shop_.record(&[later]).await;
    shop_.caught_up().await;
    let letters = dead_letters(&shop_.read, "orders", &LetterFilter::default(), 10).await.unwrap();
    assert!(letters.iter().all(|letter| letter.key == SECOND.to_string()), "{letters:?}");
    assert_eq!((letters[0].event_type.as_str(), letters[0].cause.is_some()), ("order.from_the_future", true));
    assert_eq!((letters[1].event_type.as_str(), letters[1].cause.as_deref()), ("payment.initiated", None));
    let third = orders::by_id(&shop_.read, OrderId::new(THIRD)).await.unwrap();
    assert!(third.is_some());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_the_database_refuses_is_parked_alone() {
    let shop_ = Shop::empty().await;
    shop_.read.create().await.unwrap();
    shop_.sql(&format!("alter table orders_v3.order_terms add check (key <> '{SECOND}')")).await;
    shop_.record(&shop()).await;
    let running = shop_.project();
    shop_.caught_up().await;
    let letters = dead_letters(&shop_.read, "orders", &LetterFilter::default(), 100).await.unwrap();
    assert_eq!((letters[0].key.clone(), letters[0].event_type.as_str()), (SECOND.to_string(), "order.placed"));
    assert!(letters[0].cause.as_deref().unwrap().contains("check"), "{:?}", letters[0].cause);
    assert_eq!(letters.len(), 9);
    assert!(orders::by_id(&shop_.read, OrderId::new(FIRST)).await.unwrap().is_some());
    assert!(orders::by_id(&shop_.read, OrderId::new(THIRD)).await.unwrap().is_some());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_somebody_broke_is_parked_alone_and_healed_by_a_rebuild() {
    let shop_ = Shop::projected().await;
    shop_.sql("update stock_v2.stock set sku = 'not a sku' where key = 'berlin/A-1'").await;
    let running = shop_.project();
    shop_.record(&shop()[8..10]).await;
    shop_.caught_up().await;
    let letters = dead_letters(&shop_.read, "stock", &LetterFilter::default(), 10).await.unwrap();
    assert_eq!(letters.iter().map(|letter| letter.key.as_str()).collect::<Vec<_>>(), ["berlin/A-1"]);
    assert!(letters[0].cause.as_deref().unwrap().contains("cannot be read"), "{letters:?}");
    assert_eq!(stock::by_id(&shop_.read, &"berlin/B-2".parse().unwrap()).await.unwrap().unwrap().on_hand, 9);
    projections::rebuild(&shop_.store, &shop_.read, "stock", &projections::RebuildOptions::default()).await.unwrap();
    assert!(dead_letters(&shop_.read, "stock", &LetterFilter::default(), 10).await.unwrap().is_empty());
    assert_eq!(stock::totals(&shop_.read).await.unwrap(), (11 + 15, 0));
    running.stop().await;
}

/// As the generation has it.
async fn told_to_wait(shop: &Shop) -> bool {
    sqlx::query_scalar("select paused from stock_v2.control").fetch_one(shop.read.pool()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_read_model_waits_and_goes_on() {
    let shop_ = Shop::projected().await;
    pause(&shop_.read, "stock").await.unwrap();
    assert!(told_to_wait(&shop_).await, "an older program reads it there");
    let running = shop_.project();
    let status = projections::status(&shop_.store, &shop_.read).await.unwrap();
    assert_eq!(status.iter().find(|status| status.name == "stock").map(|status| status.state), Some(State::Paused));
    tokio::time::sleep(Duration::from_millis(600)).await;
    let token = shop_.record(&shop()[8..9]).await;
    shop_.read.wait_for(&["stock"], token, Duration::from_millis(200)).await.unwrap_err();
    resume(&shop_.read, "stock").await.unwrap();
    assert!(!told_to_wait(&shop_).await);
    shop_.read.wait_for(&["stock"], token, Duration::from_secs(10)).await.unwrap();
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_lost_what_was_folded_stops_the_projector_loudly() {
    let shop = Shop::projected().await;
    shop.sql("update customers_v1.checkpoints set event_id = gen_random_uuid()").await;
    let stop = tokio_util::sync::CancellationToken::new();
    let ended = projections::run(shop.store.clone(), shop.read.clone(), projections::ProjectorArgs::default(), stop).await;
    let Err(ReadModelError::Subscription(problem)) = ended else { panic!("{ended:?}") };
    assert!(matches!(*problem, event_store::SubscriptionError::AheadOfLog { .. }), "{problem:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_reads_cannot_write() {
    let shop = Shop::projected().await;
    let args = projections::ReadArgs::default();
    let reader = projections::ReadDatabase::connect_read_only(&args, &shop.database.url, projections::READ_MODELS).await.unwrap();
    assert!(orders::by_id(&reader, OrderId::new(FIRST)).await.unwrap().is_some());
    let refused = sqlx::query("delete from orders").execute(reader.pool()).await.unwrap_err();
    assert_eq!(refused.as_database_error().and_then(|error| error.code().map(|code| code.to_string())).as_deref(), Some("25006"));
}
