//! Events that a read model cannot take in: the same ones live, in a rebuild and in a verification, whatever the batches; and what operators do about them.

use std::sync::{Arc, Once};
use std::time::Duration;

use aggregates::operator_act::{LetterDiscarded, RecordAct};
use event_store::{CommandKey, Envelope};
use projections::{
    DeadLetter, LetterFilter, ProjectorArgs, ReadModelError, RebuildOptions, Report, TakenUp, VerifyReport, cancel, dead_letters,
    heed_discards, rebuild, retry, verify,
};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::samples::{FIRST, SECOND};
use crate::shop::Shop;

async fn letters(shop: &Shop) -> Vec<DeadLetter> {
    dead_letters(&shop.read, "orders", &LetterFilter::default(), 100).await.unwrap()
}

/// Which events they are, and which of them is to blame.
fn shape(letters: &[DeadLetter]) -> Vec<(&str, i64, bool)> {
    letters.iter().map(|letter| (letter.key.as_str(), letter.position, letter.cause.is_some())).collect()
}

async fn verified(shop: &Shop) -> VerifyReport {
    verify(&shop.store, &shop.read, "orders", &Report::default(), &CancellationToken::new()).await.unwrap()
}

/// With the tracking of the first order's parcel as a carrier once sent it.
async fn with_a_zero() -> Shop {
    let shop = Shop::open().await;
    set_tracking(&shop, r#""T-1""#, r#""T-\u0000""#).await;
    shop
}

async fn set_tracking(shop: &Shop, from: &str, to: &str) {
    let sql =
        format!("update log.events set payload = replace(payload::text, '{from}', '{to}')::json where event_type = 'shipment.dispatched'");
    shop.falsify(&sql).await;
}

async fn projected_in(shop: &Shop, batch: usize) {
    let running = shop.project_with(ProjectorArgs { projector_batch: batch, ..ProjectorArgs::default() });
    shop.caught_up().await;
    running.stop().await;
}

/// An operator lets the first letter go: so far it only stands in the log.
async fn discard_first(shop: &Shop) {
    let DeadLetter { follower, key, position, event_id, event_type, .. } = letters(shop).await.remove(0);
    let discarded = LetterDiscarded { follower, key, position, event_id, event_type, reason: "the carrier sent nonsense".to_owned() };
    let act = RecordAct { act: Uuid::now_v7(), what: discarded.into() };
    shop.store.execute(act, Envelope::new(CommandKey::Once, "operator:anna")).await.unwrap().done().unwrap();
}

async fn rows(shop: &Shop, slot: &str) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for table in ["orders", "order_terms", "order_payments", "order_shipments", "order_parked", "order_alerts", "order_timeline"] {
        let mut of_table = shop.rows(&format!("orders_v3{slot}.{table}")).await;
        of_table.sort_by_key(Value::to_string);
        rows.push(of_table);
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn which_events_cannot_be_taken_in_does_not_depend_on_the_batches() {
    let shop = with_a_zero().await;
    projected_in(&shop, 1).await;
    let live = letters(&shop).await;
    assert_eq!((live[0].key.clone(), live[0].event_type.as_str()), (FIRST.to_string(), "shipment.dispatched"));
    assert_eq!(live.iter().filter(|letter| letter.cause.is_some()).count(), 1, "{live:?}");
    let row = &shop.rows("orders_v3.order_shipments").await[0];
    assert_eq!(row["state"], "packed", "what came before it is known");

    let found = verified(&shop).await;
    assert!(found.is_clean(), "{found:?}");
    let untaken = &found.untaken[0];
    assert_eq!((untaken.event_type.as_str(), untaken.live, untaken.replayed), ("shipment.dispatched", true, true));
    assert!(untaken.stream.as_ref().unwrap().to_string().starts_with("shipment-"));

    let built = rebuild(&shop.store, &shop.read, "orders", &RebuildOptions::default()).await.unwrap();
    assert!(built.swapped);
    assert_eq!(shape(&letters(&shop).await), shape(&live));
    assert_eq!(rows(&shop, "").await, rows(&shop, "_old").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zero_in_a_column_of_json_is_refused_like_one_in_a_column_of_text() {
    let shop = Shop::open().await;
    let sql = "update log.events set payload = replace(payload::text, '\"name\":\"A-1\"', '\"name\":\"A\\u0000\"')::json \
               where event_type = 'order.placed' and aggregate_id = ";
    shop.falsify(&format!("{sql}'{FIRST}'")).await;
    projected_in(&shop, 7).await;
    let live = letters(&shop).await;
    assert_eq!((live[0].event_type.as_str(), live[0].cause.as_deref().unwrap().contains("U+0000")), ("order.placed", true), "{live:?}");
    assert!(live.iter().all(|letter| letter.key == FIRST.to_string()));
    assert!(verified(&shop).await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_with_a_zero_that_is_none_lets_its_group_alone_wait() {
    let shop = Shop::open().await;
    let sql = r#"update log.events set payload = replace(payload::text, '"method":"carrier"', '"method":"car\u0000rier"')::json"#;
    shop.falsify(&format!("{sql} where event_type = 'shipment.planned'")).await;
    projected_in(&shop, 7).await;
    let live = letters(&shop).await;
    assert_eq!((live[0].key.clone(), live[0].event_type.as_str()), (FIRST.to_string(), "shipment.planned"));
    assert!(live[0].cause.as_deref().unwrap().contains(r"car\u0000rier"), "{live:?}");
    assert!(live.iter().all(|letter| letter.key == FIRST.to_string()));
    assert!(verified(&shop).await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_discarded_during_a_verification_is_no_difference() {
    let shop = Arc::new(with_a_zero().await);
    projected_in(&shop, 16).await;
    let (inner, once, runtime) = (shop.clone(), Once::new(), Handle::current());
    let discard = async move |shop: Arc<Shop>| {
        discard_first(&shop).await;
        heed_discards(&shop.store, &shop.read, "orders").await.unwrap();
    };
    let report = Report::to(move |_| {
        once.call_once(|| block_in_place(|| runtime.block_on(discard(inner.clone()))));
    });
    let found = verify(&shop.store, &shop.read, "orders", &report, &CancellationToken::new()).await.unwrap();
    assert_eq!(letters(&shop).await, []);
    assert!(found.is_clean() && found.dead_letters == 0, "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_live_generation_took_in_and_a_new_one_cannot_is_named_and_not_swapped_in() {
    let shop = Shop::projected().await;
    let of_second = format!("event_type = 'order.rejected' and aggregate_id = '{SECOND}'");
    shop.falsify(&format!("update log.events set event_version = '99' where {of_second}")).await;
    let refused = rebuild(&shop.store, &shop.read, "orders", &RebuildOptions::default()).await;
    let Err(ReadModelError::SwapRefused { reason, .. }) = refused else { panic!("{refused:?}") };
    assert!(reason.contains("order.rejected at ") && reason.contains(&SECOND.to_string()), "{reason}");
    assert!(cancel(&shop.read, "orders").await.unwrap());

    let found = verified(&shop).await;
    assert_eq!((found.differing_rows, found.differing_letters, found.dead_letters), (0, 1, 0), "{found:?}");
    assert_eq!((found.untaken[0].key.clone(), found.untaken[0].live, found.untaken[0].replayed), (SECOND.to_string(), false, true));
    assert!(found.untaken[0].cause.is_some() && !found.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_that_are_retried_are_taken_in_in_their_order() {
    let shop = with_a_zero().await;
    projected_in(&shop, 5).await;
    let waiting = letters(&shop).await.len();
    let all = LetterFilter::default();
    let in_vain = retry(&shop.store, &shop.read, "orders", &all).await.unwrap();
    assert_eq!(in_vain, TakenUp { taken_in: 0, waiting });
    assert_eq!(letters(&shop).await.len(), waiting);

    set_tracking(&shop, r#""T-\u0000""#, r#""T-1""#).await;
    let of_another = LetterFilter { key: Some(SECOND.to_string()), ..LetterFilter::default() };
    assert_eq!(retry(&shop.store, &shop.read, "orders", &of_another).await.unwrap(), TakenUp::default());
    let by_cause = LetterFilter { cause: Some("u+0000".to_owned()), ..LetterFilter::default() };
    assert_eq!(retry(&shop.store, &shop.read, "orders", &by_cause).await.unwrap(), TakenUp { taken_in: waiting, waiting: 0 });
    assert_eq!(letters(&shop).await, []);
    assert!(verified(&shop).await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discarded_letter_is_left_out_live_in_a_rebuild_and_in_a_verification() {
    let shop = with_a_zero().await;
    projected_in(&shop, 16).await;
    let waiting = letters(&shop).await.len();
    // A rebuild that was begun before it was discarded does not bring it back.
    let unswapped = RebuildOptions { no_swap: true, ..RebuildOptions::default() };
    rebuild(&shop.store, &shop.read, "orders", &unswapped).await.unwrap();
    discard_first(&shop).await;
    let settled = heed_discards(&shop.store, &shop.read, "orders").await.unwrap();
    assert_eq!((settled, letters(&shop).await), (TakenUp { taken_in: waiting, waiting: 0 }, vec![]));
    assert_eq!(heed_discards(&shop.store, &shop.read, "orders").await.unwrap(), TakenUp::default(), "once");
    let parcel = &shop.rows("orders_v3.order_shipments").await[0];
    assert_eq!((&parcel["state"], &parcel["tracking"]), (&"delivered".into(), &Value::Null));
    assert!(verified(&shop).await.is_clean());

    let live = rows(&shop, "").await;
    rebuild(&shop.store, &shop.read, "orders", &RebuildOptions::default()).await.unwrap();
    assert_eq!(rows(&shop, "").await, live);
    rebuild(&shop.store, &shop.read, "orders", &RebuildOptions::default()).await.unwrap();
    assert_eq!((rows(&shop, "").await, letters(&shop).await), (live, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projector_that_starts_heeds_what_was_discarded_while_nobody_ran() {
    let shop = with_a_zero().await;
    projected_in(&shop, 16).await;
    discard_first(&shop).await;
    let running = shop.project();
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while !letters(&shop).await.is_empty() {
        assert!(std::time::Instant::now() < deadline, "the letters still wait: {:?}", letters(&shop).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    running.stop().await;
}
