//! The committed schema is the schema.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_committed_schema_is_what_the_code_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let schema = query_api::schema_sdl();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&file, &schema).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == schema, "query-api/schema.graphql is out of date: run the tests once with UPDATE_SCHEMA=1 and commit it");
}

/// What an Int of GraphQL can hold in any shop: numbers of lines, units of one line (a million at most), events of one stream.
const SMALL: [&str; 7] = ["line", "quantity", "reserved", "inFulfillment", "shipped", "delivered", "version"];

#[test]
fn a_number_that_may_pass_32_bits_is_no_int() {
    let schema = query_api::schema_sdl();
    let mut kind = "";
    let mut found = BTreeSet::new();
    for line in schema.lines() {
        kind = line.strip_prefix("type ").map_or(kind, |rest| rest.trim_end_matches([' ', '{']));
        let field = line.trim().split_once(": ").filter(|(_, of)| of.trim_end_matches('!') == "Int").map(|(name, _)| name);
        let is_small = |name: &str| SMALL.contains(&name) && !kind.starts_with("Stock");
        found.extend(field.filter(|name| !is_small(name)).map(|name| format!("{kind}.{name}")));
    }
    assert_eq!(found, BTreeSet::new());
}
