use test_database::sqlx::{self, AssertSqlSafe, Connection, PgConnection};
use tokio_util::sync::CancellationToken;

use crate::fixture::TestDatabase;
use crate::outside::Outside;
use crate::shop::{Shop, args, pickup, start};

/// An event of the order that no program knows, written past the log.
async fn record_unknown(url: &str, order: &str) {
    let sql = format!(
        "insert into log.events (position, event_id, aggregate_type, aggregate_id, sequence, partition_key, event_type, event_version, payload, metadata, recorded_at) \
         select max(position) + 1, gen_random_uuid(), 'order', '{order}', \
                (select max(sequence) + 1 from log.events where aggregate_type = 'order' and aggregate_id = '{order}'), '{order}', \
                'order.of_tomorrow', '1', '{{}}', '{{\"actor\": \"service:tests\", \"command_id\": \"{order}\"}}', now() from log.events; \
         notify orderly_events"
    );
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_final_before_an_event_that_cannot_be_read_is_told_of() {
    let database = TestDatabase::create().await;
    let outside = Outside::start(&database.url, &[]).await;
    let shop = Shop::open(database.open().await, 2, 10).await;
    let shutdown = CancellationToken::new();
    let process = start(&shop.store, outside.gateway.clone(), outside.carrier.clone(), &shutdown);
    let order = shop.place(1, 1, &pickup()).await[0];
    shop.until_all_are_final(1).await;
    record_unknown(&database.url, &order.to_string()).await;
    let counts = shop.until("the event was met", |counts| counts.dead_letters == 1, 1).await;
    assert_eq!(counts.instances_open, 0);
    shutdown.cancel();
    process.await.unwrap().unwrap();

    let stuck = process_manager::stuck(shop.store.pool(), 10).await.unwrap();
    assert_eq!((stuck.len(), stuck[0].order), (1, order));
    assert!(stuck[0].unreadable.as_deref().unwrap().contains("order.of_tomorrow"), "{stuck:?}");
    let found = process_manager::verify(&shop.store, &args(&[]).rules(), 1).await.unwrap();
    assert_eq!(found.differences, []);
    assert_eq!((found.untaken.len(), found.untaken[0].order, found.untaken[0].stored), (1, order.uuid(), true));
}
