//! Who sees what.

use axum::body::Body;
use axum::http::Request;
use identity::Role;
use serde_json::{Value, json};

use crate::api::Api;
use crate::samples::{ANNA, BEN, FIRST, SECOND, THIRD};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_valid_token_nothing_is_answered() {
    let api = Api::open().await;
    let nobody = api.send(Request::post("/graphql").body(Body::from(r#"{"query":"{ orders { nodes { id } } }"}"#)).unwrap()).await;
    assert_eq!((nobody.status.as_u16(), nobody.code()), (401, "UNAUTHENTICATED"));
    assert_eq!(nobody.headers["www-authenticate"], "Bearer");
    let forged = api.ask_with("a.b.c", &[], "{ __typename }").await;
    assert_eq!((forged.status.as_u16(), forged.code()), (401, "UNAUTHENTICATED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_body_of_a_stranger_is_not_waited_for_and_nobodys_for_ever() {
    let api = Api::open().await;
    let waits = || Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let token = format!("Bearer {}", api.token(Role::Operator, "otto"));
    let ask = async |authorization: Option<&str>| {
        let request = authorization.into_iter().fold(Request::post("/graphql"), |request, token| request.header("authorization", token));
        let answer = tokio::time::timeout(std::time::Duration::from_secs(12), api.send(request.body(waits()).unwrap())).await;
        let answer = answer.expect("an answer without the body");
        (answer.status.as_u16(), answer.code().to_owned())
    };
    let begun = std::time::Instant::now();
    assert_eq!(ask(None).await, (401, "UNAUTHENTICATED".to_owned()));
    assert_eq!(ask(Some("Bearer x")).await, (401, "UNAUTHENTICATED".to_owned()));
    assert!(begun.elapsed().as_secs() < 5, "a stranger was waited for");
    assert_eq!(ask(Some(&token)).await, (408, "BODY_TOO_SLOW".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_sees_its_own_orders_only() {
    let api = Api::open().await;
    let own = api.customer(ANNA, "{ orders { nodes { id } } }").await;
    assert_eq!(own.data()["orders"]["nodes"], json!([{ "id": SECOND }, { "id": FIRST }]));
    let other = api.customer(ANNA, &format!(r#"{{ order(id: "{THIRD}") {{ id }} }}"#)).await;
    assert_eq!(other.data(), &json!({ "order": null }));
    let asked = api.customer(ANNA, &format!(r#"{{ orders(filter: {{ customer: "{BEN}" }}) {{ nodes {{ id }} }} }}"#)).await;
    assert_eq!(asked.code(), "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_sees_itself_and_nothing_that_is_the_shops() {
    let api = Api::open().await;
    let query = format!(r#"{{ me: customer(id: "{BEN}") {{ name suspensionReason }} other: customer(id: "{ANNA}") {{ id }} }}"#);
    let answer = api.customer(BEN, &query).await;
    assert_eq!(answer.data(), &json!({ "me": { "name": "ben", "suspensionReason": null }, "other": null }));
    let kept = [
        "stock { nodes { sku } }",
        "customers { nodes { id } }",
        "orderCounts { count }",
        "stockTotals { onHand }",
        r#"sales(from: "2017-01-01", to: "2017-01-02") { units }"#,
        r#"customer(email: "anna@example.com") { id }"#,
    ];
    for query in kept {
        assert_eq!(api.customer(ANNA, &format!("{{ {query} }}")).await.code(), "FORBIDDEN", "{query}");
    }
    let timeline = api.customer(ANNA, &format!(r#"{{ order(id: "{FIRST}") {{ timeline {{ actor note }} }} }}"#)).await;
    assert_eq!(timeline.data()["order"]["timeline"][0], json!({ "actor": "service", "note": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_is_for_who_may_see_it() {
    let api = Api::open().await;
    let query =
        format!(r#"{{ order(id: "{FIRST}") {{ number delivery {{ country address {{ city }} }} customer {{ id name email }} }} }}"#);
    let seen = |answer: &crate::api::Answer| -> (Value, Value) {
        let order = &answer.data()["order"];
        assert_eq!(order["number"], "N-1");
        (order["delivery"]["address"].clone(), order["customer"]["name"].clone())
    };
    let all = (json!({ "city": "Berlin" }), json!("anna"));
    assert_eq!(seen(&api.operator(&query).await), all);
    assert_eq!(seen(&api.customer(ANNA, &query).await), all);
    assert_eq!(seen(&api.ask(Role::Auditor, "audrey", &query).await), (json!(null), json!(null)));
    let web = api.ask_with(&api.granted(Role::Service, "web", Some("web"), &[]), &[], &query).await;
    assert_eq!(seen(&web), (json!(null), json!(null)));
    let search = api.ask(Role::Auditor, "audrey", r#"{ customer(email: "anna@example.com") { id } }"#).await;
    assert_eq!(search.code(), "FORBIDDEN");
}
