//! `rebuild`, `cancel`, `rollback`: what changes something is asked for, recorded and can be undone.

use crate::program::replay;
use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_swaps_and_is_recorded_with_its_reason() {
    let shop = Shop::projected().await;
    let before = shop.rows("orders_v3.orders").await;
    let done = &replay(&shop, "rebuild orders --yes --reason spring-cleaning --operator otto -o jsonl").ok().lines()[0];
    assert_eq!((&done["name"], &done["swapped"]), (&"orders".into(), &true.into()));
    assert_eq!(shop.rows("orders_v3.orders").await, before);
    let act = &replay(&shop, "events --type operator_act -o jsonl").ok().lines()[0];
    assert_eq!(act["actor"], "operator:otto");
    assert_eq!(act["payload"]["operator_act.rebuild_requested"]["reason"], "spring-cleaning");

    replay(&shop, "rollback orders --yes").ok();
    assert_eq!(replay(&shop, "events --type operator_act.rollback_requested -o jsonl").ok().lines().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_changed_unasked() {
    let shop = Shop::projected().await;
    let refused = replay(&shop, "rebuild --all");
    assert_eq!((refused.code, refused.stdout.as_str()), (4, ""));
    assert!(refused.stderr.contains("--yes"), "{}", refused.stderr);
    let planned = replay(&shop, "rebuild orders stock --dry-run").ok();
    assert_eq!(planned.stdout.lines().count(), 2);
    assert!(replay(&shop, "events --type operator_act -o jsonl").ok().lines().is_empty());
    assert_eq!(replay(&shop, "rebuild nothing --yes").code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_that_was_not_swapped_can_be_dropped() {
    let shop = Shop::projected().await;
    replay(&shop, "rebuild stock --no-swap --yes").ok();
    assert!(replay(&shop, "status stock").ok().stdout.contains("rebuilding"));
    replay(&shop, "cancel stock --yes").ok();
    assert_eq!(replay(&shop, "cancel stock --yes").code, 5);
    assert_eq!(replay(&shop, "rollback stock --yes").code, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_read_model_stays_where_it_is_until_it_is_resumed() {
    let shop = Shop::projected().await;
    replay(&shop, "pause stock --yes --reason counting").ok();
    assert!(replay(&shop, "status stock").ok().stdout.contains("paused"));
    replay(&shop, "resume stock --yes").ok();
    assert!(!replay(&shop, "status stock").ok().stdout.contains("paused"));
    let acts = replay(&shop, "events --type operator_act -o jsonl").ok().lines();
    let names: Vec<_> = acts.iter().map(|act| act["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["operator_act.projection_paused", "operator_act.projection_resumed"]);
}
