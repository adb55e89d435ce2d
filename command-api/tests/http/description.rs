use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::api::Api;
use crate::shipments::confirm;

fn operations() -> Vec<(String, String, Value)> {
    let document: Value = serde_json::from_str(&command_api::openapi_json()).unwrap();
    let paths = document["paths"].as_object().unwrap().clone();
    paths
        .into_iter()
        .flat_map(|(path, item)| {
            let item = item.as_object().unwrap().clone();
            item.into_iter().map(move |(method, operation)| (path.clone(), method, operation))
        })
        .collect()
}

/// What is committed at a path is what the code says; `UPDATE_OPENAPI` writes it.
pub(crate) fn assert_committed(path: &str, said: &str) {
    let whole = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&whole, said).unwrap();
    }
    let committed = std::fs::read_to_string(&whole).unwrap_or_default();
    assert!(
        committed == said,
        "command-api/{path} is not what the code says: run its tests with UPDATE_OPENAPI=1 and look at the difference"
    );
}

#[test]
fn the_committed_document_is_what_the_code_says() {
    assert_committed("openapi.json", &command_api::openapi_json());
}

#[test]
fn the_page_of_commands_is_what_the_catalogue_says() {
    assert_committed("../docs/commands.md", &command_api::catalogue::page());
}

#[test]
fn every_route_has_its_line_in_the_catalogue_and_every_line_its_route() {
    let routes: BTreeSet<_> = operations().into_iter().map(|(path, method, _)| (method.to_uppercase(), path)).collect();
    let lines: BTreeSet<_> = command_api::catalogue::lines().map(|line| (line.verb.as_str().to_owned(), line.path.to_owned())).collect();
    assert_eq!(routes, lines);
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_how_it_fails() {
    let operations = operations();
    let names: BTreeSet<_> = operations.iter().map(|(_, _, operation)| operation["operationId"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), operations.len());
    for (path, method, operation) in &operations {
        let expected: &[&str] =
            if method == "get" { &["400", "401", "404", "409", "503"] } else { &["400", "401", "409", "412", "413", "415", "422", "503"] };
        for status in expected {
            let problem = &operation["responses"][status]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(problem, "#/components/schemas/Problem", "{method} {path} {status}");
        }
        assert!(operation["summary"].is_string(), "{method} {path} has no summary");
        let signed = path.starts_with("/v1/webhooks");
        assert_eq!(operation["security"].is_array(), !signed, "{method} {path}");
    }
}

#[test]
fn the_bounds_are_in_the_document() {
    let document: Value = serde_json::from_str(&command_api::openapi_json()).unwrap();
    let schemas = &document["components"]["schemas"];
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(schemas["PlaceOrderRequest"]["properties"]["lines"]["maxItems"], 500);
    assert_eq!(schemas["LineRequest"]["properties"]["quantity"]["maximum"], 1_000_000);
    assert_eq!(schemas["Name"]["maxLength"], 200);
    assert_eq!(schemas["LookupRequest"]["properties"]["references"]["maxItems"], 1000);
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let text = command_api::openapi_json();
    let document: Value = serde_json::from_str(&text).unwrap();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name} is not there");
    }
}

#[test]
fn what_may_be_sent_is_closed() {
    let document: Value = serde_json::from_str(&command_api::openapi_json()).unwrap();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let variants = schema["oneOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
        for variant in variants.iter().filter(|variant| name.ends_with("Request") && variant["type"] == "object") {
            assert_eq!(variant["additionalProperties"], false, "{name} lets unknown fields in: {variant:#}");
        }
    }
}

#[tokio::test]
async fn the_page_needs_no_token_and_no_internet() {
    let api = Api::start().await;
    let get = |path: &'static str| api.send(Request::get(path).body(Body::empty()).unwrap());
    assert_eq!(get("/openapi.json").await.assert(200).body["openapi"], "3.1.0");
    assert_eq!(get("/docs").await.headers["location"], "/docs/");
    for part in ["/docs/", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/docs/start.js"] {
        get(part).await.assert(200);
    }
    let page = get("/docs/").await.body;
    assert!(!page.as_str().unwrap().contains("https://"), "{page}");
    get("/docs/nonsense").await.assert_problem(404, "/problems/not-found");
}

/// The example of a command's body in the document: the only one, or the one whose name begins so.
fn example(operation: &str, name: &str) -> Value {
    let (_, _, described) = operations().into_iter().find(|(_, _, described)| described["operationId"] == operation).unwrap();
    let content = &described["requestBody"]["content"]["application/json"];
    let named = content["examples"].as_object().and_then(|all| all.iter().find(|(key, _)| key.starts_with(name)));
    named.map_or_else(|| content["example"].clone(), |(_, example)| example["value"].clone())
}

#[tokio::test]
async fn the_examples_of_the_description_work_one_after_the_other() {
    let api = Api::start().await;
    let admin = api.token(identity::Role::Admin, "admin", None);
    let post = async |path: &str, operation: &str| api.post(&admin, path, example(operation, "")).await;
    post("/v1/warehouses", "open_warehouse").await.assert(201);
    post("/v1/products", "add_product").await.assert(201);
    post("/v1/products/A-17/price", "price_product").await.assert(200);
    post("/v1/products/A-17/weigh", "weigh_product").await.assert(200);
    post("/v1/warehouses/berlin/stock/A-17/receive", "receive_stock").await.assert(200);
    assert_eq!(post("/v1/lookups", "look_up").await.assert(200).body["found"].as_array().unwrap().len(), 1);
    let registered = api.post(&admin, "/v1/customers", example("register_customer", "1")).await;
    let customer = registered.assert(201).id();
    post(&format!("/v1/customers/{customer}/change-tier"), "change_customer_tier").await.assert(200);
    let ada = api.token_of(customer.parse().unwrap());
    let placed = api.post(&ada, "/v1/orders", example("place_order", "1")).await;
    let order = placed.assert(201).id();
    api.post(&ada, &format!("/v1/orders/{order}/cancel"), example("cancel_order", "")).await.assert(200);
    let web = api.token(identity::Role::Service, "web", Some("web"));
    api.post(&web, "/v1/customers", example("register_customer", "2")).await.assert(201);
    let by_staff = api.post(&admin, "/v1/orders", example("place_order", "2")).await;
    let by_channel = api.post(&web, "/v1/orders", example("place_order", "3")).await;
    let path = format!("/v1/orders/{}", by_channel.assert(201).id());
    let (read, of_staff) = (api.get(&web, &path).await.body, api.get(&admin, &format!("/v1/orders/{}", by_staff.assert(201).id())).await);
    assert_eq!(read["customer"], of_staff.body["customer"], "the staff's example names the channel's customer");
    confirm(&api, by_channel.id().parse().unwrap(), serde_json::from_value(read["total"].clone()).unwrap()).await;
    let parcel = post(&format!("{path}/shipments"), "plan_shipment").await.assert(201).id().to_owned();
    api.post(&admin, &format!("{path}/shipments/{parcel}/pack"), json!({})).await.assert(200);
    post(&format!("{path}/shipments/{parcel}/dispatch"), "dispatch_shipment").await.assert(200);
    post(&format!("{path}/shipments/{parcel}/deliver"), "deliver_shipment").await.assert(200);
    post(&format!("/v1/customers/{customer}/suspend"), "suspend_customer").await.assert(200);
}
