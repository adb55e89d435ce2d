//! The checker checked once more: the log's functions with one line of them broken, in a running log under two processes' worth of clients.

use std::sync::Arc;

use event_store::EventStore;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::task::JoinSet;

use super::asking::{Client, log_args};
use super::checker::{check, read_histories};
use super::history::Pen;
use super::log::EventLog;
use super::mistake::Mistake;
use super::workload::{Workload, era_now};

/// A function of the log, a piece of it, and what stands there instead.
type Break<'a> = (&'a str, &'a str, &'a str);

/// How often a few hundred questions are asked before it counts as not found.
const MOST_ROUNDS: u64 = 8;

/// Runs clients on a log that is broken so, and answers what the checker says.
async fn found_with(breaks: &[Break<'_>], expected: impl Fn(&Mistake) -> bool) -> Vec<Mistake> {
    let url = test_database::empty().await;
    event_store::migrate(&url).await.unwrap();
    for (function, piece, instead) in breaks {
        break_function(&url, function, piece, instead).await;
    }
    let folder = tempfile::tempdir().unwrap();
    for round in 0..MOST_ROUNDS {
        run_clients(&url, folder.path(), round).await;
        let (_, mistakes) = check(&read_histories(folder.path()), &EventLog::read(&url).await);
        if mistakes.iter().any(&expected) {
            return mistakes;
        }
    }
    Vec::new()
}

async fn break_function(url: &str, function: &str, piece: &str, instead: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let ask = format!("select pg_get_functiondef('log.{function}'::regproc)");
    let whole: String = sqlx::query_scalar(AssertSqlSafe(ask)).fetch_one(&mut connection).await.unwrap();
    assert!(whole.contains(piece), "{function} has no `{piece}` any more");
    sqlx::raw_sql(AssertSqlSafe(whole.replace(piece, instead))).execute(&mut connection).await.unwrap();
}

/// Two stores, as two processes would have, with several clients each, for a few hundred questions.
async fn run_clients(url: &str, folder: &std::path::Path, round: u64) {
    let mut clients = JoinSet::new();
    let mut stores = Vec::new();
    for name in ["one", "two"] {
        let store = EventStore::connect(&log_args(url)).await.unwrap();
        let client = Arc::new(Client::new(store.clone(), Pen::new(&folder.join(format!("{name}.{round}.jsonl")))));
        stores.push(store);
        for task in 0..6 {
            clients.spawn(ask_on(client.clone(), Workload::new(round, &format!("{name}-{round}-{task}"))));
        }
    }
    clients.join_all().await;
    for store in stores {
        store.close().await;
    }
}

async fn ask_on(client: Arc<Client>, mut workload: Workload) {
    for _ in 0..60 {
        let (ask, key) = workload.next(era_now());
        client.ask(&ask, key.as_deref()).await;
    }
}

async fn is_found(breaks: &[Break<'_>], expected: impl Fn(&Mistake) -> bool) {
    let mistakes = found_with(breaks, &expected).await;
    assert!(mistakes.iter().any(expected), "not found among {:?}", mistakes.iter().take(20).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_log_that_is_as_it_should_be_nothing_is_found() {
    let mistakes = found_with(&[], |_| true).await;
    assert_eq!(mistakes, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_does_not_check_heads_of_what_writes_nothing_is_found_out() {
    let unchecked = "and event_counts[u.append] > 0 and not failed[u.append] and stored_at[u.append] is null\n        order by u.append";
    let checked = "and not failed[u.append] and stored_at[u.append] is null\n        order by u.append";
    let heads =
        "select from unnest(head_types, head_ids, head_sequences, head_event_ids) as u(aggregate_type, aggregate_id, sequence, event_id)";
    let of_appends = "select from unnest(head_appends, head_types, head_ids, head_sequences, head_event_ids) as u(append, aggregate_type, aggregate_id, sequence, event_id)";
    let met = "where coalesce(head.sequence, 0) <> u.sequence or head.event_id is distinct from u.event_id);";
    let some_met =
        "where (coalesce(head.sequence, 0) <> u.sequence or head.event_id is distinct from u.event_id) and event_counts[u.append] > 0);";
    let breaks = [("append_v1", checked, unchecked), ("append_v2", heads, of_appends), ("append_v2", met, some_met)];
    is_found(&breaks, |mistake| matches!(mistake, Mistake::UntrueRefusal { .. } | Mistake::UntrueNoOp { .. } | Mistake::UntrueLook { .. }))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_keeps_no_keys_is_found_out() {
    let kept = "u.command_id is not null and u.instance is null and not failed[u.n]";
    let kept_at_once = "where u.command_id is not null and u.instance is null;";
    let breaks = [("append_v1", kept, "false"), ("append_v2", kept_at_once, "where false;")];
    is_found(&breaks, |mistake| matches!(mistake, Mistake::Doubled { .. } | Mistake::TwoFirstAnswers { .. })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_stores_a_part_of_an_append_is_found_out() {
    let whole = "where not failed[u.append];";
    let half = "where not failed[u.append] and not (event_counts[u.append] > 2 and u.event_types = 'shelf.received');";
    let columns = "as u(append, event_id, aggregate_type, aggregate_id, sequence, partition_key, event_type, event_version, payload, metadata, n)\n    where";
    let renamed = columns.replace("event_type,", "event_types,");
    let stored = "as u(append, event_id, aggregate_type, aggregate_id, sequence, partition_key, event_type, event_version, payload, n);";
    let half_at_once =
        "as u(append, event_id, aggregate_type, aggregate_id, sequence, partition_key, event_type, event_version, payload, n)
        where not (event_counts[u.append] > 2 and u.event_type = 'shelf.received');";
    let selected = "u.event_type, u.event_version, u.payload::json";
    is_found(
        &[
            ("append_v1", whole, half),
            ("append_v1", columns, &renamed),
            ("append_v1", selected, "u.event_types, u.event_version, u.payload::json"),
            ("append_v2", stored, half_at_once),
            ("append_v2", "select base + u.n, u.event_id", "select base + row_number() over (order by u.n), u.event_id"),
        ],
        |mistake| matches!(mistake, Mistake::Half { .. }),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_answers_the_next_position_is_found_out() {
    let breaks = [("append_v1", "base + sum(", "base + 1 + sum("), ("append_v2", "\"position\" := base;", "\"position\" := base + 1;")];
    is_found(&breaks, |mistake| matches!(mistake, Mistake::AnsweredOtherwise { .. })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_trusts_its_clock_is_found_out() {
    let (clock, trusted) = ("greatest(clock_timestamp(), recorded)", "clock_timestamp() - random() * interval '1 s'");
    is_found(&[("append_v1", clock, trusted), ("append_v2", clock, trusted)], |mistake| matches!(mistake, Mistake::TimeWentBack { .. }))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_answers_a_key_with_another_version_is_found_out() {
    is_found(&[("held_keys_v1", "found.version", "found.version + 1")], |mistake| matches!(mistake, Mistake::TwoAnswers { .. })).await;
}
