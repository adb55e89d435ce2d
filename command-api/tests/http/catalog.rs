use aggregates::decisions::stocking::CloseWarehouse;
use event_store::{CommandKey, Envelope};
use serde_json::json;

use crate::api::Api;

#[tokio::test]
async fn a_product_is_added_priced_and_taken_out_of_sale() {
    let api = Api::start().await;
    let anna = api.operator();
    let eur = |amount: &str| json!({"amount": amount, "currency": "EUR"});
    let product =
        json!({"sku": "A-17", "name": "Teapot", "category": "kitchen", "shippable": true, "prices": [eur("10.00")], "weight_grams": 800});
    let added = api.post(&anna, "/v1/products", product.clone()).await;
    assert_eq!((added.assert(201).id(), &added.headers["location"]), ("A-17", &"/v1/products/A-17".parse().unwrap()));
    api.post(&anna, "/v1/products", product).await.assert(201);
    api.post(&anna, "/v1/products/A-17/price", json!({"price": eur("12.50")})).await.assert(200);
    api.post(&anna, "/v1/products/A-17/weigh", json!({"weight_grams": 750})).await.assert(200);
    for verb in ["activate", "pause", "activate", "discontinue"] {
        api.post(&anna, &format!("/v1/products/A-17/{verb}"), json!({})).await.assert(200);
    }
    api.post(&anna, "/v1/products/A-17/activate", json!({})).await.assert_problem(409, "/problems/wrong-product-status");
    let read = api.get(&anna, "/v1/products/A-17").await;
    assert_eq!((&read.body["status"], &read.body["prices"]), (&json!("discontinued"), &json!([eur("12.50")])));
    let types = api.event_types("product-A-17").await;
    assert_eq!(&types[types.len() - 4..], ["product.activated", "product.paused", "product.activated", "product.discontinued"]);
}

#[tokio::test]
async fn what_was_entered_wrongly_of_a_draft_is_put_right_and_of_what_is_sold_it_is_not() {
    let api = Api::start().await;
    let anna = api.operator();
    let draft = json!({"sku": "G-1", "name": "Gitf card", "category": "kitchen", "shippable": true});
    api.post(&anna, "/v1/products", draft).await.assert(201);
    let path = "/v1/products/G-1/describe";
    api.post(&anna, path, json!({"name": "Gift card", "shippable": false})).await.assert(200);
    api.post(&anna, path, json!({"category": "vouchers"})).await.assert(200);
    let read = api.get(&anna, "/v1/products/G-1").await.body;
    assert_eq!((&read["name"], &read["category"], &read["shippable"]), (&json!("Gift card"), &json!("vouchers"), &json!(false)));
    assert_eq!(api.post(&anna, path, json!({"name": ""})).await.assert(400).pointers(), ["/name"]);
    api.post(&anna, "/v1/products/G-1/activate", json!({})).await.assert(200);
    api.post(&anna, path, json!({"name": "Bird"})).await.assert_problem(409, "/problems/wrong-product-status");
    let types = api.event_types("product-G-1").await;
    assert_eq!(types, ["product.added", "product.described", "product.described", "product.activated"]);
}

#[tokio::test]
async fn what_is_sold_has_a_positive_price() {
    let api = Api::start().await;
    let product = json!({"sku": "A-17", "name": "Teapot", "category": "kitchen", "prices": [{"amount": "0.00", "currency": "EUR"}]});
    api.post(&api.operator(), "/v1/products", product).await.assert_problem(422, "/problems/price-not-positive");
    assert_eq!(api.head().await, 0);
}

#[tokio::test]
async fn a_warehouse_is_opened_once_and_closed_for_ever() {
    let api = Api::start().await;
    let anna = api.operator();
    api.post(&anna, "/v1/warehouses", json!({"code": "berlin", "name": "Berlin", "priority": 2})).await.assert(201);
    api.post(&anna, "/v1/warehouses", json!({"code": "berlin", "name": "Berlin", "priority": 2})).await.assert(201);
    api.post(&anna, "/v1/warehouses", json!({"code": "berlin", "name": "Other"})).await.assert_problem(409, "/problems/warehouse-exists");
    for verb in ["start-maintenance", "end-maintenance", "close"] {
        api.post(&anna, &format!("/v1/warehouses/berlin/{verb}"), json!({})).await.assert(200);
    }
    let read = api.get(&anna, "/v1/warehouses/berlin").await;
    assert_eq!(
        (&read.body["status"], &read.body["priority"], &read.headers["etag"]),
        (&json!("closed"), &json!(2), &"\"4\"".parse().unwrap())
    );
}

#[tokio::test]
async fn a_warehouse_is_closed_when_it_is_empty_and_takes_nothing_in_from_then_on() {
    let api = Api::start().await;
    api.furnish().await;
    let anna = api.operator();
    api.post(&anna, "/v1/warehouses", json!({"code": "berlin-2", "name": "Berlin 2"})).await.assert(201);
    let refused = api.post(&anna, "/v1/warehouses/berlin/close", json!({})).await;
    refused.assert_problem(409, "/problems/warehouse-not-empty");
    assert_eq!((&refused.body["sku"], &refused.body["on_hand"]), (&json!("A-17"), &json!(10)));
    assert_eq!(api.get(&anna, "/v1/warehouses/berlin/stock/A-17").await.body["available"], 10);
    api.post(&anna, "/v1/warehouses/berlin-2/close", json!({})).await.assert(200);
    let receipt = json!({"quantity": 1, "document": "receipt-2"});
    let refused = api.post(&anna, "/v1/warehouses/berlin-2/stock/A-17/receive", receipt.clone()).await;
    refused.assert_problem(409, "/problems/warehouse-closed");
    api.post(&anna, "/v1/warehouses/berlin/stock/A-17/receive", receipt).await.assert(200);
}

#[tokio::test]
async fn what_a_closed_warehouse_has_is_not_available() {
    let api = Api::start().await;
    api.furnish().await;
    let (anna, path) = (api.operator(), "/v1/warehouses/berlin/stock/A-17");
    let close = CloseWarehouse { warehouse: "berlin".parse().unwrap(), items: vec![] };
    api.store.execute(close, Envelope::new(CommandKey::Once, "an older program")).await.unwrap().done().unwrap();
    let read = api.get(&anna, path).await.body;
    assert_eq!((&read["on_hand"], &read["available"]), (&json!(10), &json!(0)));
    assert_eq!(api.get(&anna, &format!("{path}?version=1")).await.body["available"], 0, "its first version is its present one");
}

#[tokio::test]
async fn a_document_is_received_once() {
    let api = Api::start().await;
    api.furnish().await;
    let (anna, path) = (api.operator(), "/v1/warehouses/berlin/stock/A-17/receive");
    api.post(&anna, path, json!({"quantity": 10, "document": "receipt-1"})).await.assert(200);
    api.post(&anna, path, json!({"quantity": 11, "document": "receipt-1"})).await.assert_problem(409, "/problems/duplicate-document");
    let stock = api.get(&anna, "/v1/warehouses/berlin/stock/A-17").await;
    assert_eq!((&stock.body["on_hand"], &stock.body["available"], &stock.body["id"]), (&json!(10), &json!(10), &json!("berlin/A-17")));
    let unknown = api.post(&anna, "/v1/warehouses/paris/stock/A-17/receive", json!({"quantity": 1, "document": "d"})).await;
    unknown.assert_problem(404, "/problems/warehouse-not-found");
    let both = api.post(&anna, "/v1/warehouses/%20/stock/%20/receive", json!({"quantity": 1, "document": "d"})).await;
    assert_eq!(both.assert(400).body["errors"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_product_has_one_price_in_a_currency() {
    let api = Api::start().await;
    let eur = |amount: &str| json!({"amount": amount, "currency": "EUR"});
    let usd = json!({"amount": "11.00", "currency": "USD"});
    let product = |prices: serde_json::Value| json!({"sku": "A-17", "name": "Teapot", "category": "kitchen", "prices": prices});
    let twice = api.post(&api.operator(), "/v1/products", product(json!([eur("10.00"), usd, eur("12.00")]))).await;
    twice.assert_problem(422, "/problems/currency-given-twice");
    assert_eq!((&twice.body["currency"], api.head().await), (&json!("EUR"), 0));
    api.post(&api.operator(), "/v1/products", product(json!([eur("10.00"), usd]))).await.assert(201);
}

#[tokio::test]
async fn a_name_that_a_path_cannot_hold_is_no_name() {
    let api = Api::start().await;
    for name in [".", ".."] {
        let product = json!({"sku": name, "name": "Dot", "category": "kitchen"});
        assert_eq!(api.post(&api.operator(), "/v1/products", product).await.assert(400).pointers(), ["/sku"]);
        let warehouse = json!({"code": name, "name": "Dot"});
        assert_eq!(api.post(&api.operator(), "/v1/warehouses", warehouse).await.assert(400).pointers(), ["/code"]);
    }
    api.post(&api.operator(), "/v1/products", json!({"sku": "...", "name": "Dots", "category": "kitchen"})).await.assert(201);
}

#[tokio::test]
async fn the_place_of_something_new_leads_to_it_whatever_its_name_is_made_of() {
    let api = Api::start().await;
    let anna = api.operator();
    for sku in ["a?b", "50%", "a#b", "%2F", "a&b=c;d", "{sku}", "[x]", "a\\b", "\"", "...", "a:b@c", "~a+b"] {
        let product = api.post(&anna, "/v1/products", json!({"sku": sku, "name": "Thing", "category": "things"})).await;
        let place = product.assert(201).headers["location"].to_str().unwrap().to_owned();
        assert_eq!(api.get(&anna, &place).await.assert(200).body["id"], sku, "{place}");
    }
    let warehouse = api.post(&anna, "/v1/warehouses", json!({"code": "b?1", "name": "B"})).await;
    let place = warehouse.assert(201).headers["location"].to_str().unwrap().to_owned();
    assert_eq!((place.as_str(), &api.get(&anna, &place).await.assert(200).body["id"]), ("/v1/warehouses/b%3F1", &json!("b?1")));
}
