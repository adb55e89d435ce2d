//! `dead-letters`: what a read model could not take in, and what is done about it; `status` says that it is there.

use crate::program::{replay, unread};
use crate::samples::FIRST;
use crate::shop::Shop;

/// With a parcel of the first order whose tracking holds what Postgres cannot store.
async fn with_letters() -> Shop {
    let shop = Shop::open().await;
    let sql =
        r#"update log.events set payload = replace(payload::text, '"T-1"', '"T-\u0000"')::json where event_type = 'shipment.dispatched'"#;
    shop.falsify(sql).await;
    let running = shop.project();
    shop.caught_up().await;
    running.stop().await;
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_listed_and_shown_with_what_waits_behind_them() {
    let shop = with_letters().await;
    let all = replay(&shop, "dead-letters list -o jsonl").ok().lines();
    let first = &all[0];
    assert_eq!((&first["follower"], &first["key"]), (&"orders".into(), &FIRST.to_string().into()));
    assert_eq!((&first["event_type"], first["cause"].as_str().unwrap().contains("U+0000")), (&"shipment.dispatched".into(), true));
    assert!(all.len() > 1 && all[1..].iter().all(|letter| letter["cause"].is_null()));
    assert_eq!(replay(&shop, "dead-letters list orders --cause u+0000 -o jsonl").ok().lines().len(), 1);
    assert_eq!(replay(&shop, "dead-letters list stock -o json").ok().stdout, "[]\n");

    let shown = &replay(&shop, &format!("dead-letters show orders {} -o jsonl", first["position"])).ok().lines()[0];
    assert_eq!((&shown["event"]["type"], shown["behind"].as_array().unwrap().len()), (&"shipment.dispatched".into(), all.len() - 1));
    assert_eq!(replay(&shop, "dead-letters show orders 1").code, 5);
    assert_eq!(replay(&shop, "status orders").code, 1);
    assert_eq!(replay(&shop, "status stock").code, 0);
    let verified = replay(&shop, "verify orders");
    assert!(verified.code == 1 && verified.stdout.contains("not taken in: a row of order_shipments holds U+0000"), "{}", verified.stdout);
    assert!(verified.stdout.contains("0 differences"), "{}", verified.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_retried_in_vain_and_then_discarded_with_a_reason_that_stands_in_the_log() {
    let shop = with_letters().await;
    let letters = replay(&shop, "dead-letters list -o jsonl").ok().lines();
    let position = letters[0]["position"].clone();
    assert_eq!(replay(&shop, "dead-letters retry orders --yes").code, 2, "which ones?");
    assert_eq!(replay(&shop, "dead-letters retry stock --all --yes").code, 5);
    let in_vain = replay(&shop, "dead-letters retry orders --all --yes --reason hope");
    assert!(in_vain.code == 1 && in_vain.stdout.contains("still waiting"), "{}", in_vain.stdout);

    let discard = format!("dead-letters discard orders {position}");
    assert_eq!(replay(&shop, &format!("{discard} --yes")).code, 2, "why?");
    assert_eq!(replay(&shop, &format!("{discard} --reason nonsense")).code, 4, "nobody was asked");
    replay(&shop, &format!("{discard} --reason nonsense --dry-run")).ok();
    assert_eq!(replay(&shop, "dead-letters discard orders 1 --yes --reason nonsense").code, 5);
    assert_eq!(replay(&shop, "status orders").code, 1, "nothing was done so far");
    let done = &replay(&shop, &format!("{discard} --yes --reason nonsense -o jsonl")).ok().lines()[0];
    assert_eq!((&done["done"], &done["taken_in"], &done["waiting"]), (&"discarded".into(), &letters.len().into(), &0.into()));
    assert!(replay(&shop, "dead-letters list").ok().stdout.is_empty());
    replay(&shop, "status orders").ok();

    let acts = replay(&shop, "events --type operator_act -o jsonl").ok().lines();
    let names: Vec<_> = acts.iter().map(|act| act["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["operator_act.letters_retried", "operator_act.letter_discarded"]);
    let discarded = &acts[1]["payload"]["operator_act.letter_discarded"];
    assert_eq!((&acts[1]["actor"], &discarded["reason"], &discarded["position"]), (&"operator:anna".into(), &"nonsense".into(), &position));
    replay(&shop, "verify orders").ok();
    replay(&shop, "rebuild orders --yes").ok();
    replay(&shop, "verify orders").ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_letters_and_nobody_read_is_not_told_as_settled() {
    let shop = with_letters().await;
    let position = replay(&shop, "dead-letters list -o jsonl").ok().lines()[0]["position"].clone();
    assert_eq!(unread(&shop, "dead-letters retry orders --all --yes"), 1);
    assert_eq!(unread(&shop, &format!("dead-letters discard orders {position} --yes --reason nonsense")), 1);
    assert!(replay(&shop, "dead-letters list").ok().stdout.is_empty(), "it was done all the same");
}
