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
    for token in [api.operator(), api.shop(), api.token(Role::Auditor, "otto", None)] {
        api.get(&token, &path).await.assert(200);
    }
    let unseen = api.get(&api.token_of(bob), &path).await;
    let unknown = api.get(&api.token_of(bob), &format!("/v1/orders/{}", nobody())).await;
    assert_eq!((unseen.status, &unseen.body["title"]), (unknown.status, &unknown.body["title"]), "no way to tell the two apart");
    api.get(&api.token_of(bob), &format!("{path}/events")).await.assert_problem(404, "/problems/not-found");
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
