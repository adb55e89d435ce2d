use std::collections::BTreeSet;
use std::time::Duration;

use aggregates::decisions::stocking::{AllocateStock, LapseReservation};
use aggregates::order::{Order, OrderStatus};
use aggregates::process::ProcessEvent;
use aggregates::stock_item::StockItem;
use aggregates::values::OrderId;
use chrono::{DateTime, TimeDelta, Utc};
use event_store::Filter;
use process_manager::SagaView;
use tokio_util::sync::CancellationToken;

use crate::fixture::TestDatabase;
use crate::outside::{Outside, clients, kill};
use crate::shop::{Shop, pickup, start, start_with};

const SOON: [&str; 2] = ["--reservation-seconds", "1"];

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_gateway_is_away_gives_its_stock_back_and_is_paid_for_once_when_it_is_there_again() {
    let database = TestDatabase::create().await;
    let address = Outside::start(&database.url, &[]).await.address;
    let (gateway, carrier) = clients(address);
    let shop = Shop::open(database.open().await, 1, 1).await;
    let shutdown = CancellationToken::new();
    let process = start_with(&SOON, &shop.store, gateway, carrier, &shutdown);
    let order = shop.place(1, 1, &pickup()).await[0];
    let lapsed = |view: &SagaView| view.history.iter().any(|line| line.event_type == "order.reservation_lapsed").then_some(());
    shop.view_when(order, "the reservation lapsed", lapsed).await;
    assert_eq!((shop.reserved().await, shop.status(order).await), (0, OrderStatus::Placed));
    shutdown.cancel();
    process.await.unwrap().unwrap();

    let outside = Outside::start(&database.url, &[]).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    shop.until_all_are_final(1).await;
    assert_eq!(shop.status(order).await, OrderStatus::Completed);
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(1).await;
    assert_eq!(outside.captured().await, 10.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_nobody_can_pay_expires_after_its_second_reservation() {
    let database = TestDatabase::create().await;
    let address = Outside::start(&database.url, &[]).await.address;
    let (gateway, carrier) = clients(address);
    let shop = Shop::open(database.open().await, 1, 1).await;
    let order = shop.place(1, 1, &pickup()).await[0];
    reserve(&shop, order, Utc::now() - TimeDelta::days(7)).await;
    shop.must(LapseReservation {
        order,
        until: shop.store.load::<Order>(&order.to_string()).await.unwrap().state.reserved_until().unwrap(),
    })
    .await;
    reserve(&shop, order, Utc::now() - TimeDelta::days(6)).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, gateway, carrier, &shutdown);
    let expired = |view: &SagaView| view.history.iter().any(|line| line.event_type == "order.cancelation_started").then_some(());
    shop.view_when(order, "it is called off", expired).await;
    assert_eq!(shop.reserved().await, 0);
    shutdown.cancel();
    process.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_week_of_downtime_deadlines_pass_in_order_each_once_and_nothing_that_is_certain_lapses() {
    const ORDERS: u32 = 60;
    let database = TestDatabase::create().await;
    let address = Outside::start(&database.url, &[]).await.address;
    let (gateway, carrier) = clients(address);
    let shop = Shop::open(database.open().await, 1, 100).await;
    let orders = shop.place(ORDERS, 1, &pickup()).await;
    let a_week_ago = Utc::now() - TimeDelta::days(7);
    for (number, order) in (0..).zip(orders.iter().rev()) {
        reserve(&shop, *order, a_week_ago + TimeDelta::seconds(number)).await;
    }
    let certain: BTreeSet<OrderId> = orders.iter().copied().step_by(3).collect();
    for order in &certain {
        shop.pay_and_confirm(*order).await;
    }
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, gateway.clone(), carrier.clone(), &shutdown);
    until_lapsed(&shop, orders.iter().filter(|order| !certain.contains(order))).await;
    shutdown.cancel();
    process.await.unwrap().unwrap();

    let passed = deadlines_passed(&shop).await;
    let whose: BTreeSet<OrderId> = passed.iter().map(|(order, _)| *order).collect();
    assert_eq!((passed.len(), whose.len()), (orders.len() - certain.len(), orders.len() - certain.len()), "each once");
    assert!(whose.is_disjoint(&certain));
    assert!(passed.is_sorted_by_key(|(_, due_at)| *due_at), "in the order of their instants");
    for order in &certain {
        assert_eq!(shop.status(*order).await, OrderStatus::Confirmed);
    }
    let item = shop.store.load::<StockItem>("berlin/SKU-0").await.unwrap().state;
    assert_eq!(item.reserved() + 100 - item.on_hand(), certain.len() as u64, "held for what is certain, or gone with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_while_deadlines_pass_leaves_none_out_and_none_passes_twice() {
    const ORDERS: u32 = 200;
    let database = TestDatabase::create().await;
    let address = Outside::start(&database.url, &[]).await.address;
    let (gateway, carrier) = clients(address);
    let shop = Shop::open(database.open().await, 1, 1_000).await;
    let orders = shop.place(ORDERS, 1, &pickup()).await;
    for order in &orders {
        reserve(&shop, *order, Utc::now() + TimeDelta::milliseconds(500)).await;
    }
    let shutdown = CancellationToken::new();
    let mut process = start(&shop.store, gateway.clone(), carrier.clone(), &shutdown);
    for _ in 0..3 {
        let before = deadlines_passed(&shop).await.len();
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        while deadlines_passed(&shop).await.len() == before && before < orders.len() {
            assert!(std::time::Instant::now() < deadline, "waited for: more deadlines have passed than {before}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        kill(std::mem::replace(&mut process, start(&shop.store, gateway.clone(), carrier.clone(), &shutdown))).await;
    }
    until_lapsed(&shop, orders.iter()).await;
    shutdown.cancel();
    process.await.unwrap().unwrap();
    let passed = deadlines_passed(&shop).await;
    let whose: BTreeSet<OrderId> = passed.iter().map(|(order, _)| *order).collect();
    assert_eq!((passed.len(), whose.len()), (orders.len(), orders.len()));
    assert_eq!(shop.reserved().await, 0);
}

async fn until_lapsed(shop: &Shop, orders: impl Iterator<Item = &OrderId>) {
    let lapsed = |view: &SagaView| view.history.iter().any(|line| line.event_type == "order.reservation_lapsed").then_some(());
    for order in orders {
        shop.view_when(*order, "the reservation lapsed", lapsed).await;
    }
}

/// Holds the stock of an order until an instant, as a process would have done that ran then.
async fn reserve(shop: &Shop, order: OrderId, until: DateTime<Utc>) {
    shop.must(AllocateStock { order, warehouses: vec![("berlin".parse().unwrap(), 1)], until }).await;
}

/// The deadlines that have passed, as they stand in the log.
async fn deadlines_passed(shop: &Shop) -> Vec<(OrderId, DateTime<Utc>)> {
    let events = shop.store.read(0, i64::MAX, 100_000, &Filter::aggregates(["process"])).await.unwrap();
    let passed = events.iter().filter_map(|event| match event.stored().decode::<aggregates::process::Process>().unwrap() {
        ProcessEvent::DeadlinePassed(passed) => Some((event.partition_key.parse().unwrap(), passed.due_at)),
        ProcessEvent::CommandRefused(_) | ProcessEvent::ProcessParked(_) | ProcessEvent::ProcessResumed(_) => None,
    });
    passed.collect()
}
