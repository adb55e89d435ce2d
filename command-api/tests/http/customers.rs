use identity::{Grant, Role};
use serde_json::{Value, json};

use crate::api::{Api, two_teapots};

fn ada() -> Value {
    json!({"name": "Ada Lovelace", "email": "Ada@Example.org", "phone": "+49 30 1234567", "tier": "silver",
        "address": {"name": "Ada Lovelace", "street": ["St James's Square 12"], "postal_code": "SW1", "city": "London", "country": "GB"},
        "attributes": {"age": "35-44"}})
}

#[tokio::test]
async fn nothing_personal_stands_in_the_log_in_clear() {
    let api = Api::start().await;
    let answer = api.post(&api.operator(), "/v1/customers", ada()).await;
    let events = api.events(&format!("customer-{}", answer.assert(201).id())).await;
    let payload = events[0].payload.get();
    for personal in ["Ada", "Example", "1234567", "James", "SW1", "London", "35-44"] {
        assert!(!payload.contains(personal), "{personal} stands in the log: {payload}");
    }
}

#[tokio::test]
async fn an_address_belongs_to_one_customer_however_it_is_written() {
    let api = Api::start().await;
    api.post(&api.operator(), "/v1/customers", ada()).await.assert(201);
    let head = api.head().await;
    let again = api.post(&api.operator(), "/v1/customers", json!({"email": " ADA@example.ORG "})).await;
    again.assert_problem(409, "/problems/email-taken");
    assert_eq!(api.head().await, head);
}

#[tokio::test]
async fn a_channels_customer_is_registered_once_for_ever() {
    let api = Api::start().await;
    let mut household = ada();
    household["channel_reference"] = json!("household-7");
    household.as_object_mut().unwrap().remove("tier");
    let first = api.post(&api.shop(), "/v1/customers", household.clone()).await;
    let head = api.head().await;
    let again = api.post(&api.shop(), "/v1/customers", household.clone()).await;
    assert_eq!((again.assert(201).id(), api.head().await), (first.assert(201).id(), head));
    api.post(&api.operator(), "/v1/customers", household).await.assert_problem(403, "/problems/forbidden");
}

#[tokio::test]
async fn the_history_is_opened_for_the_customer_and_the_shop_and_for_nobody_else() {
    let api = Api::start().await;
    let id = api.post(&api.operator(), "/v1/customers", ada()).await.assert(201).id().to_owned();
    let path = format!("/v1/customers/{id}/events");
    api.get(&api.shop(), &path).await.assert_problem(404, "/problems/not-found");
    let opened = [api.operator(), api.token(Role::Customer, &id, None), api.token(Role::Admin, "root", None)];
    for token in opened {
        let answer = api.get(&token, &path).await;
        let data = &answer.assert(200).body["events"][0]["data"];
        assert_eq!((&data["name"], &data["address"]["city"]), (&json!("Ada Lovelace"), &json!("London")));
    }
    let crm = api.granted(Role::Service, "crm", None, &[Grant::Customers]);
    for token in [crm, api.token(Role::Auditor, "otto", None)] {
        let answer = api.get(&token, &path).await;
        let data = &answer.assert(200).body["events"][0]["data"];
        assert_eq!((&data["name"], &data["tier"]), (&json!({"redacted": true}), &json!("silver")));
        assert!(!answer.body.to_string().contains("Lovelace"));
    }
    let other = api.token(Role::Customer, &api.customer().await.to_string(), None);
    api.get(&other, &path).await.assert_problem(404, "/problems/not-found");
    api.get(&other, &format!("/v1/customers/{id}")).await.assert_problem(404, "/problems/not-found");
}

#[tokio::test]
async fn refusals_never_repeat_what_is_personal() {
    let api = Api::start().await;
    let body = json!({"name": "Ada\u{7}Lovelace", "email": "ada.example.org", "phone": "call me"});
    let answer = api.post(&api.operator(), "/v1/customers", body).await;
    assert_eq!(answer.assert(400).pointers(), ["/email", "/name", "/phone"]);
    let text = answer.body.to_string();
    assert!(!text.contains("ada.example") && !text.contains("Lovelace") && !text.contains("call me"), "{text}");
}

#[tokio::test]
async fn a_customer_reads_of_its_own_history_what_is_its_own_business() {
    let api = Api::start().await;
    let anna = api.operator();
    let id = api.post(&anna, "/v1/customers", ada()).await.assert(201).id().to_owned();
    api.post(&anna, &format!("/v1/customers/{id}/suspend"), json!({"reason": "suspected_fraud"})).await.assert(200);
    let path = format!("/v1/customers/{id}/events");

    let own = api.get(&api.token(Role::Customer, &id, None), &path).await;
    let events = &own.assert(200).body["events"];
    assert_eq!((&events[0]["data"]["name"], &events[0]["data"]["tier"]), (&json!("Ada Lovelace"), &json!("silver")));
    assert_eq!((&events[0]["actor"], &events[1]["actor"]), (&json!("operator"), &json!("operator")));
    assert_eq!(events[1]["data"], json!({"reason": {"redacted": true}}));
    assert_eq!(events[0]["data"]["email_claim"], json!({"redacted": true}));

    let staff = api.get(&api.token(Role::Auditor, "otto", None), &path).await;
    let events = &staff.assert(200).body["events"];
    assert_eq!((&events[1]["actor"], &events[1]["data"]["reason"]), (&json!("operator:anna"), &json!("suspected_fraud")));
}

#[tokio::test]
async fn a_customer_reads_of_its_orders_history_nothing_of_the_shops_stock() {
    let api = Api::start().await;
    let ada = api.token_of(api.furnish().await);
    let mut order = two_teapots();
    order["lines"][0]["quantity"] = json!(11);
    let order = api.post(&ada, "/v1/orders", order).await.assert(201).id().to_owned();
    let id: aggregates::values::OrderId = order.parse().unwrap();
    let ask = aggregates::decisions::stocking::AllocateStock {
        order: id,
        warehouses: vec![("berlin".parse().unwrap(), 0)],
        until: chrono::Utc::now(),
    };
    api.store
        .execute(ask, event_store::Envelope::new(event_store::CommandKey::Once, "process:order_fulfillment"))
        .await
        .unwrap()
        .done()
        .unwrap();
    let path = format!("/v1/orders/{order}/events");
    let own = api.get(&ada, &path).await;
    let told = &own.assert(200).body["events"][1];
    assert_eq!((&told["type"], &told["actor"]), (&json!("order.stock_unavailable"), &json!("process")));
    assert_eq!(told["data"], json!({"missing": {"redacted": true}}));
    assert_eq!(api.get(&api.operator(), &path).await.body["events"][1]["data"]["missing"][0]["available"], 10);
}
