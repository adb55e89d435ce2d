//! What was sent about a person stands in clear in the read models, and nowhere else.

use std::process::Command;

use serde_json::{Value, json};

use crate::channel::Channel;
use crate::program::{Program, Settings, fresh_database};
use crate::until;

const SECRETS: [&str; 4] = ["Wilhelmina Quartz", "quartz@example.org", "+49 30 5550173", "Zypressenallee 99"];

/// Everything in the database but the read models, as text.
fn dump_without_read_models(database_url: &str) -> String {
    let dump = Command::new("pg_dump").args(["--data-only", "--exclude-schema=*_v[0-9]", database_url]).output().expect("pg_dump runs");
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    String::from_utf8_lossy(&dump.stdout).into_owned()
}

/// A parcel to that address, through the gateway and the carrier to the end.
async fn delivered_by_a_carrier(channel: &Channel, address: &Value) {
    let euros = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
    channel.accepted("/v1/warehouses", "w", json!({ "code": "berlin", "name": "Berlin" })).await;
    let product = json!({ "sku": "A-17", "name": "Lamp", "category": "Lighting", "prices": [euros("10.00")], "shippable": true, "weight_grams": 800, "activate": true });
    channel.accepted("/v1/products", "p", product).await;
    channel.accepted("/v1/warehouses/berlin/stock/A-17/receive", "s", json!({ "quantity": 1, "document": "receipt-1" })).await;
    let order = json!({
        "customer_reference": "w",
        "currency": "EUR",
        "channel_reference": "web-1",
        "placed_at": "2026-11-20T10:00:00Z",
        "lines": [{ "sku": "A-17", "quantity": 1, "unit_price": euros("10.00") }],
        "delivery": { "kind": "ship", "address": address },
        "billing_address": address,
        "payment": { "kind": "card" },
    });
    let placed = channel.accepted("/v1/orders", "o", order).await;
    let path = format!("/v1/orders/{}", placed["id"].as_str().expect("an id"));
    until("the carrier has delivered and the order is completed", async || {
        (channel.get(&path).await.0["status"] == "completed").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_is_sealed_outside_the_read_models() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database_url = fresh_database().await;
    let program =
        Program::start(Settings { database_url: Some(database_url.clone()), data_dir: folder.path().to_owned(), environment: vec![] })
            .await;
    let channel = Channel::of(&program, "personal");
    let [name, email, phone, street] = SECRETS;
    let address = json!({ "name": name, "street": [street], "postal_code": "10115", "city": "Berlin", "country": "DE" });
    let customer = json!({ "channel_reference": "w", "name": name, "email": email, "phone": phone, "address": address });
    let registered = channel.accepted("/v1/customers", "c", customer).await;

    // A clash of addresses is refused without repeating them.
    let (status, refused) =
        channel.post("/v1/customers", "other", json!({ "channel_reference": "x", "email": "QUARTZ@example.org" })).await;
    assert_eq!(status, 409, "{refused:#}");
    assert!(!refused.to_string().to_lowercase().contains("quartz"));

    let position = registered["position"].as_str().expect("a position");
    let query = "query($id: ID!) { customer(id: $id) { name email } }";
    let seen = program.query_from(query, json!({ "id": registered["id"] }), Some(position)).await;
    assert_eq!(seen["customer"], json!({ "name": name, "email": email }), "who may see it, sees it");

    delivered_by_a_carrier(&channel, &address).await;

    let (dump, log) = (dump_without_read_models(&database_url), program.log());
    assert!(dump.contains("customer.registered") && dump.contains("shipment.delivered"), "the dump has the log");
    for secret in SECRETS {
        assert!(!dump.contains(secret), "'{secret}' stands in clear in the database");
        assert!(!log.contains(secret), "'{secret}' stands in clear in the programs' log");
    }
    program.stop();
}
