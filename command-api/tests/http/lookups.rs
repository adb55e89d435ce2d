use identity::{Grant, Role};
use serde_json::{Value, json};

use crate::api::{Api, channel_order};

async fn found(api: &Api, kind: &str, references: &[&str]) -> Value {
    let shop = api.granted(Role::Service, "shop-1", Some("shop"), &[Grant::Stock, Grant::Warehouses]);
    api.post(&shop, "/v1/lookups", json!({"kind": kind, "references": references})).await.assert(200).body["found"].clone()
}

#[tokio::test]
async fn what_is_there_is_found_by_the_channels_own_references() {
    let api = Api::start().await;
    api.furnish().await;
    let customer = api.post(&api.shop(), "/v1/customers", json!({"channel_reference": "household-7"})).await.id().to_owned();
    let order = channel_order(customer.parse().unwrap(), "order-1");
    let order = api.post(&api.shop(), "/v1/orders", order).await.assert(201).id().to_owned();

    let orders = found(&api, "order", &["order-0", "order-1"]).await;
    assert_eq!(orders.as_array().unwrap().len(), 1);
    assert_eq!((&orders[0]["reference"], &orders[0]["id"]), (&json!("order-1"), &json!(order)));
    assert_eq!((&orders[0]["status"], &orders[0]["final"]), (&json!("placed"), &json!(false)));
    assert_eq!((&orders[0]["lines"], &orders[0]["total"]), (&json!(1), &json!({"amount": "28.97", "currency": "EUR"})));
    assert_eq!(found(&api, "customer", &["household-7", "household-8"]).await[0]["id"], customer);
    assert_eq!(
        found(&api, "product", &["A-17", "B-1"]).await,
        json!([{"reference": "A-17", "id": "A-17", "version": 4,
        "status": "active", "final": false, "reason": null, "lines": null, "total": null}])
    );
    assert_eq!(found(&api, "warehouse", &["paris", "berlin"]).await[0]["status"], "open");
    let receipts = found(&api, "receipt", &["berlin/A-17/receipt-1", "berlin/A-17/receipt-2"]).await;
    assert_eq!((&receipts[0]["reference"], receipts.as_array().unwrap().len()), (&json!("berlin/A-17/receipt-1"), 1));
}

#[tokio::test]
async fn an_order_is_said_to_be_over_as_soon_as_it_is() {
    let api = Api::start().await;
    let customer = api.furnish().await;
    let order = api.post(&api.shop(), "/v1/orders", channel_order(customer, "order-1")).await;
    assert_eq!(found(&api, "order", &["order-1"]).await[0]["status"], "placed");
    api.post(&api.operator(), &format!("/v1/orders/{}/cancel", order.id()), json!({"reason": "shop_decision"})).await.assert(200);
    let orders = found(&api, "order", &["order-1"]).await;
    assert_eq!((&orders[0]["status"], &orders[0]["reason"]), (&json!("canceling"), &json!("shop_decision")));
}

#[tokio::test]
async fn a_lookup_is_bounded_and_its_references_are_checked() {
    let api = Api::start().await;
    let references: Vec<String> = (0..1001).map(|n| format!("order-{n}")).collect();
    let answer = api.post(&api.shop(), "/v1/lookups", json!({"kind": "order", "references": references})).await;
    assert_eq!(answer.assert(400).pointers(), ["/references"]);
    assert_eq!(found(&api, "order", &references[..1000].iter().map(String::as_str).collect::<Vec<_>>()).await, json!([]));
    let answer = api.post(&api.operator(), "/v1/lookups", json!({"kind": "order", "references": ["x", "y"]})).await;
    assert_eq!(answer.assert(400).pointers(), ["/references/0", "/references/1"]);
}
