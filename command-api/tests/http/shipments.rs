use aggregates::order::{AllocateStock, ConfirmOrder, SettleAuthorization, StartPayment};
use aggregates::payment::{AuthorizationOutcome, RecordAuthorization};
use aggregates::values::{Money, OrderId, PaymentId};
use chrono::{TimeDelta, Utc};
use decider::Decision;
use event_store::{CommandKey, Envelope};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::{Api, two_teapots};

/// An order of two teapots, confirmed as the process would, delivered as `delivery` says.
pub(crate) async fn confirmed_order(api: &Api, delivery: Value) -> OrderId {
    let ada = api.token_of(api.furnish().await);
    let mut order = two_teapots();
    order["delivery"] = delivery;
    let placed = api.post(&ada, "/v1/orders", order).await;
    let order: OrderId = placed.assert(201).id().parse().unwrap();
    let total = api.get(&ada, &format!("/v1/orders/{order}")).await.body["total"].clone();
    confirm(api, order, serde_json::from_value(total).unwrap()).await;
    order
}

async fn confirm(api: &Api, order: OrderId, total: Money) {
    let (payment, operation) = (PaymentId::new(Uuid::now_v7()), Uuid::now_v7());
    let until = Utc::now() + TimeDelta::hours(1);
    execute(api, AllocateStock { order, warehouses: vec![("berlin".parse().unwrap(), 0)], until }).await;
    execute(api, StartPayment { order, payment, operation, gateway: "simulator".to_owned() }).await;
    let outcome = AuthorizationOutcome::Authorized { amount: total, expires_at: None, gateway_reference: "a-1".to_owned() };
    execute(api, RecordAuthorization { payment, operation, outcome }).await;
    execute(api, SettleAuthorization { order, payment }).await;
    execute(api, ConfirmOrder { order }).await;
}

async fn execute(api: &Api, decision: impl Decision) {
    api.store.execute(decision, Envelope::new(CommandKey::Once, "process:test")).await.unwrap();
}

/// The one parcel of an order.
pub(crate) async fn parcel(api: &Api, order: OrderId) -> String {
    let read = api.get(&api.operator(), &format!("/v1/orders/{order}")).await;
    read.body["shipments"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_operator_plans_packs_and_sends_what_is_fetched() {
    let api = Api::start().await;
    let order = confirmed_order(&api, json!({"kind": "pickup", "warehouse": "berlin"})).await;
    let (anna, path) = (api.operator(), format!("/v1/orders/{order}"));
    assert_eq!(api.get(&anna, &path).await.body["allowed_commands"], json!(["cancel", "plan_shipment"]));
    api.post(&anna, &format!("{path}/shipments"), json!({"warehouse": "berlin"})).await.assert(200);
    let parcel = parcel(&api, order).await;
    api.post(&anna, &format!("{path}/shipments/{parcel}/pack"), json!({})).await.assert(200);
    api.post(&anna, &format!("{path}/shipments/{parcel}/dispatch"), json!({})).await.assert(200);
    assert_eq!(
        api.event_types(&format!("shipment-{parcel}")).await,
        ["shipment.planned", "shipment.packed", "shipment.dispatched", "shipment.delivered"]
    );
    let read = api.get(&anna, &format!("/v1/shipments/{parcel}")).await;
    assert_eq!((&read.body["status"], &read.body["order"]), (&json!("delivered"), &json!(order.to_string())));
    assert_eq!(read.body["lines"], json!([{"line": 1, "sku": "A-17", "quantity": 2}]));
    assert_eq!(api.get(&anna, "/v1/warehouses/berlin/stock/A-17").await.body["on_hand"], 8);
    assert_eq!(api.get(&anna, &path).await.body["fulfillment_status"], "delivered");
}

#[tokio::test]
async fn a_parcel_belongs_to_its_order_and_its_order_to_a_customer() {
    let api = Api::start().await;
    let order = confirmed_order(&api, json!({"kind": "pickup", "warehouse": "berlin"})).await;
    let anna = api.operator();
    api.post(&anna, &format!("/v1/orders/{order}/shipments"), json!({"warehouse": "berlin"})).await.assert(200);
    let parcel = parcel(&api, order).await;
    let other = Uuid::now_v7();
    api.post(&anna, &format!("/v1/orders/{other}/shipments/{parcel}/pack"), json!({})).await.assert_problem(404, "/problems/not-found");
    let bob = api.token_of(api.customer().await);
    let payment = api.get(&anna, &format!("/v1/orders/{order}")).await.body["payments"][0]["id"].as_str().unwrap().to_owned();
    for path in [format!("/v1/shipments/{parcel}"), format!("/v1/payments/{payment}")] {
        api.get(&anna, &path).await.assert(200);
        api.get(&anna, &format!("{path}/events")).await.assert(200);
        api.get(&bob, &path).await.assert_problem(404, "/problems/not-found");
        api.get(&bob, &format!("{path}/events")).await.assert_problem(404, "/problems/not-found");
    }
    let read = api.get(&anna, &format!("/v1/payments/{payment}")).await;
    assert_eq!((&read.body["status"], &read.body["amount"]["amount"]), (&json!("authorized"), &json!("22.00")));
    assert_eq!(read.body["captured"]["amount"], "0.00");
}
