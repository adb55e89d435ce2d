//! Read models compared with the log.

use projections::{Report, VerifyReport, verify};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::samples::{FIRST, SECOND};
use crate::shop::Shop;

async fn verified(shop: &Shop, name: &str) -> VerifyReport {
    verify(&shop.store, &shop.read, name, &Report::default(), &CancellationToken::new()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_is_what_the_log_says() {
    let shop = Shop::projected().await;
    for name in projections::names() {
        let report = verified(&shop, name).await;
        assert!(report.is_clean(), "{report:?}");
        assert!(report.rows > 0, "{name}");
        assert_eq!(report.position, shop.store.head().await.unwrap().position);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_changed_by_hand_is_found_with_the_event_that_set_it() {
    let shop = Shop::projected().await;
    shop.sql(&format!("update orders_v3.orders set status = 'placed' where key = '{SECOND}'")).await;
    let report = verified(&shop, "orders").await;
    assert_eq!((report.differing_rows, report.differences.len()), (1, 1));
    let difference = &report.differences[0];
    assert_eq!((difference.key.clone(), difference.field.as_str()), (SECOND.to_string(), "status"));
    assert_eq!((&difference.live, &difference.replayed), (&Some(json!("placed")), &Some(json!("rejected"))));
    let set_by = difference.set_by.as_ref().unwrap();
    assert_eq!((set_by.event_type.as_str(), set_by.stream.to_string()), ("order.rejected", format!("order-{SECOND}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_deep_in_a_row_is_named_by_its_path() {
    let shop = Shop::projected().await;
    let set = "set lines = jsonb_set(lines::jsonb, '{shipped,1}', '7')::json";
    shop.sql(&format!("update orders_v3.orders {set} where key = '{FIRST}'")).await;
    let set = "set lines = jsonb_set(lines::jsonb, '{0,quantity}', '9')::json";
    shop.sql(&format!("update orders_v3.order_shipments {set} where key = '{FIRST}'")).await;
    let report = verified(&shop, "orders").await;
    let told = |number: usize| {
        let found = &report.differences[number];
        (found.table, found.field.as_str(), found.live.clone(), found.replayed.clone(), found.set_by.as_ref().unwrap().event_type.as_str())
    };
    assert_eq!(told(0), ("orders", "lines.shipped.1", Some(json!(7)), Some(json!(1)), "order.lines_shipped"));
    assert_eq!(told(1), ("order_shipments", "lines.0.quantity", Some(json!(9)), Some(json!(4)), "shipment.planned"));
    assert_eq!((report.differences[1].key.clone(), report.differences[1].part.is_empty()), (FIRST.to_string(), false));
    assert_eq!(report.differing_rows, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_missing_or_too_many_is_found_with_its_event() {
    let shop = Shop::projected().await;
    shop.sql(&format!("delete from orders_v3.order_timeline where key = '{FIRST}' and event = 'order.confirmed'")).await;
    shop.sql("insert into orders_v3.order_timeline select key, 1, at, event, actor, note from orders_v3.order_timeline limit 1").await;
    let report = verified(&shop, "orders").await;
    let sides: Vec<_> = report.differences.iter().map(|found| (found.table, found.live.is_some(), found.replayed.is_some())).collect();
    assert_eq!(sides.iter().filter(|side| **side == ("order_timeline", false, true)).count(), 1, "{sides:?}");
    assert_eq!(sides.iter().filter(|side| **side == ("order_timeline", true, false)).count(), 1, "{sides:?}");
    let missing = report.differences.iter().find(|found| found.live.is_none()).unwrap();
    assert_eq!(missing.set_by.as_ref().unwrap().event_type, "order.confirmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_missing_or_too_many_are_found() {
    let shop = Shop::projected().await;
    shop.sql("delete from stock_v2.stock where key = 'paris/B-2'").await;
    shop.sql("insert into stock_v2.stock select 'zoo/A-1', 'zoo', sku, 1, 0, 1, 1, 0, updated_at, version from stock_v2.stock limit 1")
        .await;
    let report = verified(&shop, "stock").await;
    let sides: Vec<_> =
        report.differences.iter().map(|found| (found.key.as_str(), found.live.is_some(), found.replayed.is_some())).collect();
    assert_eq!(sides, [("paris/B-2", false, true), ("zoo/A-1", true, false)]);
    assert_eq!(report.differences[0].set_by.as_ref().unwrap().event_type, "stock_item.received");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_changed_by_hand_is_found_and_named() {
    let shop = Shop::projected().await;
    shop.sql("alter table log.events disable trigger all").await;
    shop.sql(
        "update log.events set payload = replace(payload::text, '\"quantity\":10', '\"quantity\":11')::json \
         where event_type = 'stock_item.received' and aggregate_id = 'berlin/A-1'",
    )
    .await;
    let report = verified(&shop, "stock").await;
    let found = report.differences.iter().find(|found| found.field == "received").unwrap();
    assert_eq!((&found.live, &found.replayed), (&Some(json!(10)), &Some(json!(11))));
    let set_by = found.set_by.as_ref().unwrap();
    assert_eq!((set_by.event_type.as_str(), set_by.stream.to_string().as_str()), ("stock_item.received", "stock_item-berlin/A-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_under_load_finds_no_difference() {
    let shop = Shop::open().await;
    let running = shop.project();
    shop.caught_up().await;
    let one_more = crate::samples::shop()[8..9].to_vec();
    let (report, ()) = tokio::join!(verified(&shop, "stock"), async {
        for _ in 0..40 {
            shop.record(&one_more).await;
        }
    });
    assert!(report.is_clean(), "{report:?}");
    running.stop().await;
}
