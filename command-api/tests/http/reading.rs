use identity::Role;
use serde_json::json;

use crate::api::{Api, nobody, two_teapots};

#[tokio::test]
async fn an_order_is_read_by_its_customer_and_the_shop_and_does_not_exist_for_others() {
    let api = Api::start().await;
    let (ada, bob) = (api.furnish().await, api.customer().await);
    let order = api.post(&api.token_of(ada), "/v1/orders", two_teapots()).await;
    let path = format!("/v1/orders/{}", order.id());
    let read = api.get(&api.token_of(ada), &path).await;
    assert_eq!((&read.assert(200).body["status"], &read.headers["etag"]), (&json!("placed"), &"\"1\"".parse().unwrap()));
    assert_eq!(read.body["allowed_commands"], json!(["cancel"]));
    assert!(read.headers.contains_key("orderly-position"));
    for token in [api.operator(), api.token(Role::Auditor, "otto", None)] {
        api.get(&token, &path).await.assert(200);
    }
    api.get(&api.shop(), &path).await.assert_problem(404, "/problems/not-found");
    let unseen = api.get(&api.token_of(bob), &path).await;
    let unknown = api.get(&api.token_of(bob), &format!("/v1/orders/{}", nobody())).await;
    assert_eq!((unseen.status, &unseen.body["title"]), (unknown.status, &unknown.body["title"]), "no way to tell the two apart");
    api.get(&api.token_of(bob), &format!("{path}/events")).await.assert_problem(404, "/problems/not-found");
}

#[tokio::test]
async fn an_order_is_read_up_to_an_event_that_cannot_be_read() {
    let api = Api::start().await;
    let ada = api.token_of(api.furnish().await);
    let order = api.post(&ada, "/v1/orders", two_teapots()).await.id().to_owned();
    api.record_unknown(&format!("order-{order}"), &order).await;
    let head = api.head().await;
    let path = format!("/v1/orders/{order}");
    for token in [&ada, &api.operator()] {
        let read = api.get(token, &path).await;
        assert_eq!((&read.assert(200).body["status"], &read.body["allowed_commands"]), (&json!("placed"), &json!([])));
        let expected = json!({ "position": format!("1-{head}"), "version": 2, "type": "order.of_tomorrow" });
        assert_eq!(read.body["unreadable"], expected);
    }
    let history = api.get(&ada, &format!("{path}/events")).await;
    assert_eq!(history.assert(200).body["events"][1]["type"], "order.of_tomorrow");
    let beyond = api.get(&ada, &format!("{path}/events?after=100")).await;
    assert_eq!(beyond.assert(200).body, json!({"events": [], "next": null}));
    assert!(api.get(&ada, &format!("{path}?version=1")).await.assert(200).body.get("unreadable").is_none());
    let refused = api.post(&ada, &format!("{path}/cancel"), json!({})).await;
    refused.assert_problem(409, "/problems/event-unreadable");
    assert!(refused.body["detail"].as_str().unwrap().contains(&format!("position {head}")), "{}", refused.body);
}

#[tokio::test]
async fn an_order_is_read_as_it_once_stood() {
    let api = Api::start().await;
    let ada = api.token_of(api.furnish().await);
    let order = api.post(&ada, "/v1/orders", two_teapots()).await;
    let path = format!("/v1/orders/{}", order.id());
    let placed_at = api.events(&format!("order-{}", order.id())).await[0].recorded_at;
    api.post(&ada, &format!("{path}/cancel"), json!({})).await.assert(200);

    let status = async |query: &str| api.get(&ada, &format!("{path}?{query}")).await.body["status"].clone();
    assert_eq!(status("version=1").await, "placed");
    assert_eq!(status("version=2").await, "canceling");
    assert_eq!(status(&format!("position={}", order.body["position"].as_str().unwrap())).await, "placed");
    assert_eq!(status(&format!("at={}", placed_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))).await, "placed");

    api.get(&ada, &format!("{path}?at=2001-01-01T00:00:00Z")).await.assert_problem(404, "/problems/not-found");
    api.get(&ada, &format!("{path}?version=9")).await.assert_problem(404, "/problems/not-found");
    api.get(&ada, &format!("{path}?version=1&at=2001-01-01T00:00:00Z")).await.assert(400);
    api.get(&ada, &format!("{path}?version=0")).await.assert(400);
    api.get(&ada, &format!("{path}?position=nonsense")).await.assert(400);
    api.get(&ada, &format!("{path}?position=999-1")).await.assert_problem(410, "/problems/position-lost");
}

#[tokio::test]
async fn a_history_is_read_in_pages() {
    let api = Api::start().await;
    let ada = api.token_of(api.furnish().await);
    let order = api.post(&ada, "/v1/orders", two_teapots()).await;
    api.post(&ada, &format!("/v1/orders/{}/cancel", order.id()), json!({})).await.assert(200);
    let page = async |query: &str| api.get(&ada, &format!("/v1/orders/{}/events{query}", order.id())).await;
    let first = page("?limit=1").await;
    assert_eq!((&first.body["events"][0]["type"], &first.body["next"]), (&json!("order.placed"), &json!(1)));
    let last = page("?limit=1&after=1").await;
    assert_eq!((&last.body["events"][0]["type"], &last.body["next"]), (&json!("order.cancelation_started"), &json!(null)));
    assert_eq!(page("?after=2").await.body["events"], json!([]));
    page("?limit=501").await.assert(400);
    page("?after=-1").await.assert(400);
}

#[tokio::test]
async fn the_history_of_what_never_was_is_not_an_empty_one_wherever_it_is_begun() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let (anna, id) = (api.operator(), nobody());
    let of_an_id = ["orders", "customers", "payments", "shipments"].map(|kind| format!("{kind}/{id}"));
    let others = ["products/nope", "warehouses/nope", "warehouses/berlin/stock/nope", "warehouses/nope/stock/A-17"].map(str::to_owned);
    for path in of_an_id.into_iter().chain(others) {
        for after in [0, 1, 100] {
            api.get(&anna, &format!("/v1/{path}/events?after={after}")).await.assert_problem(404, "/problems/not-found");
        }
    }
    let beyond = api.get(&anna, &format!("/v1/customers/{ada}/events?after=100")).await;
    assert_eq!(beyond.assert(200).body, json!({"events": [], "next": null}));
}

#[tokio::test]
async fn what_is_not_there_yet_is_not_answered_as_if_it_were() {
    let api = Api::start().await;
    let ada = api.token_of(api.furnish().await);
    let order = api.post(&ada, "/v1/orders", two_teapots()).await;
    let path = format!("/v1/orders/{}", order.id());
    let beyond = api.get(&ada, &format!("{path}?version=99")).await;
    beyond.assert_problem(404, "/problems/not-found");
    assert_eq!(beyond.body["detail"], format!("order {} has no version 99 yet, its last is 1", order.id()));
    let (epoch, position) = order.body["position"].as_str().unwrap().split_once('-').unwrap();
    let next = position.parse::<i64>().unwrap() + 1;
    for beyond in [next, i64::MAX] {
        api.get(&ada, &format!("{path}?position={epoch}-{beyond}")).await.assert_problem(410, "/problems/position-lost");
    }
}

#[tokio::test]
async fn parameters_are_refused_in_words_and_by_name() {
    let api = Api::start().await;
    let anna = api.operator();
    let order = format!("/v1/orders/{}", nobody());
    for (query, name) in [
        ("colour=blue", "colour"),
        ("version=x", "version"),
        ("version=99999999999999999999999", "version"),
        ("version=0", "version"),
        ("version=1&version=2", "version"),
        ("at=yesterday", "at"),
        ("at=-9999-01-01T00:00:00Z", "at"),
        ("at=%2B10000-01-01T00:00:00Z", "at"),
        ("position=nonsense", "position"),
    ] {
        let answer = api.get(&anna, &format!("{order}?{query}")).await;
        answer.assert_problem(400, "/problems/invalid-request");
        let errors = answer.body["errors"].as_array().unwrap();
        assert_eq!((errors.len(), errors[0]["parameter"].as_str()), (1, Some(name)), "{query}: {:#}", answer.body);
        let text = answer.body.to_string();
        for foreign in ["unknown field", "expected one of", "fit in target type", "invalid digit", "premature", "invalid characters"] {
            assert!(!text.contains(foreign), "{query}: {text}");
        }
    }
    let both = api.get(&anna, &format!("{order}/events?after=-1&limit=501")).await;
    assert_eq!(both.assert(400).body["errors"].as_array().unwrap().len(), 2);
}
