//! The walk of `docs/ARCHITECTURE.md`, "placing an order": one order of one line, through every room.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::channel::Channel;
use crate::program::{Program, Settings, fresh_database};
use crate::until;

fn euros(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// A shop with one product, five of which lie in Berlin, and one customer.
async fn open_shop(channel: &Channel) {
    channel.accepted("/v1/warehouses", "w", json!({ "code": "berlin", "name": "Berlin" })).await;
    let product = json!({ "sku": "A-17", "name": "Lamp", "category": "Lighting", "prices": [euros("10.00")], "activate": true });
    channel.accepted("/v1/products", "p", product).await;
    channel.accepted("/v1/warehouses/berlin/stock/A-17/receive", "s", json!({ "quantity": 5, "document": "receipt-1" })).await;
    channel.accepted("/v1/customers", "c", json!({ "channel_reference": "ada", "name": "Ada Lovelace", "email": "ada@example.org" })).await;
}

fn two_lamps() -> Value {
    json!({
        "customer_reference": "ada",
        "currency": "EUR",
        "channel_reference": "web-1",
        "placed_at": "2026-11-20T10:00:00Z",
        "lines": [{ "sku": "A-17", "quantity": 2, "unit_price": euros("10.00"), "discount": euros("1.00") }],
        "delivery": { "kind": "pickup", "warehouse": "berlin" },
        "payment": { "kind": "card" },
    })
}

/// The names of the events of one order, its payments, shipments and stock, in the log's order.
async fn events_about(order: &str, database_url: &str) -> Vec<String> {
    let pool = PgPool::connect(database_url).await.expect("the database answers");
    let sql = "select event_type from log.events where aggregate_type <> 'claim' and (partition_key = $1 or payload::text like '%' || $1 || '%') order by position";
    sqlx::query_scalar(sql).bind(order).fetch_all(&pool).await.expect("the log can be read")
}

/// Each of these after the one before.
fn assert_in_order(happened: &[String], chain: &[&str]) {
    let places: Vec<_> = chain.iter().map(|name| happened.iter().position(|event| event == name)).collect();
    assert!(places.is_sorted(), "{chain:?} is not the order in {happened:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn placing_an_order() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database_url = fresh_database().await;
    let program =
        Program::start(Settings { database_url: Some(database_url.clone()), data_dir: folder.path().to_owned(), environment: vec![] })
            .await;
    let channel = Channel::of(&program, "walk");
    open_shop(&channel).await;

    // 1. The command is accepted; asked twice, it is the same order; with another body, it is refused.
    let placed = channel.accepted("/v1/orders", "order", two_lamps()).await;
    assert_eq!(channel.accepted("/v1/orders", "order", two_lamps()).await, placed);
    let mut other = two_lamps();
    other["lines"][0]["quantity"] = json!(3);
    assert_eq!(channel.post("/v1/orders", "order", other).await.0, 422);

    // 2. The saga carries it to its end.
    let order = placed["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/orders/{order}");
    let (done, position) =
        until("the order is completed", async || Some(channel.get(&path).await).filter(|(order, _)| order["status"] == "completed")).await;
    assert_eq!(done["allowed_commands"], json!([]));

    // 3. What happened is in the log, each step once.
    let expected = [
        "order.placed",
        "stock_item.reserved",
        "order.stock_reserved",
        "order.payment_started",
        "payment.initiated",
        "payment.authorization_requested",
        "payment.authorized",
        "order.payment_authorized",
        "order.confirmed",
        "shipment.planned",
        "order.lines_released",
        "shipment.packed",
        "shipment.dispatched",
        "stock_item.dispatched",
        "order.lines_shipped",
        "shipment.delivered",
        "order.lines_delivered",
        "payment.capture_requested",
        "payment.captured",
        "order.completed",
    ];
    let happened = events_about(&order, &database_url).await;
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names
    };
    assert_eq!(sorted(&happened), sorted(&expected.map(str::to_owned)));
    // The capture and the delivery of a parcel go side by side; all else follows one from the other.
    assert_in_order(
        &happened,
        &[
            "order.placed",
            "order.stock_reserved",
            "order.payment_started",
            "payment.authorization_requested",
            "payment.authorized",
            "order.payment_authorized",
            "order.confirmed",
            "shipment.planned",
            "shipment.packed",
            "shipment.dispatched",
            "shipment.delivered",
            "order.lines_delivered",
            "order.completed",
        ],
    );
    assert_in_order(&happened, &["shipment.dispatched", "payment.capture_requested", "payment.captured", "order.completed"]);

    // 4. The read model says so, as of the position at which the order ended.
    let query = "query($id: ID!) { order(id: $id) { status total { amount currency } lines { sku quantity } } }";
    let seen = program.query_from(query, json!({ "id": order }), Some(&position)).await;
    assert_eq!(seen["order"], json!({ "status": "COMPLETED", "total": euros("19.00"), "lines": [{ "sku": "A-17", "quantity": 2 }] }));

    // 5. Nothing is left over.
    let verified = program.replay(&["verify", "--all"]);
    assert!(verified.status.success(), "{}{}", String::from_utf8_lossy(&verified.stdout), String::from_utf8_lossy(&verified.stderr));
    program.stop();
}
