use identity::Role;
use serde_json::{Value, json};

use crate::api::Api;

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
    let opened = [api.operator(), api.token(Role::Customer, &id, None), api.token(Role::Admin, "root", None)];
    for token in opened {
        let answer = api.get(&token, &path).await;
        let data = &answer.assert(200).body["events"][0]["data"];
        assert_eq!((&data["name"], &data["address"]["city"]), (&json!("Ada Lovelace"), &json!("London")));
    }
    for token in [api.shop(), api.token(Role::Auditor, "otto", None)] {
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
