//! Read models built anew beside the live ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use projections::{READ_MODELS, ReadModelError, RebuildOptions, Report, State, cancel, rebuild, rollback};

use crate::samples::{SECOND, shop};
use crate::shop::Shop;

/// The tables of a read model's generation.
fn tables(name: &str, slot: &str) -> Vec<String> {
    let model = READ_MODELS.get(name).unwrap();
    model.tables.iter().map(|table| format!("{name}_v{}{slot}.{}", model.version, table.name)).collect()
}

async fn rows(shop: &Shop, name: &str, slot: &str) -> Vec<Vec<serde_json::Value>> {
    let mut rows = Vec::new();
    for table in tables(name, slot) {
        rows.push(shop.rows(&table).await);
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_read_model_equals_the_one_that_was_kept() {
    let shop = Shop::projected().await;
    for name in projections::names() {
        let kept = rows(&shop, name, "").await;
        assert!(kept.iter().all(|rows| !rows.is_empty()), "{name}");
        let built = rebuild(&shop.store, &shop.read, name, &RebuildOptions::default()).await.unwrap();
        assert!(built.swapped);
        assert_eq!(built.position, shop.store.head().await.unwrap().position);
        assert_eq!(rows(&shop, name, "").await, kept, "{name}");
        assert_eq!(rows(&shop, name, "_old").await, kept, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_under_load_loses_nothing_and_the_projector_goes_on_with_the_new_generation() {
    let shop_ = Shop::open().await;
    let running = shop_.project();
    shop_.caught_up().await;
    let one_more = &shop()[8..9];
    let options = RebuildOptions::default();
    let (built, ()) = tokio::join!(rebuild(&shop_.store, &shop_.read, "stock", &options), async {
        for _ in 0..20 {
            shop_.record(one_more).await;
        }
    });
    built.unwrap();
    let token = shop_.record(one_more).await;
    shop_.read.wait_for(&["stock"], token, Duration::from_secs(10)).await.unwrap();
    shop_.caught_up().await;
    assert_eq!(projections::stock::totals(&shop_.read).await.unwrap(), (11 + 21 * 10, 0));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_was_stopped_goes_on_where_it_was() {
    let shop = Shop::projected().await;
    let unswapped = RebuildOptions { no_swap: true, ..RebuildOptions::default() };
    let built = rebuild(&shop.store, &shop.read, "orders", &unswapped).await.unwrap();
    assert!(!built.swapped);
    let status = projections::status(&shop.store, &shop.read).await.unwrap();
    let orders = status.iter().find(|status| status.name == "orders").unwrap();
    assert_eq!((orders.state, orders.next.as_ref().map(|next| next.lag_events)), (State::Rebuilding, Some(0)));
    let told = Arc::new(AtomicI64::new(0));
    let count = told.clone();
    let report = Report::to(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
    });
    let again = rebuild(&shop.store, &shop.read, "orders", &RebuildOptions { report, ..RebuildOptions::default() }).await.unwrap();
    assert_eq!((again.resumed_at, again.swapped, told.load(Ordering::Relaxed)), (built.position, true, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_rebuild_says_so_and_can_be_canceled() {
    let shop = Shop::projected().await;
    let options = RebuildOptions::default();
    options.stop.cancel();
    let ended = rebuild(&shop.store, &shop.read, "orders", &options).await;
    assert!(matches!(ended, Err(ReadModelError::Interrupted)), "{ended:?}");
    assert!(cancel(&shop.read, "orders").await.unwrap());
    assert!(!cancel(&shop.read, "orders").await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_puts_the_former_generation_back_and_the_projector_brings_it_up_to_date() {
    let shop_ = Shop::projected().await;
    assert!(matches!(rollback(&shop_.read, "stock").await, Err(ReadModelError::Absent(_))));
    rebuild(&shop_.store, &shop_.read, "stock", &RebuildOptions::default()).await.unwrap();
    shop_.sql("update stock_v2.stock set on_hand = 99").await;
    rollback(&shop_.read, "stock").await.unwrap();
    let running = shop_.project();
    let token = shop_.record(&shop()[8..9]).await;
    shop_.read.wait_for(&["stock"], token, Duration::from_secs(10)).await.unwrap();
    assert_eq!(projections::stock::totals(&shop_.read).await.unwrap(), (21, 0));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_live_generation_has_not_seen_yet_keeps_no_new_one_out() {
    let shop = Shop::projected().await;
    shop.record_unknown("order", SECOND).await;
    let built = rebuild(&shop.store, &shop.read, "orders", &RebuildOptions::default()).await.unwrap();
    assert_eq!((built.swapped, built.dead_letters), (true, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_is_kept_after_its_first_rebuild() {
    let shop = Shop::open().await;
    let running = shop.project();
    shop.caught_up().await;
    rebuild(&shop.store, &shop.read, "warehouses", &RebuildOptions::default()).await.unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    loop {
        let status = projections::status(&shop.store, &shop.read).await.unwrap();
        let warehouses = status.into_iter().find(|status| status.name == "warehouses").unwrap();
        if warehouses.state == State::Live && warehouses.holder.is_some() {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "nobody keeps it: {warehouses:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    running.stop().await;
}

async fn fence(shop: &Shop, slot: &str) -> i64 {
    let sql = format!("select fence from stock_v2{slot}.checkpoints where name = 'stock'");
    test_database::sqlx::query_scalar(test_database::sqlx::AssertSqlSafe(sql)).fetch_one(shop.read.pool()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fence_is_never_given_twice() {
    let shop = Shop::projected().await;
    let mut given = vec![fence(&shop, "").await];
    for _ in 0..2 {
        rebuild(&shop.store, &shop.read, "stock", &RebuildOptions::default()).await.unwrap();
        given.extend([fence(&shop, "").await, fence(&shop, "_old").await]);
        rollback(&shop.read, "stock").await.unwrap();
        given.extend([fence(&shop, "").await, fence(&shop, "_old").await]);
        let running = shop.project();
        shop.held("stock").await;
        given.push(fence(&shop, "").await);
        running.stop().await;
    }
    let unswapped = RebuildOptions { no_swap: true, ..RebuildOptions::default() };
    for _ in 0..2 {
        rebuild(&shop.store, &shop.read, "stock", &unswapped).await.unwrap();
        given.push(fence(&shop, "_next").await);
        assert!(cancel(&shop.read, "stock").await.unwrap());
    }
    let distinct: std::collections::BTreeSet<i64> = given.iter().copied().collect();
    assert_eq!(distinct.len(), given.len(), "{given:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn swaps_in_a_row_do_not_slow_the_projector_down() {
    let shop_ = Shop::open().await;
    let running = shop_.project();
    shop_.caught_up().await;
    for _ in 0..8 {
        rebuild(&shop_.store, &shop_.read, "warehouses", &RebuildOptions::default()).await.unwrap();
        // The projector has noticed when it holds the lease again.
        shop_.held("warehouses").await;
    }
    let began = std::time::Instant::now();
    rebuild(&shop_.store, &shop_.read, "warehouses", &RebuildOptions::default()).await.unwrap();
    let token = shop_.record(&shop()[8..9]).await;
    shop_.read.wait_for(&["warehouses"], token, Duration::from_secs(20)).await.unwrap();
    shop_.held("warehouses").await;
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_outlives_a_rebuild_and_a_rollback() {
    let shop_ = Shop::projected().await;
    projections::pause(&shop_.read, "stock").await.unwrap();
    let running = shop_.project();
    let token = shop_.record(&shop()[8..9]).await;
    let built = rebuild(&shop_.store, &shop_.read, "stock", &RebuildOptions::default()).await.unwrap();
    assert!(built.swapped && built.paused);
    let waits = async |what: &str| {
        shop_.held("stock").await;
        let state = projections::status(&shop_.store, &shop_.read).await.unwrap();
        assert_eq!(state.iter().find(|status| status.name == "stock").map(|status| status.state), Some(State::Paused), "{what}");
        let reached = shop_.read.wait_for(&["stock"], token, Duration::from_millis(500)).await;
        assert!(matches!(reached, Err(ReadModelError::Behind { .. })), "{what}: {reached:?}");
    };
    waits("after a rebuild").await;
    rollback(&shop_.read, "stock").await.unwrap();
    waits("after a rollback").await;
    projections::resume(&shop_.read, "stock").await.unwrap();
    shop_.read.wait_for(&["stock"], token, Duration::from_secs(20)).await.unwrap();
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_generation_is_dropped_when_its_time_is_over() {
    let shop = Shop::projected().await;
    let options = RebuildOptions { keep_old: Duration::ZERO, ..RebuildOptions::default() };
    rebuild(&shop.store, &shop.read, "stock", &options).await.unwrap();
    let running = shop.project();
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while projections::status(&shop.store, &shop.read).await.unwrap().iter().any(|status| status.can_roll_back) {
        assert!(std::time::Instant::now() < deadline, "the former generation is still there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    running.stop().await;
}
