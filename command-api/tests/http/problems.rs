//! Every type of problem has a page, and every page is that of a type.

use std::collections::BTreeSet;
use std::path::Path;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::api::{Api, two_teapots};
use crate::description::assert_committed;

#[test]
fn the_page_of_problems_is_what_the_code_says() {
    assert_committed("../docs/problems.md", &command_api::problems_page());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_leads_to_its_page() {
    let api = Api::start().await;
    let refused = api.get(&api.operator(), "/v1/orders/none").await;
    let led_to = refused.body["type"].as_str().unwrap();
    assert!(command_api::problem_types().any(|kind| kind == led_to), "{led_to}");
    for kind in command_api::problem_types().chain(["/problems"]) {
        let page = api.send(Request::get(kind).body(Body::empty()).unwrap()).await;
        page.assert(200);
        assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"), "{kind}");
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"), "{kind}");
        assert!(page.body.as_str().unwrap().contains(kind), "{kind}: {:#}", page.body);
    }
    api.send(Request::get("/problems/none").body(Body::empty()).unwrap()).await.assert_problem(404, "/problems/not-found");
}

/// The example on the page of a type.
fn example(name: &str) -> Value {
    let page = command_api::problems_page();
    let (_, section) = page.split_once(&format!("\n## /problems/{name}\n")).unwrap();
    serde_json::from_str(section.split("```json\n").nth(1).unwrap().split("\n```").next().unwrap()).unwrap()
}

#[tokio::test]
async fn the_examples_of_what_the_edge_finds_are_what_it_answers() {
    let api = Api::start().await;
    let (anna, ada) = (api.operator(), api.token_of(api.furnish().await));
    let receive = "/v1/warehouses/berlin/stock/A-17/receive";
    let request = |method: &str, path: &str, body: &str| {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {}", anna.0));
        request.header("content-type", "application/json").body(Body::from(body.to_owned())).unwrap()
    };
    let mut undeclared = request("POST", "/v1/warehouses", "{}");
    undeclared.headers_mut().remove("content-type");
    let mut order = two_teapots();
    order["lines"] = json!([{"sku": "A-17", "quantity": 0}, {"quantity": 1}]);
    let key = [("idempotency-key", "key-1")];
    api.post_with(&anna, receive, &key, json!({"quantity": 1, "document": "receipt-2"})).await.assert(200);
    for (answer, name) in [
        (api.post(&ada, "/v1/orders", order).await, "invalid-request"),
        (api.send(request("POST", "/v1/warehouses", r#"{"code":}"#)).await, "malformed-json"),
        (api.post(&anna, receive, json!({"quantity": 1})).await, "idempotency-key-required"),
        (api.send(Request::get("/v1/products/A-17").body(Body::empty()).unwrap()).await, "unauthenticated"),
        (api.get(&ada, "/v1/warehouses/berlin").await, "forbidden"),
        (api.send(request("PUT", "/v1/orders", "{}")).await, "method-not-allowed"),
        (api.send(request("POST", "/v1/warehouses", &" ".repeat(1024 * 1024 + 1))).await, "body-too-large"),
        (api.send(undeclared).await, "unsupported-media-type"),
        (api.post_with(&anna, receive, &key, json!({"quantity": 2, "document": "receipt-2"})).await, "idempotency-key-reused"),
    ] {
        answer.assert_problem(answer.status.as_u16(), &format!("/problems/{name}"));
        assert_eq!(answer.body, example(name), "{name}");
    }
}

#[test]
fn every_type_has_a_page_and_every_page_a_type() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut declared = BTreeSet::new();
    for room in ["aggregates/src", "event-store/src", "command-api/src/problem"] {
        declared_below(&workspace.join(room), &mut declared);
    }
    let served: BTreeSet<String> = command_api::problem_types().map(str::to_owned).collect();
    assert!(served.len() > 60, "only {} are found: have the refusals another shape?", served.len());
    assert_eq!(declared, served, "command-api/src/problem/pages has to say what each means");
}

/// The types that the sources of a folder declare.
fn declared_below(folder: &Path, declared: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            declared_below(&path, declared);
        } else if !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let codes = text.split("#[serde(tag = \"code\"").skip(1).flat_map(variants).chain(codes(&text));
            declared.extend(codes.map(|code| format!("/problems/{}", code.replace('_', "-"))));
        }
    }
}

/// The variants of the enum that begins here, by the names that serde gives them; those that pass on what another enum says have none.
fn variants(text: &str) -> Vec<String> {
    let body = text.lines().skip_while(|line| !line.contains("pub enum")).skip(1).take_while(|line| *line != "}");
    let (mut found, mut passed_on) = (Vec::new(), false);
    for line in body {
        let name = line.strip_prefix("    ").filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()));
        match name {
            Some(name) if !passed_on => found.push(snake(name.trim_end_matches(['{', ',', ' ']))),
            Some(_) => passed_on = false,
            None => passed_on |= line.contains("untagged"),
        }
    }
    found
}

fn snake(name: &str) -> String {
    let spaced = name.char_indices().flat_map(|(at, letter)| [(at > 0 && letter.is_ascii_uppercase()).then_some('_'), Some(letter)]);
    spaced.flatten().collect::<String>().to_ascii_lowercase()
}

/// What is written down as the code of a refusal or as a row of kinds.
fn codes(text: &str) -> impl Iterator<Item = String> {
    let quoted = |rest: &str| rest.split('"').next().unwrap_or_default().to_owned();
    let written = text.split("RefusalDocument {").skip(1).filter_map(move |rest| rest.trim_start().strip_prefix("code: \"").map(quoted));
    let rows = text.split("(StatusCode::").skip(1).filter_map(move |row| row.split_once(", \"").map(|(_, rest)| quoted(rest)));
    written
        .chain(rows)
        .filter(|code| code.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'))
        .collect::<Vec<_>>()
        .into_iter()
}
