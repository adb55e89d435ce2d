//! Every type of problem has a page, and every page is that of a type.

use std::collections::BTreeSet;
use std::path::Path;

use axum::body::Body;
use axum::http::Request;

use crate::api::Api;
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
