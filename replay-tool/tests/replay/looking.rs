//! `status`, `events`, `saga`, `at`.

use crate::program::{logging, replay, replay_at, unread};
use crate::samples::{FIRST, SECOND};
use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_the_head_and_every_read_model() {
    let shop = Shop::projected().await;
    let head = shop.store.head().await.unwrap().position;
    let shown = replay(&shop, "status").ok();
    assert!(shown.stdout.contains("no process manager ever ran"), "{}", shown.stdout);
    replay(&shop, "status orders --max-lag 0").ok();
    assert_eq!(replay(&shop, "status --max-lag 0").code, 1, "nobody follows the orders");
    assert_eq!(replay(&shop, "status saga --max-lag 0").code, 1);
    assert!(shown.stdout.starts_with(&format!("log head {head} (")), "{}", shown.stdout);
    let report = &replay(&shop, "status -o jsonl").ok().lines()[0];
    assert_eq!(report["log"]["position"], head);
    let orders = &report["projections"][0];
    assert_eq!((&orders["name"], &orders["live"]["position"], &orders["live"]["lag_events"]), (&"orders".into(), &head.into(), &0.into()));
    assert_eq!(replay(&shop, "status nothing").code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lag_over_the_limit_exits_1() {
    let shop = Shop::open().await;
    let behind = replay(&shop, "status --max-lag 3");
    assert_eq!(behind.code, 1);
    assert!(behind.stdout.contains("absent"), "{}", behind.stdout);
    assert_eq!(replay(&shop, "status --max-lag 100000").code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_narrowed_by_stream_type_actor_and_range() {
    let shop = Shop::open().await;
    let head = shop.store.head().await.unwrap().position;
    let count = |line: &str| replay(&shop, &format!("events -o jsonl {line}")).ok().lines().len();
    assert_eq!(count(""), head as usize);
    assert_eq!(count("--type order.placed"), 3);
    assert_eq!(count("--type warehouse --type order.placed"), 5);
    assert_eq!(count("--since 2 --until 4"), 3);
    assert_eq!(count("--limit 2"), 2);
    let positions = |line: &str| -> Vec<_> {
        replay(&shop, &format!("events -o jsonl {line}")).ok().lines().iter().map(|event| event["position"].as_i64().unwrap()).collect()
    };
    assert_eq!(positions("-n 3"), [head - 2, head - 1, head]);
    assert_eq!(positions("-n 2 --since 3"), [3, 4]);
    let of_order = positions(&format!("order-{FIRST}"));
    assert_eq!(positions(&format!("order-{FIRST} -n 2")), of_order[of_order.len() - 2..]);
    let mistyped = replay(&shop, "events --type order.nonsense").ok();
    assert!(mistyped.stdout.is_empty() && mistyped.stderr.contains("'order.nonsense'"), "{}", mistyped.stderr);
    assert_eq!(count("--actor service:tests"), head as usize);
    assert_eq!(count("--actor operator"), 0);
    assert_eq!(count("--since 1h"), head as usize);
    assert_eq!(count("--until 2000-01-01"), 0);
    let stream = replay(&shop, &format!("events order-{FIRST} -o jsonl")).ok().lines();
    assert_eq!((&stream[0]["sequence"], &stream[0]["type"]), (&1.into(), &"order.placed".into()));
    assert!(stream.iter().all(|event| event["stream"] == format!("order-{FIRST}")));
    let missing = replay(&shop, "events order-00000000-0000-0000-0000-000000000000");
    assert_eq!((missing.code, missing.stdout.as_str()), (5, ""));
    assert_eq!(replay(&shop, "events order").code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_stands_in_clear_in_what_is_shown_of_the_log() {
    let shop = Shop::open().await;
    let shown = replay(&shop, "events --payload").ok().stdout;
    assert!(shown.contains("customer.registered") && !shown.contains("anna@example.com") && !shown.contains("Gartenweg"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saga_is_found_by_id_stream_and_number() {
    let shop = Shop::projected().await;
    for name in [FIRST.to_string(), format!("order-{FIRST}"), "N-1".to_owned()] {
        let shown = replay(&shop, &format!("saga {name}")).ok().stdout;
        assert!(shown.contains("order.completed"), "{shown}");
    }
    assert_eq!(replay(&shop, "saga N-9").code, 5);
    assert_eq!(replay(&shop, &format!("saga {}", uuid::Uuid::nil())).code, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_order_waits_for_an_operator_none_is_listed() {
    let shop = Shop::projected().await;
    assert_eq!(replay(&shop, "parked -o jsonl").ok().lines(), [serde_json::json!({ "parked": [] })]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_aggregate_is_shown_at_a_moment_and_compared_with_another() {
    let shop = Shop::open().await;
    let then = &replay(&shop, &format!("at order-{SECOND} --version 1 -o jsonl")).ok().lines()[0];
    assert_eq!(then["version"], 1);
    let changes = &replay(&shop, &format!("at order-{SECOND} --version 1 --diff now -o jsonl")).ok().lines()[0];
    let by_rejection = |field: &serde_json::Value| field["by"]["type"] == "order.rejected";
    assert!(changes["fields"].as_array().unwrap().iter().any(by_rejection), "{changes:#}");
    assert_eq!(replay(&shop, &format!("at order-{SECOND} --position 1")).code, 5);
    for never in ["--version 99", "--diff v99", "--position 1000000"] {
        assert_eq!(replay(&shop, &format!("at order-{SECOND} {never}")).code, 5, "{never}");
    }
    let since = replay(&shop, &format!("at order-{SECOND} --diff v1")).ok().stdout;
    assert_eq!(since, replay(&shop, &format!("at order-{SECOND} --version 1 --diff now")).ok().stdout);
    assert!(since.contains("version 1 →") && since.contains("order.rejected"), "{since}");
    assert_eq!(replay(&shop, "at nothing-1").code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_reads_to_its_end_is_not_told_as_clean() {
    let shop = Shop::projected().await;
    for answer in ["verify log orders", "status orders", "parked"] {
        assert_eq!(unread(&shop, answer), 1, "{answer}");
    }
    for told in ["events", "dead-letters list"] {
        assert_eq!(unread(&shop, told), 0, "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_logged_into_a_pipe_has_no_colors() {
    let shop = Shop::projected().await;
    let ran = replay(&shop, "status");
    assert_eq!(ran.stderr, "");
    let logged = logging(&shop, "status", "sqlx=debug");
    assert!(logged.contains("select") && !logged.contains('\u{1b}'), "{logged:.300}");
}

#[test]
fn what_can_not_be_reached_exits_3() {
    let ran = replay_at("postgres://nobody@127.0.0.1:1/nothing", "status");
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    assert!(ran.stderr.starts_with("replay: "), "{}", ran.stderr);
}

#[test]
fn the_manual_and_completions_need_no_database() {
    assert!(replay_at("", "--help").ok().stdout.contains("Exit codes"));
    assert!(replay_at("", "completions bash").ok().stdout.contains("replay"));
    assert_eq!(replay_at("", "no-such-command").code, 2);
}
