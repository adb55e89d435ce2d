//! A gateway that never answers.

use aggregates::order::OrderStatus;
use process_manager::SagaView;
use tokio_util::sync::CancellationToken;

use crate::fixture::TestDatabase;
use crate::outside::{Outside, booked};
use crate::shop::{Shop, pickup, start_with};

const SECONDS: [&str; 2] = ["--gateway-silent-seconds", "1"];

#[tokio::test(flavor = "multi_thread")]
async fn an_authorization_that_is_never_answered_is_let_go_of_and_its_order_comes_to_an_end() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &["--simulator-silence-ms", "100"]).await;
    let shop = Shop::open(database.open().await, 1, 10).await;
    let shutdown = CancellationToken::new();
    let process = start_with(&SECONDS, &shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let (left_alone, called_off) = (shop.place_paying("card_silent", pickup()).await, shop.place_paying("card_silent", pickup()).await);
    let asked = |view: &SagaView| view.history.iter().any(|line| line.event_type == "payment.authorization_requested").then_some(());
    shop.view_when(called_off, "the gateway is asked", asked).await;
    drop(shop.try_cancel(called_off).await);
    shop.until_all_are_final(2).await;
    assert_eq!((shop.status(left_alone).await, shop.status(called_off).await), (OrderStatus::Rejected, OrderStatus::Canceled));
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(2).await;
    let held = booked(&database.url, "accounts where standing->>'status' <> 'voided'").await;
    assert_eq!(held, 0, "should it arrive late, it finds the door shut");
}
