use identity::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::{Api, channel_order, nobody, two_teapots};

#[tokio::test]
async fn a_customer_places_an_order_at_list_prices() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let answer = api.post(&api.token_of(ada), "/v1/orders", two_teapots()).await;
    answer.assert(201);
    assert_eq!(answer.headers["etag"], "\"1\"");
    assert_eq!(answer.headers["location"], format!("/v1/orders/{}", answer.id()));
    assert_eq!(answer.headers["orderly-position"], answer.body["position"].as_str().unwrap());

    let events = api.events(&format!("order-{}", answer.id())).await;
    assert_eq!(events.len(), 1);
    let placed: Value = serde_json::from_str(events[0].payload.get()).unwrap();
    let placed = &placed["order.placed"];
    assert_eq!(placed["goods"], json!({"amount": "20.00", "currency": "EUR"}));
    assert_eq!(placed["total"], json!({"amount": "22.00", "currency": "EUR"}), "10 % tax");
    assert_eq!(placed["lines"][0]["name"], "Teapot");
    assert_eq!(placed["customer"], ada.to_string());
    assert_eq!(events[0].metadata.actor, format!("customer:{ada}"));
    assert_eq!(events[0].metadata.correlation_id, Some(answer.id().parse::<Uuid>().unwrap()));
}

#[tokio::test]
async fn a_tier_takes_its_share_off() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    api.post(&api.operator(), &format!("/v1/customers/{ada}/change-tier"), json!({"tier": "gold"})).await.assert(200);
    let answer = api.post(&api.token_of(ada), "/v1/orders", two_teapots()).await;
    let order = api.get(&api.token_of(ada), &format!("/v1/orders/{}", answer.assert(201).id())).await;
    assert_eq!(order.body["goods"]["amount"], "18.00");
    assert_eq!(order.body["total"]["amount"], "19.80");
    assert_eq!(order.body["tier"], "gold");
}

#[tokio::test]
async fn a_channel_places_an_order_at_its_own_prices_once_for_ever() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let order = channel_order(ada, "order-4711");
    let first = api.post(&api.shop(), "/v1/orders", order.clone()).await;
    first.assert(201);
    let head = api.head().await;
    let again = api.post(&api.shop(), "/v1/orders", order).await;
    again.assert(201);
    assert_eq!((again.id(), &again.body["version"]), (first.id(), &first.body["version"]));
    assert_eq!(api.head().await, head, "the same order again is no news");

    let mut other = channel_order(ada, "order-4711");
    other["lines"][0]["quantity"] = json!(4);
    api.post(&api.shop(), "/v1/orders", other).await.assert_problem(409, "/problems/duplicate-channel-reference");

    let read = api.get(&api.shop(), &format!("/v1/orders/{}", first.id())).await;
    assert_eq!(read.body["total"]["amount"], "28.97", "3 × 9.99 − 1.00");
    assert_eq!((&read.body["channel"], &read.body["channel_reference"]), (&json!("shop"), &json!("order-4711")));
    assert_eq!(read.body["placed_at"], "2017-01-01T10:00:00Z");
}

#[tokio::test]
async fn a_channel_names_customers_by_its_own_references() {
    let api = Api::start().await;
    api.furnish().await;
    let customer = api.post(&api.shop(), "/v1/customers", json!({"channel_reference": "household-7"})).await;
    let mut order = channel_order(nobody(), "order-1");
    order.as_object_mut().unwrap().remove("customer");
    order["customer_reference"] = json!("household-7");
    let placed = api.post(&api.shop(), "/v1/orders", order).await;
    let read = api.get(&api.shop(), &format!("/v1/orders/{}", placed.assert(201).id())).await;
    assert_eq!(read.body["customer"], customer.id());
}

#[tokio::test]
async fn totals_that_do_not_add_up_are_refused_with_the_field() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let mut order = channel_order(ada, "order-1");
    order["total"] = json!({"amount": "28.98", "currency": "EUR"});
    let head = api.head().await;
    let answer = api.post(&api.shop(), "/v1/orders", order).await;
    answer.assert_problem(422, "/problems/totals-mismatch");
    assert_eq!(answer.body["field"], "total");
    assert_eq!(api.head().await, head);
}

#[tokio::test]
async fn an_amount_in_another_currency_than_the_order_is_refused() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let mut order = channel_order(ada, "order-1");
    order["lines"][0]["tax"] = json!({"amount": "1.00", "currency": "USD"});
    api.post(&api.shop(), "/v1/orders", order).await.assert_problem(422, "/problems/currency-mismatch");

    let mut order = two_teapots();
    order["currency"] = json!("JPY");
    let answer = api.post(&api.token_of(ada), "/v1/orders", order).await;
    answer.assert_problem(422, "/problems/currency-not-supported");
    assert_eq!(answer.body["sku"], "A-17");
}

#[tokio::test]
async fn only_a_channel_has_prices_of_its_own() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let order = channel_order(ada, "order-1");
    api.post(&api.token_of(ada), "/v1/orders", order.clone()).await.assert_problem(403, "/problems/forbidden");
    api.post(&api.operator(), "/v1/orders", order).await.assert_problem(403, "/problems/forbidden");
}

#[tokio::test]
async fn a_customer_orders_for_nobody_else() {
    let api = Api::start().await;
    let (ada, bob) = (api.furnish().await, api.customer().await);
    let mut order = two_teapots();
    order["customer"] = json!(bob.to_string());
    api.post(&api.token_of(ada), "/v1/orders", order).await.assert_problem(404, "/problems/not-found");
}

#[tokio::test]
async fn an_operator_orders_for_a_customer_who_must_be_active() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let mut order = two_teapots();
    let unnamed = api.post(&api.operator(), "/v1/orders", order.clone()).await;
    assert_eq!(unnamed.assert(400).pointers(), ["/customer"]);
    order["customer"] = json!(ada.to_string());
    api.post(&api.operator(), &format!("/v1/customers/{ada}/suspend"), json!({"reason": "does_not_pay"})).await.assert(200);
    api.post(&api.operator(), "/v1/orders", order.clone()).await.assert_problem(409, "/problems/customer-inactive");
    api.post(&api.operator(), &format!("/v1/customers/{ada}/reinstate"), json!({})).await.assert(200);
    api.post(&api.operator(), "/v1/orders", order).await.assert(201);
}

#[tokio::test]
async fn what_is_not_sold_cannot_be_ordered() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    api.post(&api.operator(), "/v1/products/A-17/pause", json!({})).await.assert(200);
    let answer = api.post(&api.token_of(ada), "/v1/orders", two_teapots()).await;
    answer.assert_problem(409, "/problems/product-not-orderable");
    assert_eq!((&answer.body["sku"], &answer.body["state"]), (&json!("A-17"), &json!("paused")));
}

#[tokio::test]
async fn a_retry_has_the_first_answer_whatever_became_of_its_products() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let key = [("idempotency-key", "k-1")];
    let first = api.post_with(&api.token_of(ada), "/v1/orders", &key, two_teapots()).await;
    api.post(&api.operator(), "/v1/products/A-17/discontinue", json!({})).await.assert(200);
    let again = api.post_with(&api.token_of(ada), "/v1/orders", &key, two_teapots()).await;
    assert_eq!((again.assert(201).id(), &again.body), (first.id(), &first.body));
}

#[tokio::test]
async fn a_shipped_order_holds_its_address_only_sealed() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let mut order = two_teapots();
    order["delivery"] = json!({"kind": "ship", "address": {"name": "Ada Lovelace", "street": ["St James's Square 12"],
        "postal_code": "90402", "city": "Nürnberg", "country": "DE"}});
    let answer = api.post(&api.token_of(ada), "/v1/orders", order).await;
    let events = api.events(&format!("order-{}", answer.assert(201).id())).await;
    let payload = events[0].payload.get();
    for personal in ["Lovelace", "James", "90402", "rnberg", "$personal"] {
        assert!(!payload.contains(personal), "{personal} stands in the log: {payload}");
    }
    let placed: Value = serde_json::from_str(payload).unwrap();
    assert_eq!(placed["order.placed"]["shipping"]["amount"], "25.00", "10.00, and 15.00 for a remote place");
    assert_eq!(placed["order.placed"]["delivery"]["country"], "DE");
}

#[tokio::test]
async fn an_order_is_canceled_by_its_customer_and_by_nobody_elses() {
    let api = Api::start().await;
    let (ada, bob) = (api.furnish().await, api.customer().await);
    let order = api.post(&api.token_of(ada), "/v1/orders", two_teapots()).await;
    let path = format!("/v1/orders/{}/cancel", order.id());
    let unseen = api.post(&api.token_of(bob), &path, json!({})).await;
    unseen.assert_problem(404, "/problems/not-found");
    assert_eq!(
        unseen.body,
        json!({"type": "/problems/not-found", "title": "nothing is here", "status": 404,
        "detail": format!("there is no order {}", order.id())})
    );
    for version in ["\"1\"", "\"7\""] {
        let guessed = api.post_with(&api.token_of(bob), &path, &[("if-match", version)], json!({})).await;
        assert_eq!(guessed.body, unseen.body, "nothing tells that it is there, its version neither");
    }
    assert_eq!(api.post(&api.shop(), &path, json!({})).await.body, unseen.body, "no channel has named it");
    api.post(&api.token_of(ada), &path, json!({"reason": "ordered_by_mistake"})).await.assert(200);
    assert_eq!(api.event_types(&format!("order-{}", order.id())).await, ["order.placed", "order.cancelation_started"]);
    let read = api.get(&api.token_of(ada), &format!("/v1/orders/{}", order.id())).await;
    assert_eq!((&read.body["status"], &read.body["reason"]["code"]), (&json!("canceling"), &json!("ordered_by_mistake")));
}

#[tokio::test]
async fn a_channel_calls_its_own_order_off_and_no_other_channels() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let order = api.post(&api.shop(), "/v1/orders", channel_order(ada, "order-1")).await;
    let path = format!("/v1/orders/{}/cancel", order.assert(201).id());
    let market = api.token(Role::Service, "market", Some("market"));
    api.post(&market, &path, json!({})).await.assert_problem(404, "/problems/not-found");
    assert_eq!(api.get(&api.shop(), &format!("/v1/orders/{}", order.id())).await.body["allowed_commands"], json!(["cancel"]));
    api.post(&api.shop(), &path, json!({"reason": "customer_request"})).await.assert(200);
    assert_eq!(api.event_types(&format!("order-{}", order.id())).await, ["order.placed", "order.cancelation_started"]);
}

#[tokio::test]
async fn a_channel_orders_for_its_own_customers_and_the_shops_and_for_no_other_channels() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let market = api.token(Role::Service, "market", Some("market"));
    let theirs = api.post(&market, "/v1/customers", json!({"channel_reference": "household-1"})).await;
    let theirs = theirs.assert(201).id().parse().unwrap();
    let head = api.head().await;
    api.post(&api.shop(), "/v1/orders", channel_order(theirs, "order-1")).await.assert_problem(404, "/problems/not-found");
    assert_eq!(api.head().await, head);
    api.post(&market, "/v1/orders", channel_order(theirs, "order-1")).await.assert(201);
    api.post(&api.shop(), "/v1/orders", channel_order(ada, "order-1")).await.assert(201);
}

/// Instants that a database or a reader of the log could not hold, or that cannot have been.
pub(crate) const IMPOSSIBLE: [&str; 8] = [
    "-9999-12-31T23:59:59Z",
    "0000-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00+00:01",
    "+10000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z",
];

#[tokio::test]
async fn an_order_was_placed_at_a_time_that_can_have_been() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let head = api.head().await;
    for at in IMPOSSIBLE {
        let mut order = channel_order(ada, "order-1");
        order["placed_at"] = json!(at);
        assert_eq!(api.post(&api.shop(), "/v1/orders", order).await.assert(400).pointers(), ["/placed_at"], "{at}");
    }
    assert_eq!(api.head().await, head);
    let soon = (chrono::Utc::now() + chrono::TimeDelta::hours(23)).to_rfc3339();
    for (reference, at) in [("order-1", "1970-01-01T00:00:00Z"), ("order-2", &soon)] {
        let mut order = channel_order(ada, reference);
        order["placed_at"] = json!(at);
        api.post(&api.shop(), "/v1/orders", order).await.assert(201);
    }
}

/// An order of a channel's at list prices.
fn listed(customer: aggregates::values::CustomerId, reference: &str) -> Value {
    let mut order = two_teapots();
    order["customer"] = json!(customer.to_string());
    order["channel_reference"] = json!(reference);
    order
}

#[tokio::test]
async fn a_channels_order_at_list_prices_is_the_same_order_whatever_became_of_the_list() {
    let api = Api::start().await;
    let (ada, anna) = (api.furnish().await, api.operator());
    api.post(&anna, "/v1/warehouses", json!({"code": "paris", "name": "Paris"})).await.assert(201);
    let mut order = listed(ada, "order-1");
    order["delivery"]["warehouse"] = json!("paris");
    order["total"] = json!({"amount": "22.00", "currency": "EUR"});
    let first = api.post(&api.shop(), "/v1/orders", order.clone()).await.assert(201).body.clone();
    let happens = [
        ("/v1/products/A-17/price".to_owned(), json!({"price": {"amount": "12.00", "currency": "EUR"}})),
        (format!("/v1/customers/{ada}/change-tier"), json!({"tier": "gold"})),
        ("/v1/products/A-17/pause".to_owned(), json!({})),
        (format!("/v1/customers/{ada}/suspend"), json!({"reason": "does_not_pay"})),
        ("/v1/products/A-17/discontinue".to_owned(), json!({})),
        ("/v1/warehouses/paris/close".to_owned(), json!({})),
    ];
    for (path, body) in happens {
        api.post(&anna, &path, body).await.assert(200);
        let head = api.head().await;
        let again = api.post(&api.shop(), "/v1/orders", order.clone()).await;
        assert_eq!((again.assert(201).id(), &again.body["version"]), (first["id"].as_str().unwrap(), &first["version"]), "after {path}");
        assert_eq!(api.head().await, head, "after {path}");
    }
    let mut other = order.clone();
    other["lines"][0]["quantity"] = json!(3);
    api.post(&api.shop(), "/v1/orders", other).await.assert_problem(409, "/problems/duplicate-channel-reference");
    order["channel_reference"] = json!("order-2");
    order["delivery"] = json!({"kind": "none"});
    api.post(&api.shop(), "/v1/orders", order).await.assert_problem(409, "/problems/product-not-orderable");
}

#[tokio::test]
async fn a_channels_order_at_its_own_prices_is_the_same_order_whatever_became_of_the_product() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let order = channel_order(ada, "order-1");
    let first = api.post(&api.shop(), "/v1/orders", order.clone()).await.assert(201).id().to_owned();
    api.post(&api.operator(), "/v1/products/A-17/discontinue", json!({})).await.assert(200);
    assert_eq!(api.post(&api.shop(), "/v1/orders", order.clone()).await.assert(201).id(), first);
    let mut other = order;
    other["lines"][0]["unit_price"]["amount"] = json!("9.98");
    api.post(&api.shop(), "/v1/orders", other).await.assert_problem(409, "/problems/duplicate-channel-reference");
}

#[tokio::test]
async fn every_product_that_is_not_sold_is_named() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let mut order = two_teapots();
    order["lines"] = json!([{"sku": "B-1", "quantity": 1}, {"sku": "A-17", "quantity": 1}, {"sku": "C-1", "quantity": 1}]);
    let answer = api.post(&api.token_of(ada), "/v1/orders", order).await;
    answer.assert_problem(409, "/problems/product-not-orderable");
    assert_eq!(answer.body["products"], json!([{"sku": "B-1", "status": "not_added"}, {"sku": "C-1", "status": "not_added"}]));
    let detail = answer.body["detail"].as_str().unwrap();
    assert!(detail.contains("B-1") && detail.contains("C-1") && !detail.contains("A-17"), "{detail}");
}

#[tokio::test]
async fn an_order_of_which_nothing_is_due_counts_as_paid_until_it_is_canceled() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    for (reference, field, amount) in [("free", "unit_price", "0.00"), ("discounted", "discount", "29.97")] {
        let mut order = channel_order(ada, reference);
        order["lines"][0][field]["amount"] = json!(amount);
        if reference == "free" {
            order["lines"][0]["discount"]["amount"] = json!("0.00");
        }
        let path = format!("/v1/orders/{}", api.post(&api.shop(), "/v1/orders", order).await.assert(201).id());
        let placed = api.get(&api.shop(), &path).await;
        assert_eq!((&placed.body["payment_status"], &placed.body["due"]["amount"]), (&json!("captured"), &json!("0.00")), "{reference}");
        api.post(&api.operator(), &format!("{path}/cancel"), json!({})).await.assert(200);
        assert_eq!(api.get(&api.shop(), &path).await.body["payment_status"], "unpaid", "it was never paid for: {reference}");
    }
}

#[tokio::test]
async fn what_no_carrier_can_bring_is_not_ordered_to_be_sent() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    for sku in ["B-1", "C-1"] {
        let product = json!({"sku": sku, "name": "Gift card", "category": "vouchers", "activate": true,
            "prices": [{"amount": "10.00", "currency": "EUR"}]});
        api.post(&api.operator(), "/v1/products", product).await.assert(201);
    }
    let address = json!({"name": "Ada Lovelace", "street": ["Main Street 1"], "postal_code": "10115", "city": "Berlin", "country": "DE"});
    let mut order = two_teapots();
    order["lines"] = json!([{"sku": "C-1", "quantity": 1}, {"sku": "A-17", "quantity": 1}, {"sku": "B-1", "quantity": 1}]);
    order["delivery"] = json!({"kind": "ship", "address": address});
    let head = api.head().await;
    let refused = api.post(&api.token_of(ada), "/v1/orders", order.clone()).await;
    refused.assert_problem(422, "/problems/product-not-shippable");
    assert_eq!((&refused.body["sku"], &refused.body["products"]), (&json!("B-1"), &json!(["B-1", "C-1"])));
    let mut own_prices = channel_order(ada, "order-1");
    own_prices["lines"][0]["sku"] = json!("B-1");
    own_prices["delivery"] = order["delivery"].clone();
    api.post(&api.shop(), "/v1/orders", own_prices).await.assert_problem(422, "/problems/product-not-shippable");
    assert_eq!(api.head().await, head, "nothing was charged for, nothing is held");
    order["delivery"] = json!({"kind": "pickup", "warehouse": "berlin"});
    api.post(&api.token_of(ada), "/v1/orders", order).await.assert(201);
}

#[tokio::test]
async fn an_order_is_fetched_where_there_is_a_warehouse() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let mut order = two_teapots();
    order["delivery"]["warehouse"] = json!("atlantis");
    let head = api.head().await;
    let answer = api.post(&api.token_of(ada), "/v1/orders", order).await;
    answer.assert_problem(422, "/problems/pickup-not-possible");
    assert_eq!((&answer.body["warehouse"], api.head().await), (&json!("atlantis"), head));
    api.post(&api.operator(), "/v1/warehouses", json!({"code": "atlantis", "name": "Atlantis"})).await.assert(201);
    api.post(&api.operator(), "/v1/warehouses/atlantis/close", json!({})).await.assert(200);
    let mut closed = two_teapots();
    closed["delivery"]["warehouse"] = json!("atlantis");
    api.post(&api.token_of(ada), "/v1/orders", closed).await.assert_problem(422, "/problems/pickup-not-possible");
}

#[tokio::test]
async fn a_total_in_another_currency_is_no_price_that_has_changed() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let usd = json!({"amount": "22.00", "currency": "USD"});
    let mut own = channel_order(ada, "order-1");
    own["total"] = usd.clone();
    let mut listed = two_teapots();
    listed["total"] = usd;
    for (token, order) in [(api.shop(), own), (api.token_of(ada), listed)] {
        let answer = api.post(&token, "/v1/orders", order).await;
        answer.assert_problem(422, "/problems/currency-mismatch");
        assert_eq!(answer.body["field"], "total");
    }
}
