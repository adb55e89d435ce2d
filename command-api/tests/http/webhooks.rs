use aggregates::values::OrderId;
use axum::body::Body;
use axum::http::Request;
use chrono::{DateTime, TimeDelta, Utc};
use gateways::webhook::{SIGNATURE_HEADER, sign};
use serde_json::json;
use uuid::Uuid;

use crate::api::{Answer, Api, SECRET};
use crate::shipments::{confirmed_order, parcel};

async fn report(api: &Api, gateway: &str, secret: &str, at: DateTime<Utc>, body: &str) -> Answer {
    let signature = sign(&secret.parse().unwrap(), at, body.as_bytes());
    let request = Request::post(format!("/v1/webhooks/{gateway}")).header(SIGNATURE_HEADER, signature);
    api.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

/// An order whose parcel is packed.
async fn packed(api: &Api) -> (OrderId, String) {
    let address =
        json!({"name": "Ada Lovelace", "street": ["Unter den Linden 1"], "postal_code": "10117", "city": "Berlin", "country": "DE"});
    let order = confirmed_order(api, json!({"kind": "ship", "address": address})).await;
    let (anna, path) = (api.operator(), format!("/v1/orders/{order}/shipments"));
    api.post(&anna, &path, json!({"warehouse": "berlin"})).await.assert(201);
    let parcel = parcel(api, order).await;
    api.post(&anna, &format!("{path}/{parcel}/pack"), json!({})).await.assert(200);
    (order, parcel)
}

/// An order whose parcel is on its way.
async fn sent(api: &Api) -> (OrderId, String) {
    let (order, parcel) = packed(api).await;
    let carrier = json!({"carrier": {"carrier": "simulator", "tracking": "T-1"}});
    api.post(&api.operator(), &format!("/v1/orders/{order}/shipments/{parcel}/dispatch"), carrier).await.assert(200);
    (order, parcel)
}

fn delivered(order: OrderId, parcel: &str) -> String {
    json!({"event_id": Uuid::now_v7(), "tracking": "T-1", "shipment": parcel, "order": order.to_string(), "status": "delivered",
        "at": "2026-11-20T14:05:00Z"})
    .to_string()
}

#[tokio::test]
async fn a_delivery_that_a_carrier_reports_twice_happened_once() {
    let api = Api::start().await;
    let (order, parcel) = sent(&api).await;
    let news = delivered(order, &parcel);
    let first = report(&api, "simulator", SECRET, Utc::now(), &news).await;
    let head = api.head().await;
    let reworded = news.replace(",\"", ", \"");
    let again = report(&api, "simulator", SECRET, Utc::now(), &reworded).await;
    assert_eq!((&first.assert(200).body, api.head().await), (&again.assert(200).body, head));
    let events = api.events(&format!("shipment-{parcel}")).await;
    let last = events.last().unwrap();
    assert_eq!((last.event_type.as_str(), last.metadata.actor.as_str()), ("shipment.delivered", "gateway:simulator"));
    assert_eq!(last.metadata.occurred_at, Some("2026-11-20T14:05:00Z".parse().unwrap()));
    assert_eq!(last.metadata.correlation_id, Some(order.uuid()));
    let read = api.get(&api.operator(), &format!("/v1/orders/{order}")).await;
    assert_eq!(read.body["fulfillment_status"], "delivered");
}

#[tokio::test]
async fn what_is_not_signed_by_the_carrier_is_not_looked_at() {
    let api = Api::start().await;
    let (order, parcel) = sent(&api).await;
    let (news, head) = (delivered(order, &parcel), api.head().await);
    report(&api, "simulator", "another-secret-altogether", Utc::now(), &news).await.assert_problem(401, "/problems/bad-signature");
    report(&api, "simulator", SECRET, Utc::now() - TimeDelta::hours(1), &news).await.assert_problem(401, "/problems/bad-signature");
    report(&api, "unknown", SECRET, Utc::now(), &news).await.assert_problem(404, "/problems/not-found");
    report(&api, "simulator", SECRET, Utc::now(), "{}").await.assert_problem(400, "/problems/malformed-json");
    let unsigned = Request::post("/v1/webhooks/simulator").body(Body::from(news)).unwrap();
    api.send(unsigned).await.assert_problem(401, "/problems/bad-signature");
    assert_eq!(api.head().await, head);
}

#[tokio::test]
async fn a_parcel_that_arrives_before_its_dispatch_is_known_has_left_with_the_carrier_that_says_so() {
    let api = Api::start().await;
    let (order, parcel) = packed(&api).await;
    report(&api, "simulator", SECRET, Utc::now(), &delivered(order, &parcel)).await.assert(200);
    let types = api.event_types(&format!("shipment-{parcel}")).await;
    assert_eq!(types, ["shipment.planned", "shipment.packed", "shipment.dispatched", "shipment.delivered"]);
    let read = api.get(&api.operator(), &format!("/v1/shipments/{parcel}")).await;
    assert_eq!((&read.body["carrier"], &read.body["tracking"]), (&json!("simulator"), &json!("T-1")));
}

#[tokio::test]
async fn news_of_a_time_that_cannot_have_been_are_malformed() {
    let api = Api::start().await;
    let (order, parcel) = sent(&api).await;
    let head = api.head().await;
    for at in crate::orders::IMPOSSIBLE {
        let news = delivered(order, &parcel).replace("2026-11-20T14:05:00Z", at);
        let answer = report(&api, "simulator", SECRET, Utc::now(), &news).await;
        assert_eq!(answer.assert(400).pointers(), ["/at"], "{at}");
    }
    assert_eq!(api.head().await, head);
}

#[tokio::test]
async fn the_body_of_a_stranger_is_not_waited_for() {
    let api = Api::start().await;
    let waits = || Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let many = sign(&SECRET.parse().unwrap(), Utc::now(), b"") + &format!(",v1={}", "0".repeat(64)).repeat(20_000);
    let long_ago = sign(&SECRET.parse().unwrap(), Utc::now() - TimeDelta::hours(1), b"");
    for (gateway, signature, kind) in [
        ("unknown", None, "/problems/not-found"),
        ("simulator", None, "/problems/bad-signature"),
        ("simulator", Some("nonsense"), "/problems/bad-signature"),
        ("simulator", Some("t=1,v1=00"), "/problems/bad-signature"),
        ("simulator", Some(many.as_str()), "/problems/bad-signature"),
        ("simulator", Some(long_ago.as_str()), "/problems/bad-signature"),
    ] {
        let mut request = Request::post(format!("/v1/webhooks/{gateway}"));
        if let Some(signature) = signature {
            request = request.header(SIGNATURE_HEADER, signature);
        }
        let answer = tokio::time::timeout(std::time::Duration::from_secs(3), api.send(request.body(waits()).unwrap())).await;
        assert_eq!(answer.unwrap_or_else(|_| panic!("{signature:?} was waited for")).body["type"], kind, "{signature:?}");
    }
    let large = report(&api, "simulator", SECRET, Utc::now(), &"x".repeat(70_000)).await;
    large.assert_problem(413, "/problems/body-too-large");
    let signed = Request::post("/v1/webhooks/simulator").header(SIGNATURE_HEADER, sign(&SECRET.parse().unwrap(), Utc::now(), b""));
    let slow = tokio::time::timeout(std::time::Duration::from_secs(8), api.send(signed.body(waits()).unwrap())).await;
    slow.unwrap_or_else(|_| panic!("a slow body was waited for")).assert_problem(408, "/problems/body-too-slow");
}

#[tokio::test]
async fn a_carrier_that_brings_what_was_called_off_is_taken_at_its_word_and_people_see_it_on_the_order() {
    let api = Api::start().await;
    let (order, parcel) = packed(&api).await;
    let (anna, path) = (api.operator(), format!("/v1/orders/{order}"));
    api.post(&anna, &format!("{path}/cancel"), json!({})).await.assert(200);
    assert_eq!(api.get(&anna, &path).await.body["alerts"], json!([]));
    report(&api, "simulator", SECRET, Utc::now(), &delivered(order, &parcel)).await.assert(200);
    let read = api.get(&anna, &path).await;
    let alert = &read.body["alerts"][0];
    assert_eq!((&alert["code"], &alert["about"]), (&json!("delivered_after_cancel"), &json!(format!("shipment-{parcel}"))));
    assert_eq!(api.get(&anna, "/v1/warehouses/berlin/stock/A-17").await.body["on_hand"], 8, "the goods are not on the shelf");
    let customer = read.body["customer"].as_str().unwrap().parse().unwrap();
    assert_eq!(api.get(&api.token_of(customer), &path).await.body["alerts"], json!([]), "it is nothing for the customer");
}
