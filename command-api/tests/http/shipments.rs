use aggregates::decisions::paying::{SettleAuthorization, StartPayment};
use aggregates::decisions::placing::ConfirmOrder;
use aggregates::decisions::stocking::AllocateStock;
use aggregates::payment::{AuthorizationOutcome, CaptureOutcome, CapturePayment, RecordAuthorization, RecordCapture};
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

pub(crate) async fn confirm(api: &Api, order: OrderId, total: Money) {
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
    api.store.execute(decision, Envelope::new(CommandKey::Once, "process:test")).await.unwrap().done().unwrap();
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
    api.post(&anna, &format!("{path}/shipments"), json!({"warehouse": "berlin"})).await.assert(201);
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
    api.post(&anna, &format!("/v1/orders/{order}/shipments"), json!({"warehouse": "berlin"})).await.assert(201);
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

#[tokio::test]
async fn a_planned_parcel_is_answered_with_its_own_id_however_often_it_is_asked_for() {
    let api = Api::start().await;
    let order = confirmed_order(&api, json!({"kind": "pickup", "warehouse": "berlin"})).await;
    let (anna, path) = (api.operator(), format!("/v1/orders/{order}/shipments"));
    let key = [("idempotency-key", "plan-1")];
    let planned = api.post_with(&anna, &path, &key, json!({"warehouse": "berlin"})).await;
    let id = planned.assert(201).id().to_owned();
    assert_eq!(id, parcel(&api, order).await);
    assert_eq!(
        (&planned.headers["location"], &planned.headers["etag"]),
        (&format!("/v1/shipments/{id}").parse().unwrap(), &"\"1\"".parse().unwrap())
    );
    assert_eq!(api.get(&anna, &format!("/v1/shipments/{id}")).await.body["version"], 1);
    let again = api.post_with(&anna, &path, &key, json!({"warehouse": "berlin"})).await;
    assert_eq!((&again.assert(201).body, &again.headers["location"]), (&planned.body, &planned.headers["location"]));
    api.post(&anna, &path, json!({"warehouse": "berlin"})).await.assert_problem(409, "/problems/nothing-to-ship");
}

/// An order whose parcel is packed for a carrier.
async fn packed(api: &Api) -> (OrderId, String) {
    let address =
        json!({"name": "Ada Lovelace", "street": ["Unter den Linden 1"], "postal_code": "10117", "city": "Berlin", "country": "DE"});
    let order = confirmed_order(api, json!({"kind": "ship", "address": address})).await;
    let (anna, path) = (api.operator(), format!("/v1/orders/{order}/shipments"));
    let parcel = api.post(&anna, &path, json!({"warehouse": "berlin"})).await.assert(201).id().to_owned();
    api.post(&anna, &format!("{path}/{parcel}/pack"), json!({})).await.assert(200);
    (order, parcel)
}

#[tokio::test]
async fn a_parcel_that_left_with_one_carrier_did_not_leave_with_another() {
    let api = Api::start().await;
    let (order, parcel) = packed(&api).await;
    let (anna, path) = (api.operator(), format!("/v1/orders/{order}/shipments/{parcel}/dispatch"));
    let with = |carrier: &str, tracking: &str| json!({"carrier": {"carrier": carrier, "tracking": tracking}});
    api.post(&anna, &path, with("dhl", "1")).await.assert(200);
    let head = api.head().await;
    api.post(&anna, &path, with("dhl", "1")).await.assert(200);
    for other in [with("ups", "2"), with("dhl", "2")] {
        let refused = api.post(&anna, &path, other).await;
        refused.assert_problem(409, "/problems/dispatched-otherwise");
        assert_eq!((&refused.body["carrier"], &refused.body["tracking"]), (&json!("dhl"), &json!("1")));
    }
    assert_eq!(api.head().await, head);
    assert_eq!(api.get(&anna, &format!("/v1/shipments/{parcel}")).await.body["carrier"], "dhl");
}

#[tokio::test]
async fn what_is_said_of_a_parcel_is_taken_in_or_refused_and_never_dropped() {
    let api = Api::start().await;
    let (order, parcel) = packed(&api).await;
    let (anna, path) = (api.operator(), format!("/v1/orders/{order}/shipments/{parcel}"));
    let head = api.head().await;
    api.post(&anna, &format!("{path}/deliver"), json!({})).await.assert_problem(409, "/problems/wrong-shipment-status");
    assert_eq!(api.head().await, head, "no money is taken and no stock moves for a parcel that is still in the house");
    api.post(&anna, &format!("{path}/dispatch"), json!({"carrier": {"carrier": "dhl", "tracking": "1"}})).await.assert(200);
    assert_eq!(api.get(&anna, &format!("/v1/shipments/{parcel}")).await.body["tracking"], "1");
    api.post(&anna, &format!("{path}/deliver"), json!({"delivered_at": "2026-01-02T03:04:05Z"})).await.assert(200);
    let head = api.head().await;
    for same in [json!({}), json!({"delivered_at": "2026-01-02T04:04:05+01:00"})] {
        api.post(&anna, &format!("{path}/deliver"), same).await.assert(200);
    }
    let refused = api.post(&anna, &format!("{path}/deliver"), json!({"delivered_at": "2026-01-03T03:04:05Z"})).await;
    refused.assert_problem(409, "/problems/delivered-otherwise");
    assert_eq!((&refused.body["delivered_at"], api.head().await), (&json!("2026-01-02T03:04:05Z"), head));
}

#[tokio::test]
async fn what_is_fetched_is_not_handed_to_a_carrier() {
    let api = Api::start().await;
    let order = confirmed_order(&api, json!({"kind": "pickup", "warehouse": "berlin"})).await;
    let (anna, path) = (api.operator(), format!("/v1/orders/{order}/shipments"));
    let parcel = api.post(&anna, &path, json!({"warehouse": "berlin"})).await.assert(201).id().to_owned();
    api.post(&anna, &format!("{path}/{parcel}/pack"), json!({})).await.assert(200);
    let path = format!("{path}/{parcel}/dispatch");
    let carrier = json!({"carrier": {"carrier": "dhl", "tracking": "1"}});
    api.post(&anna, &path, carrier).await.assert_problem(422, "/problems/carrier-unexpected");
    api.post(&anna, &path, json!({})).await.assert(200);
}

#[tokio::test]
async fn a_parcel_of_a_canceled_order_is_delivered_by_nobody_of_the_shop() {
    let api = Api::start().await;
    let (order, parcel) = packed(&api).await;
    let anna = api.operator();
    api.post(&anna, &format!("/v1/orders/{order}/cancel"), json!({})).await.assert(200);
    let head = api.head().await;
    let path = format!("/v1/orders/{order}/shipments/{parcel}/deliver");
    api.post(&anna, &path, json!({})).await.assert_problem(409, "/problems/wrong-shipment-status");
    assert_eq!(api.head().await, head);
    assert_eq!(api.get(&anna, "/v1/warehouses/berlin/stock/A-17").await.body["on_hand"], 10);
}

#[tokio::test]
async fn a_parcel_arrived_at_a_time_that_can_have_been() {
    let api = Api::start().await;
    let (order, parcel) = packed(&api).await;
    let path = format!("/v1/orders/{order}/shipments/{parcel}");
    let carrier = json!({"carrier": {"carrier": "dhl", "tracking": "1"}});
    api.post(&api.operator(), &format!("{path}/deliver"), json!({})).await.assert_problem(409, "/problems/wrong-shipment-status");
    api.post(&api.operator(), &format!("{path}/dispatch"), carrier).await.assert(200);
    let path = format!("{path}/deliver");
    let head = api.head().await;
    for at in crate::orders::IMPOSSIBLE {
        let answer = api.post(&api.operator(), &path, json!({"delivered_at": at})).await;
        assert_eq!(answer.assert(400).pointers(), ["/delivered_at"], "{at}");
    }
    assert_eq!(api.head().await, head);
    api.post(&api.operator(), &path, json!({"delivered_at": "2026-01-02T03:04:05+01:00"})).await.assert(200);
}

#[tokio::test]
async fn an_order_is_captured_once_the_gateway_says_so_and_not_when_it_leaves() {
    let api = Api::start().await;
    let order = confirmed_order(&api, json!({"kind": "pickup", "warehouse": "berlin"})).await;
    let (anna, path) = (api.operator(), format!("/v1/orders/{order}"));
    let read = async |query: &str| api.get(&anna, &format!("{path}{query}")).await.assert(200).body.clone();
    let parcel = api.post(&anna, &format!("{path}/shipments"), json!({"warehouse": "berlin"})).await.assert(201).id().to_owned();
    for step in ["pack", "dispatch"] {
        api.post(&anna, &format!("{path}/shipments/{parcel}/{step}"), json!({})).await.assert(200);
    }
    let left = read("").await;
    assert_eq!((&left["payment_status"], &left["captured"]["amount"]), (&json!("authorized"), &json!("0.00")));
    assert_eq!(left["charged"]["amount"], "22.00", "what is to be captured for what has left");

    let payment: PaymentId = left["payments"][0]["id"].as_str().unwrap().parse().unwrap();
    let (operation, shipment) = (Uuid::now_v7(), parcel.parse().unwrap());
    let part: Money = serde_json::from_value(json!({"amount": "22.00", "currency": "EUR"})).unwrap();
    execute(&api, CapturePayment { payment, shipment, operation, amount: part, r#final: true }).await;
    assert_eq!(read("").await["payment_status"], "authorized");
    let outcome = CaptureOutcome::Captured { amount: part, gateway_reference: "c-1".to_owned() };
    execute(&api, RecordCapture { payment, operation, outcome }).await;
    let paid = read("").await;
    assert_eq!((&paid["payment_status"], &paid["captured"]["amount"]), (&json!("captured"), &json!("22.00")));
    assert_eq!(read("?version=1").await["payment_status"], "unpaid");
    assert_eq!(read(&format!("?version={}", left["version"])).await["payment_status"], "authorized");
}
