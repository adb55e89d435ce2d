//! `import`: the history of a stock cqrs-es application, two aggregates of it.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::program::replay;
use crate::shop::Shop;

/// The stock table with the made-up history of a warehouse and a product, and an account that only the stock application knows.
const STOCK: &str = r#"
create table events (
    aggregate_type text not null, aggregate_id text not null, sequence bigint check (sequence >= 0) not null, event_type text not null,
    event_version text not null, payload json not null, metadata json not null, noted timestamptz not null,
    primary key (aggregate_type, aggregate_id, sequence)
);
insert into events
select 'warehouse', 'oslo', n, 'warehouse.' || name, '1', payload::json, '{"actor": "operator:ann", "ticket": 7}', '2024-05-01T10:00Z'::timestamptz + n * interval '2 h'
from (values (1, 'opened', :opened), (2, 'maintenance_started', '{"warehouse.maintenance_started": {}}'), (3, 'maintenance_ended', '{"warehouse.maintenance_ended": {}}'))
     as w(n, name, payload);
insert into events
select 'product', 'SKI-1', n, 'product.' || name, '1', payload::json, '{}', '2024-05-01T11:00Z'::timestamptz + n * interval '2 h'
from (values (1, 'added', :added), (2, 'paused', '{"product.paused": {}}')) as p(n, name, payload);
"#;

async fn stock() -> (String, PgConnection) {
    let url = test_database::empty().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    // The shapes of the first events are the golden ones.
    let golden = |name: &str| {
        let file = format!("{}/../aggregates/golden/{name}.v1.json", env!("CARGO_MANIFEST_DIR"));
        format!("'{}'", std::fs::read_to_string(file).unwrap().trim().replace('\'', "''"))
    };
    let sql = STOCK.replace(":opened", &golden("warehouse.opened")).replace(":added", &golden("product.added"));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    (url, connection)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_history_is_imported_once_in_the_order_of_its_time() {
    let shop = Shop::projected().await;
    let (url, _) = stock().await;
    let import = format!("import --from-postgres-es {url} --time noted --yes --reason moving -o json");
    let before = shop.store.head().await.unwrap().position;
    let done: Value = serde_json::from_str(&replay(&shop, &import).ok().stdout).unwrap();
    assert_eq!((&done["stored"], &done["present"], &done["log_head"]), (&5.into(), &0.into(), &(before + 6).into()));

    let events = replay(&shop, &format!("events --since {} -o jsonl", before + 2)).ok().lines();
    let seen: Vec<_> = events.iter().map(|event| (event["stream"].as_str().unwrap(), event["sequence"].as_i64().unwrap())).collect();
    let (oslo, ski) = ("warehouse-oslo", "product-SKI-1");
    assert_eq!(seen, [(oslo, 1), (ski, 1), (oslo, 2), (ski, 2), (oslo, 3)]);
    assert_eq!((&events[0]["actor"], &events[1]["actor"]), (&"operator:ann".into(), &"service:import".into()));
    let act = &replay(&shop, "events --type operator_act -o jsonl").ok().lines()[0];
    assert_eq!(act["payload"]["operator_act.import_started"]["reason"], "moving");
    replay(&shop, "at warehouse-oslo --version 2").ok();

    let again: Value = serde_json::from_str(&replay(&shop, &import).ok().stdout).unwrap();
    assert_eq!((&again["stored"], &again["present"]), (&0.into(), &5.into()));
    let running = shop.project();
    shop.caught_up().await;
    running.stop().await;
    replay(&shop, "verify --all").ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_or_differs_is_refused_and_named() {
    let shop = Shop::projected().await;
    let (url, mut source) = stock().await;
    let before = shop.store.head().await.unwrap().position;
    let account = r#"insert into events values ('Account', 'a', 1, 'Opened', '1.0', '{"Opened": {}}', '{}', now())"#;
    sqlx::raw_sql(account).execute(&mut source).await.unwrap();
    let import = format!("import --from-postgres-es {url} --yes");
    let refused = replay(&shop, &import);
    assert!(refused.code == 4 && refused.stderr.contains("Opened version 1.0: 1 event"), "{} {}", refused.code, refused.stderr);
    assert_eq!(replay(&shop, &format!("{import} --dry-run")).code, 4);
    assert_eq!(shop.store.head().await.unwrap().position, before);

    replay(&shop, &format!("{import} --unknown")).ok();
    assert_eq!(shop.store.head().await.unwrap().position, before + 1 + 6);
    sqlx::raw_sql("update events set payload = '{\"product.paused\": {\"x\": 1}}' where aggregate_type = 'product' and sequence = 2")
        .execute(&mut source)
        .await
        .unwrap();
    let changed = replay(&shop, &format!("{import} --unknown"));
    assert!(changed.code == 4 && changed.stderr.contains("product-SKI-1 has another event at sequence 2"), "{}", changed.stderr);
    sqlx::raw_sql("delete from events where aggregate_type = 'product'; update events set aggregate_id = 'bergen' where sequence > 1")
        .execute(&mut source)
        .await
        .unwrap();
    let gap = replay(&shop, &format!("{import} --unknown"));
    assert!(gap.code == 1 && gap.stderr.contains("warehouse-bergen goes from sequence 0 to 2"), "{}", gap.stderr);
}
