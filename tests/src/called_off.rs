//! Orders that a slow carrier brings, or was asked to: called off at any moment, by a program that is killed at any moment. Whatever comes of each, no unit and no
//! cent is lost without somebody being told.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::channel::Channel;
use crate::program::{Program, Settings, fresh_database};
use crate::until;

/// The carrier takes its time to answer, delivers soon, and sometimes never answers although it has done what it was asked for; so does the gateway.
const OUTSIDE: &[(&str, &str)] = &[
    ("ORDERLY_CARRIER_LATENCY_MS", "150"),
    ("ORDERLY_CARRIER_DELIVERY_MS", "900"),
    ("ORDERLY_SIMULATOR_TIMEOUT_AFTER", "100"),
    ("ORDERLY_SIMULATOR_TIMEOUT_BEFORE", "50"),
    ("ORDERLY_SIMULATOR_SILENCE_MS", "200"),
];

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |number| number.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

fn euros(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// So long, but not longer than that: another time each time.
fn some_time(longest_ms: u64) -> Duration {
    let (_, random) = uuid::Uuid::new_v4().as_u64_pair();
    Duration::from_millis(random % longest_ms)
}

async fn open_shop(program: &Program, units: u64) {
    let channel = Channel::of(program, "web");
    channel.accepted("/v1/warehouses", "w", json!({ "code": "berlin", "name": "Berlin" })).await;
    let product = json!({ "sku": "A-17", "name": "Lamp", "category": "Lighting", "prices": [euros("10.00")], "shippable": true,
        "weight_grams": 800, "activate": true });
    channel.accepted("/v1/products", "p", product).await;
    channel.accepted("/v1/warehouses/berlin/stock/A-17/receive", "s", json!({ "quantity": units, "document": "receipt-1" })).await;
    channel.accepted("/v1/customers", "c", json!({ "channel_reference": "ada", "name": "Ada Lovelace" })).await;
}

fn order(number: u64) -> Value {
    let address = json!({ "name": "Ada Lovelace", "street": ["Main Street 1"], "postal_code": "10115", "city": "Berlin", "country": "DE" });
    json!({
        "customer_reference": "ada",
        "currency": "EUR",
        "channel_reference": format!("web-{number}"),
        "lines": [{ "sku": "A-17", "quantity": 1, "unit_price": euros("10.00") }],
        "delivery": { "kind": "ship", "address": address },
        "payment": { "kind": "card" },
    })
}

/// Places an order, and calls three of four off at some moment; nothing where nobody answers any more.
async fn order_and_perhaps_cancel(channel: &Channel, staff: &Channel, number: u64) -> Option<()> {
    tokio::time::sleep(some_time(800)).await;
    let (status, placed) = channel.try_post("/v1/orders", &format!("o-{number}"), order(number)).await?;
    assert_eq!(status, 201, "{placed:#}");
    if !number.is_multiple_of(4) {
        tokio::time::sleep(some_time(900)).await;
        let path = format!("/v1/orders/{}/cancel", placed["id"].as_str().expect("an id"));
        let (status, answer) = staff.try_post(&path, &uuid::Uuid::now_v7().to_string(), json!({})).await?;
        assert!(status == 200 || status == 409, "{answer:#}");
    }
    Some(())
}

/// Whether each of them had its answers.
async fn all_of(program: &Program, orders: u64) -> bool {
    let (channel, staff) = (Arc::new(Channel::of(program, "web")), Arc::new(Channel::staff(program)));
    let mut asking = JoinSet::new();
    for number in 1..=orders {
        let (channel, staff) = (Arc::clone(&channel), Arc::clone(&staff));
        asking.spawn(async move { order_and_perhaps_cancel(&channel, &staff, number).await });
    }
    asking.join_all().await.iter().all(Option::is_some)
}

/// One number of the log or of the carrier's books.
async fn figure(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.expect("the database answers")
}

const OPEN: &str = "select count(*) from process.instances where pending > 0 or not final";
const PARKED: &str = "select count(*) from process.instances where parked";
const COMPLETED: &str = "select count(*) from log.events where event_type = 'order.completed'";
const CANCELED: &str = "select count(*) from log.events where event_type = 'order.canceled'";
const LEFT: &str = "select coalesce(sum((payload->'stock_item.dispatched'->>'quantity')::bigint), 0)::bigint from log.events where event_type = 'stock_item.dispatched'";
/// Parcels that left although they were called off, as people were told.
const TOLD: &str = "select count(distinct aggregate_id) from log.events where event_type = 'shipment.anomaly_detected'";
const CAPTURED_CENTS: &str = "select coalesce(sum((payload->'payment.captured'->'amount'->>'amount')::numeric * 100), 0)::bigint
    from log.events where event_type = 'payment.captured'";
const CAPTURED_BY_THE_GATEWAY: &str = "select coalesce(sum(amount) * 100, 0)::bigint from simulator.operations where result = 'captured'";
const HELD: &str = "select count(*) from simulator.accounts where standing->>'status' = 'held' and (standing->>'captures')::int = 0";
/// Parcels that the carrier brings and that never left, as far as the log knows.
const BROUGHT_UNKNOWN: &str = "select count(*) from simulator.bookings b where canceled_at is null and not exists
    (select from log.events e where e.aggregate_type = 'shipment' and e.aggregate_id = b.shipment::text
        and e.event_type in ('shipment.dispatched', 'shipment.anomaly_detected'))";

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_a_slow_carrier_is_asked_and_orders_are_called_off_nothing_is_lost_and_everything_is_told() {
    let (orders, kills) = (setting("ORDERLY_TEST_CALLED_OFF", 40), setting("ORDERLY_TEST_KILLS", 10) / 5);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database_url = fresh_database().await;
    let settings = Settings { database_url: Some(database_url.clone()), data_dir: folder.path().to_owned(), environment: OUTSIDE.to_vec() };
    let mut program = Program::start(settings).await;
    open_shop(&program, orders).await;
    for _ in 0..kills {
        let asking = all_of(&program, orders);
        let killing = tokio::time::sleep(Duration::from_millis(300) + some_time(1_500));
        tokio::select! {
            _ = asking => {}
            () = killing => {}
        }
        program = Program::start(program.kill()).await;
    }
    while !all_of(&program, orders).await {}

    let pool = PgPool::connect(&database_url).await.expect("the database answers");
    until("every process is final, with nothing pending", async || (figure(&pool, OPEN).await == 0).then_some(())).await;
    let (completed, canceled) = (figure(&pool, COMPLETED).await, figure(&pool, CANCELED).await);
    let told = figure(&pool, TOLD).await;
    println!("{orders} orders, {kills} kills: {completed} completed, {canceled} canceled, {told} left all the same and told");
    assert_eq!(completed + canceled, i64::try_from(orders).expect("few"), "every order ends");
    assert_eq!(figure(&pool, LEFT).await, completed + told, "a unit left that nobody knows of");
    assert_eq!(figure(&pool, CAPTURED_CENTS).await, completed * 1_000, "what was delivered is paid, and nothing else");
    assert_eq!(figure(&pool, CAPTURED_BY_THE_GATEWAY).await, completed * 1_000, "the gateway says otherwise");
    assert_eq!(figure(&pool, HELD).await, 0, "the gateway holds money for nothing");
    assert_eq!(figure(&pool, BROUGHT_UNKNOWN).await, 0, "the carrier brings what nobody knows of");
    assert_eq!(figure(&pool, PARKED).await, 0);
    assert_seen_by_people(&program, told).await;
    let verified = program.replay(&["verify", "--all"]);
    assert!(verified.status.success(), "{}{}", String::from_utf8_lossy(&verified.stdout), String::from_utf8_lossy(&verified.stderr));
    program.stop();
}

/// Each parcel that left although it was called off stands on its order, where people look.
async fn assert_seen_by_people(program: &Program, told: i64) {
    let query = "{ orders(filter: { alerted: true }, first: 200) { nodes { status alerts { code } } } }";
    let alerted = async || {
        let seen = program.query(query, json!({})).await;
        let nodes = seen["orders"]["nodes"].as_array().expect("nodes").clone();
        (i64::try_from(nodes.len()).expect("few") == told.min(200)).then_some(nodes)
    };
    let nodes = until("the read model has every alert", alerted).await;
    assert!(nodes.iter().all(|order| order["status"] == "CANCELED"), "{nodes:#?}");
}
