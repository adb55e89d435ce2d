use process_manager::verify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::fixture::TestDatabase;
use crate::outside::{Outside, clients};
use crate::shop::{Shop, args, pickup, start};

#[tokio::test(flavor = "multi_thread")]
async fn verifying_names_a_process_that_was_changed_lost_or_made_up() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 2, 10).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let orders = shop.place(3, 1, &pickup()).await;
    shop.until_all_are_final(3).await;
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(3).await;

    let change = "update process.instances set state = replace(state::text, 'ended', 'placed')::json where order_id = $1";
    sqlx::query(change).bind(orders[0].uuid()).execute(shop.store.pool()).await.unwrap();
    sqlx::query("delete from process.instances where order_id = $1").bind(orders[1].uuid()).execute(shop.store.pool()).await.unwrap();
    let made_up = Uuid::now_v7();
    let copy = "insert into process.instances select $2, layout, state, position, pending, parked, final, unreadable, updated_at
                  from process.instances where order_id = $1";
    sqlx::query(copy).bind(orders[2].uuid()).bind(made_up).execute(shop.store.pool()).await.unwrap();
    let found = verify(&shop.store, &args(&[]).rules(), 2).await.unwrap();
    let mut differ: Vec<Uuid> = found.differences.iter().map(|difference| difference.order).collect();
    differ.sort_unstable();
    let mut expected = vec![orders[0].uuid(), orders[1].uuid(), made_up];
    expected.sort_unstable();
    assert_eq!(differ, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_of_another_layout_is_rebuilt_from_the_log_and_goes_on() {
    let database = TestDatabase::create().await;
    let address = Outside::start(&database.url, &[]).await.address;
    let (gateway, carrier) = clients(address);
    let shop = Shop::open(database.open().await, 2, 10).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, gateway.clone(), carrier.clone(), &shutdown);
    shop.place(3, 1, &pickup()).await;
    shop.until("every order waits for the gateway", |counts| counts.instances_open == 3 && counts.pending == 3, 3).await;
    shutdown.cancel();
    process.await.unwrap().unwrap();
    let spoil = "update process.instances set layout = 0, state = '\"of another program\"'";
    sqlx::query(spoil).execute(shop.store.pool()).await.unwrap();

    let outside = Outside::start(&database.url, &[]).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    shop.until_all_are_final(3).await;
    shutdown.cancel();
    process.await.unwrap().unwrap();
    shop.assert_nothing_is_left_over(3).await;
}
