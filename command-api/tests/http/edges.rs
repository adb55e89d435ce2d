use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

use crate::api::{Api, Token, channel_order, two_teapots};

#[tokio::test]
async fn without_a_valid_token_nothing_is_answered() {
    let api = Api::start().await;
    let bare = api.send(Request::get("/v1/products/A-17").body(Body::empty()).unwrap()).await;
    bare.assert_problem(401, "/problems/unauthenticated");
    assert_eq!(bare.headers["www-authenticate"], "Bearer realm=\"orderly\"");
    for forged in ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        let answer = api.post(&Token(forged.to_owned()), "/v1/orders", json!({"nonsense": true})).await;
        answer.assert_problem(401, "/problems/unauthenticated");
        assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    }
    assert_eq!(api.head().await, 0);
}

#[tokio::test]
async fn a_body_is_not_waited_for_without_a_token_and_with_one_not_for_ever() {
    let api = Api::start().await;
    let drips = || {
        let drop = |_| async {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            Some((Ok::<_, std::io::Error>(b" ".to_vec()), ()))
        };
        Body::from_stream(futures::stream::unfold((), drop))
    };
    let send = async |token: &str| {
        let request = Request::post("/v1/warehouses").header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.header(header::CONTENT_TYPE, "application/json").body(drips()).unwrap();
        tokio::time::timeout(std::time::Duration::from_secs(12), api.send(request)).await.expect("an answer before the body's end")
    };
    let begun = std::time::Instant::now();
    send("x").await.assert_problem(401, "/problems/unauthenticated");
    assert!(begun.elapsed().as_secs() < 5, "a stranger was waited for");
    send(&api.operator().0).await.assert_problem(408, "/problems/body-too-slow");
}

#[tokio::test]
async fn two_tokens_are_none() {
    let api = Api::start().await;
    let good = format!("Bearer {}", api.operator().0);
    for pair in [[good.as_str(), "Bearer x"], ["Bearer x", good.as_str()], [good.as_str(), good.as_str()]] {
        let request =
            pair.into_iter().fold(Request::get("/v1/products/A-17"), |request, value| request.header(header::AUTHORIZATION, value));
        api.send(request.body(Body::empty()).unwrap()).await.assert_problem(401, "/problems/unauthenticated");
    }
}

#[tokio::test]
async fn a_customer_may_not_run_the_shop() {
    let api = Api::start().await;
    let ada = api.token_of(api.furnish().await);
    let head = api.head().await;
    for (path, body) in [
        ("/v1/warehouses", json!({"code": "x", "name": "X"})),
        ("/v1/products", json!({"sku": "x", "name": "X", "category": "x"})),
        ("/v1/products/A-17/price", json!({"price": {"amount": "0.01", "currency": "EUR"}})),
        ("/v1/customers", json!({})),
        ("/v1/warehouses/berlin/stock/A-17/receive", json!({"quantity": 1, "document": "d"})),
        ("/v1/lookups", json!({"kind": "product", "references": ["A-17"]})),
    ] {
        api.post(&ada, path, body).await.assert_problem(403, "/problems/forbidden");
    }
    assert_eq!(api.head().await, head);
}

#[tokio::test]
async fn all_bad_fields_are_named_at_once() {
    let api = Api::start().await;
    let order = json!({
        "currency": "XXX",
        "lines": [{"sku": "a b", "quantity": 0, "colour": "blue"}, {"quantity": 1_000_001, "sku": "A-17",
            "unit_price": {"amount": "1.005", "currency": "EUR"}, "discount": {"amount": 1, "currency": "EUR"}}],
        "delivery": {"kind": "ship", "address": {"name": "", "street": [], "postal_code": "1", "country": "XX"}},
        "payment": {"kind": "cash"},
        "placed_at": "yesterday",
        "gift": true,
    });
    let answer = api.post(&api.shop(), "/v1/orders", order).await;
    answer.assert_problem(400, "/problems/invalid-request");
    let expected = [
        "/currency",
        "/delivery/address/city",
        "/delivery/address/country",
        "/delivery/address/name",
        "/delivery/address/street",
        "/gift",
        "/lines/0/colour",
        "/lines/0/quantity",
        "/lines/0/sku",
        "/lines/1/discount/amount",
        "/lines/1/quantity",
        "/lines/1/unit_price",
        "/payment/kind",
        "/placed_at",
    ];
    assert_eq!(answer.pointers(), expected, "{:#}", answer.body);
}

#[tokio::test]
async fn an_order_has_at_most_500_lines() {
    let api = Api::start().await;
    let ada = api.token_of(api.furnish().await);
    let mut order = two_teapots();
    order["lines"] = json!(vec![json!({"sku": "A-17", "quantity": 1}); 501]);
    let answer = api.post(&ada, "/v1/orders", order.clone()).await;
    assert_eq!(answer.assert(400).pointers(), ["/lines"]);
    order["lines"].as_array_mut().unwrap().pop();
    api.post(&ada, "/v1/orders", order.clone()).await.assert(201);
    order["lines"] = json!([]);
    assert_eq!(api.post(&ada, "/v1/orders", order).await.assert(400).pointers(), ["/lines"]);
}

#[tokio::test]
async fn money_is_within_its_bounds_and_a_text() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    for amount in [json!(10), json!("1e3"), json!("1_000"), json!("10000000000000.01"), json!("-10000000000000.01"), json!("")] {
        let mut order = channel_order(ada, "order-1");
        order["lines"][0]["unit_price"] = json!({"amount": amount, "currency": "EUR"});
        let answer = api.post(&api.shop(), "/v1/orders", order).await;
        assert!(answer.assert(400).pointers()[0].starts_with("/lines/0/unit_price"), "{:#}", answer.body);
    }
    let mut order = channel_order(ada, "order-1");
    order["lines"][0]["unit_price"]["amount"] = json!("10000000000000.00");
    order["lines"][0]["quantity"] = json!(1_000_000);
    api.post(&api.shop(), "/v1/orders", order).await.assert_problem(422, "/problems/amount-out-of-bounds");
}

#[tokio::test]
async fn the_logs_own_markers_and_zero_bytes_are_refused_anywhere() {
    let api = Api::start().await;
    let anna = api.operator();
    for body in [
        json!({"$personal": {"subject": "x", "value": 1}}),
        json!({"name": "Ada", "attributes": {"$sealed": "x"}}),
        json!({"name": "A\u{0}da"}),
        json!({"attributes": {"a\u{0}": "x"}}),
    ] {
        api.post(&anna, "/v1/customers", body).await.assert_problem(400, "/problems/invalid-request");
    }
    api.get(&anna, "/v1/products/%00").await.assert(400);
    assert_eq!(api.head().await, 0);
}

#[tokio::test]
async fn what_is_not_json_is_said_to_be_so() {
    let api = Api::start().await;
    let send = |media_type: &'static str, body: &str| {
        let token = format!("Bearer {}", api.operator().0);
        let request = Request::post("/v1/warehouses").header(header::AUTHORIZATION, token).header(header::CONTENT_TYPE, media_type);
        api.send(request.body(Body::from(body.to_owned())).unwrap())
    };
    send("text/plain", "{}").await.assert_problem(415, "/problems/unsupported-media-type");
    send("application/json", "{\"code\":").await.assert_problem(400, "/problems/malformed-json");
    send("application/json", "{\"code\":\"a\",\"code\":\"b\",\"name\":\"n\"}").await.assert_problem(400, "/problems/malformed-json");
    send("application/json", "[]").await.assert_problem(400, "/problems/invalid-request");
    send("application/json; charset=utf-8", "{\"code\":\"a\",\"name\":\"n\"}").await.assert(201);
    let large = format!("{{\"code\":\"a\",\"name\":\"{}\"}}", "n".repeat(1024 * 1024));
    send("application/json", &large).await.assert_problem(413, "/problems/body-too-large");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let api = Api::start().await;
    let anna = api.operator();
    api.get(&anna, "/v1/nonsense").await.assert_problem(404, "/problems/not-found");
    let wrong = api.get(&anna, "/v1/lookups").await;
    wrong.assert_problem(405, "/problems/method-not-allowed");
    assert_eq!(wrong.headers["allow"], "POST");
    api.post(&anna, "/v1/orders/not-a-uuid/cancel", json!({})).await.assert_problem(400, "/problems/invalid-request");
    let unknown = api.get(&anna, "/v1/products/A-17?colour=blue").await;
    unknown.assert_problem(400, "/problems/invalid-request");
}

#[tokio::test]
async fn a_trace_is_carried_into_the_log() {
    let api = Api::start().await;
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let body = json!({"code": "berlin", "name": "Berlin"});
    api.post_with(&api.operator(), "/v1/warehouses", &[("traceparent", trace)], body).await.assert(201);
    assert_eq!(api.events("warehouse-berlin").await[0].metadata.traceparent.as_deref(), Some(trace));
}

#[tokio::test]
async fn a_body_that_is_packed_is_not_taken_for_one_that_is_not() {
    let api = Api::start().await;
    let send = |encoding: &'static str| {
        let token = format!("Bearer {}", api.operator().0);
        let request = Request::post("/v1/warehouses").header(header::AUTHORIZATION, token);
        let request = request.header(header::CONTENT_TYPE, "application/json").header(header::CONTENT_ENCODING, encoding);
        api.send(request.body(Body::from("{\"code\":\"a\",\"name\":\"n\"}")).unwrap())
    };
    send("gzip").await.assert_problem(415, "/problems/unsupported-media-type");
    send("identity, br").await.assert_problem(415, "/problems/unsupported-media-type");
    send("identity").await.assert(201);
}

#[tokio::test]
async fn what_is_not_json_is_told_where_and_in_words() {
    let api = Api::start().await;
    let send = |body: String| {
        let token = format!("Bearer {}", api.operator().0);
        let request = Request::post("/v1/warehouses").header(header::AUTHORIZATION, token).header(header::CONTENT_TYPE, "application/json");
        api.send(request.body(Body::from(body)).unwrap())
    };
    let broken = send("{\n \"code\": }".to_owned()).await;
    assert_eq!(broken.assert(400).body["detail"], "the body is not JSON at line 2, column 10");
    let twice = send("{\"code\":\"a\",\"code\":\"b\"}".to_owned()).await;
    assert!(twice.assert(400).body["detail"].as_str().unwrap().starts_with("the member \"code\" is given twice"), "{:#}", twice.body);
    for levels in [120, 200, 100_000] {
        let deep = send(format!("{{\"code\":{}{}}}", "[".repeat(levels), "]".repeat(levels))).await;
        assert!(!deep.assert(400).body.to_string().contains("recursion"), "{levels}");
    }
}

#[tokio::test]
async fn what_may_name_a_person_or_pays_by_itself_does_not_come_into_the_log() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let head = api.head().await;
    let suspend = format!("/v1/customers/{ada}/suspend");
    let free = api.post(&api.operator(), &suspend, json!({"reason": "called by Anna Muster 0171 23"})).await;
    assert_eq!(free.assert(400).pointers(), ["/reason"]);
    let named = api.post(&api.shop(), "/v1/customers", json!({"channel_reference": "anna@example.com"})).await;
    assert_eq!(named.assert(400).pointers(), ["/channel_reference"]);
    let named = api.post(&api.shop(), "/v1/orders", channel_order(ada, "anna@example.com")).await;
    assert_eq!(named.assert(400).pointers(), ["/channel_reference"]);
    let receipt = json!({"quantity": 1, "document": "anna@example.com"});
    let received = api.post(&api.operator(), "/v1/warehouses/berlin/stock/A-17/receive", receipt).await;
    assert_eq!(received.assert(400).pointers(), ["/document"]);
    for method in ["tok_1Nk", "4242424242424242", "Anna Muster"] {
        let mut order = two_teapots();
        order["payment"]["method"] = json!(method);
        assert_eq!(api.post(&api.token_of(ada), "/v1/orders", order).await.assert(400).pointers(), ["/payment/method"], "{method}");
    }
    assert_eq!(api.head().await, head);
}
