use identity::Role;
use serde_json::json;

use crate::api::{Api, two_teapots};

#[tokio::test]
async fn the_same_key_and_request_have_the_same_answer_and_one_event() {
    let api = Api::start().await;
    let ada = api.token_of(api.furnish().await);
    let key = [("idempotency-key", "k-1")];
    let first = api.post_with(&ada, "/v1/orders", &key, two_teapots()).await;
    first.assert(201);
    let head = api.head().await;
    let again = api.post_with(&ada, "/v1/orders", &key, two_teapots()).await;
    assert_eq!((again.assert(201).id(), &again.body), (first.id(), &first.body));
    assert_eq!(again.headers["location"], first.headers["location"]);
    assert_eq!((api.head().await, api.event_types(&format!("order-{}", first.id())).await.len()), (head, 1));
}

#[tokio::test]
async fn the_order_of_members_does_not_make_another_request() {
    let api = Api::start().await;
    let anna = api.operator();
    let key = [("idempotency-key", "k-1")];
    let body = r#"{"code":"berlin","name":"Berlin","priority":1}"#;
    let swapped = r#"{ "priority": 1, "name": "Berlin", "code": "berlin" }"#;
    let first = api.post_with(&anna, "/v1/warehouses", &key, serde_json::from_str(body).unwrap()).await;
    let again = api.post_with(&anna, "/v1/warehouses", &key, serde_json::from_str(swapped).unwrap()).await;
    assert_eq!((first.assert(201).id(), &first.body), (again.assert(201).id(), &again.body));
}

#[tokio::test]
async fn a_key_with_another_body_or_path_is_refused() {
    let api = Api::start().await;
    let ada = api.token_of(api.furnish().await);
    let key = [("idempotency-key", "k-1")];
    let order = api.post_with(&ada, "/v1/orders", &key, two_teapots()).await;
    let mut other = two_teapots();
    other["lines"][0]["quantity"] = json!(3);
    api.post_with(&ada, "/v1/orders", &key, other).await.assert_problem(422, "/problems/idempotency-key-reused");
    let cancel = format!("/v1/orders/{}/cancel", order.id());
    api.post_with(&ada, &cancel, &key, json!({})).await.assert_problem(422, "/problems/idempotency-key-reused");
    assert_eq!(api.event_types(&format!("order-{}", order.id())).await.len(), 1);
}

#[tokio::test]
async fn callers_do_not_share_their_keys() {
    let api = Api::start().await;
    let key = [("idempotency-key", "k-1")];
    let (anna, otto) = (api.operator(), api.token(Role::Operator, "otto", None));
    api.post_with(&anna, "/v1/warehouses", &key, json!({"code": "berlin", "name": "Berlin"})).await.assert(201);
    api.post_with(&otto, "/v1/warehouses", &key, json!({"code": "paris", "name": "Paris"})).await.assert(201);
}

#[tokio::test]
async fn a_refusal_under_a_key_stays_the_answer() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let key = [("idempotency-key", "k-1")];
    api.post(&api.operator(), "/v1/products/A-17/pause", json!({})).await.assert(200);
    let first = api.post_with(&api.token_of(ada), "/v1/orders", &key, two_teapots()).await;
    first.assert_problem(409, "/problems/product-not-orderable");
    api.post(&api.operator(), "/v1/products/A-17/activate", json!({})).await.assert(200);
    let again = api.post_with(&api.token_of(ada), "/v1/orders", &key, two_teapots()).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    api.post_with(&api.token_of(ada), "/v1/orders", &[("idempotency-key", "k-2")], two_teapots()).await.assert(201);
}

#[tokio::test]
async fn a_pure_delta_needs_a_key_or_a_document() {
    let api = Api::start().await;
    api.furnish().await;
    let (anna, path) = (api.operator(), "/v1/warehouses/berlin/stock/A-17/receive");
    api.post(&anna, path, json!({"quantity": 5})).await.assert_problem(400, "/problems/idempotency-key-required");
    api.post_with(&anna, path, &[("idempotency-key", "k-1")], json!({"quantity": 5})).await.assert(200);
    api.post_with(&anna, path, &[("idempotency-key", "k-1")], json!({"quantity": 5})).await.assert(200);
    assert_eq!(api.get(&anna, "/v1/warehouses/berlin/stock/A-17").await.body["on_hand"], 15);
}

#[tokio::test]
async fn a_malformed_key_or_precondition_is_named() {
    let api = Api::start().await;
    let headers = [("idempotency-key", "has a space"), ("if-match", "3")];
    let answer = api.post_with(&api.operator(), "/v1/warehouses", &headers, json!({"code": "berlin", "name": "Berlin"})).await;
    let names: Vec<_> = answer.assert(400).body["errors"].as_array().unwrap().iter().map(|error| &error["parameter"]).collect();
    assert_eq!(names, [&json!("Idempotency-Key"), &json!("If-Match")]);
    assert_eq!(api.head().await, 0);
}

#[tokio::test]
async fn a_command_on_another_version_than_was_seen_is_refused() {
    let api = Api::start().await;
    let ada = api.token_of(api.furnish().await);
    let order = api.post(&ada, "/v1/orders", two_teapots()).await;
    let path = format!("/v1/orders/{}/cancel", order.id());
    let stale = api.post_with(&ada, &path, &[("if-match", "\"7\"")], json!({})).await;
    assert_eq!(stale.status, 412, "{:#}", stale.body);
    let seen = order.headers["etag"].to_str().unwrap();
    let done = api.post_with(&ada, &path, &[("if-match", seen)], json!({})).await;
    assert_eq!(done.assert(200).body["version"], 2);
}

#[tokio::test]
async fn a_precondition_is_a_star_or_a_list_of_tags_of_which_one_must_fit() {
    let api = Api::start().await;
    let (anna, gold) = (api.operator(), json!({"tier": "gold"}));
    let path = format!("/v1/customers/{}/change-tier", api.customer().await);
    let ask = async |tag: &'static str| api.post_with(&anna, &path, &[("if-match", tag)], gold.clone()).await;
    for tag in ["\"98\", \"99\"", "W/\"1\"", "\"+1\"", "\"01\""] {
        ask(tag).await.assert_problem(412, "/problems/version-mismatch");
    }
    ask("\"99\", \"1\"").await.assert(200);
    ask("*").await.assert(200);
    for tag in ["1", "*, \"2\"", "\"2"] {
        ask(tag).await.assert_problem(400, "/problems/invalid-request");
    }
    let unborn = json!({"code": "paris", "name": "Paris"});
    api.post_with(&anna, "/v1/warehouses", &[("if-match", "*")], unborn.clone()).await.assert_problem(412, "/problems/version-mismatch");
    api.post_with(&anna, "/v1/warehouses", &[("if-match", "\"0\"")], unborn).await.assert(201);
    let twice = [("idempotency-key", "k"), ("if-match", "\"7\""), ("if-match", "\"2\"")];
    api.post_with(&anna, &path, &twice, gold.clone()).await.assert(200);
    api.post_with(&anna, &path, &twice[..2], gold).await.assert_problem(422, "/problems/idempotency-key-reused");
}

#[tokio::test]
async fn a_precondition_and_a_query_belong_to_the_request() {
    let api = Api::start().await;
    let ada = api.token_of(api.furnish().await);
    let order = api.post(&ada, "/v1/orders", two_teapots()).await;
    let path = format!("/v1/orders/{}/cancel", order.id());
    let with = |version: &'static str| [("idempotency-key", "k-1"), ("if-match", version)];
    let stale = api.post_with(&ada, &path, &with("\"7\""), json!({})).await;
    stale.assert_problem(412, "/problems/version-mismatch");
    api.post_with(&ada, &path, &with("\"1\""), json!({})).await.assert_problem(422, "/problems/idempotency-key-reused");
    api.post_with(&ada, &path, &[("idempotency-key", "k-1")], json!({})).await.assert_problem(422, "/problems/idempotency-key-reused");
    assert_eq!(api.event_types(&format!("order-{}", order.id())).await, ["order.placed"]);

    let key = [("idempotency-key", "k-2")];
    api.post_with(&ada, &path, &key, json!({})).await.assert(200);
    api.post_with(&ada, &path, &key, json!({})).await.assert(200);
    api.post_with(&ada, &format!("{path}?dry=1"), &key, json!({})).await.assert_problem(422, "/problems/idempotency-key-reused");
}

#[tokio::test]
async fn what_another_version_is_refused_with_names_no_stream() {
    let api = Api::start().await;
    let ada = api.token_of(api.furnish().await);
    let order = api.post(&ada, "/v1/orders", two_teapots()).await;
    let stale = api.post_with(&ada, &format!("/v1/orders/{}/cancel", order.id()), &[("if-match", "\"7\"")], json!({})).await;
    assert_eq!(stale.body["detail"], "it is at version 1, 7 was expected");
    assert_eq!((&stale.body["expected"], &stale.body["actual"]), (&json!(7), &json!(1)));
}
