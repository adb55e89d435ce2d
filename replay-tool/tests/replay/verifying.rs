//! `verify`: finds what was changed by hand, and names the event.

use crate::program::replay;
use crate::samples::FIRST;
use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn read_models_that_are_what_the_log_says_have_no_difference() {
    let shop = Shop::projected().await;
    let found = replay(&shop, "verify orders customers products stock sales warehouses -o jsonl").ok().lines();
    assert_eq!(found.len(), 6);
    assert!(found.iter().all(|found| found["findings"] == 0));
    assert!(found.iter().any(|found| found["checked"] == "orders" && found["compared"] == 40));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_changed_by_hand_is_found_with_the_event_that_set_it() {
    let shop = Shop::projected().await;
    shop.sql("update orders_v3.orders set status = 'placed' where key = (select key from orders_v3.order_terms where number = 'N-1')")
        .await;
    let found = replay(&shop, "verify orders stock");
    assert_eq!(found.code, 1, "{}", found.stdout);
    assert!(found.stdout.contains("40 rows compared, 1 difference"), "{}", found.stdout);
    assert!(found.stdout.contains(&format!(r#"{FIRST}   status   live "placed"   replayed "completed""#)), "{}", found.stdout);
    assert!(found.stdout.contains("order.completed"), "{}", found.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_in_the_log_is_found() {
    let shop = Shop::open().await;
    let whole = replay(&shop, "verify log -o jsonl");
    let before = whole.lines()[0]["findings"].as_i64().unwrap();
    shop.sql(
        "alter table log.events disable trigger all; delete from log.events where position = 5; alter table log.events enable trigger all",
    )
    .await;
    let gap = replay(&shop, "verify log");
    assert_eq!(gap.code, 1);
    assert!(gap.stdout.contains("positions 5 to 5 are missing"), "{}", gap.stdout);
    assert!(replay(&shop, "verify log -o jsonl").lines()[0]["findings"].as_i64().unwrap() > before);
}
