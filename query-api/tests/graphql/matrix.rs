//! Who sees what of whose: every line of the catalogue of fields, asked by every kind of caller.

use std::collections::BTreeSet;

use identity::{Caller, Else, FIELDS, Field, Grant, Reach, Role, Who, field};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::Api;
use crate::samples::{ANNA, BEN, FIRST, SECOND, THIRD};

/// Everybody who may ask: of the shop's roles one each, the customers of the shop, the channel that has named everything, another, and none.
fn callers() -> Vec<Caller> {
    let caller = |role, subject: String, channel: Option<&str>, grants: &[Grant]| Caller {
        subject,
        role,
        channel: channel.map(ToOwned::to_owned),
        grants: grants.to_vec(),
    };
    let mut callers: Vec<_> =
        [Role::Operator, Role::Auditor, Role::Admin].map(|role| caller(role, role.to_string(), None, &[])).into_iter().collect();
    callers.extend([ANNA, BEN, Uuid::nil()].map(|id| caller(Role::Customer, id.to_string(), None, &[])));
    callers.extend([Some("web"), Some("market"), None].map(|channel| caller(Role::Service, "shop".to_owned(), channel, &[])));
    callers.extend(Grant::ALL.map(|grant| caller(Role::Service, "erp".to_owned(), Some("market"), &[grant])));
    callers
}

fn token(api: &Api, caller: &Caller) -> String {
    api.granted(caller.role, &caller.subject, caller.channel.as_deref(), &caller.grants)
}

/// Whether something of a customer's, named by the channel `web`, is there for a caller who may see so far.
fn sees(caller: &Caller, reach: Reach, owner: Uuid) -> bool {
    match (reach, caller.role) {
        (Reach::Everything, _) => true,
        (Reach::Own, Role::Customer) => caller.subject == owner.to_string(),
        (Reach::Own, _) => caller.channel.as_deref() == Some("web"),
        (Reach::Nothing, _) => false,
    }
}

/// A question about a field that whoever may ask it has an answer to.
fn question(field: &Field) -> String {
    match (field.of, field.name) {
        ("Query", "order") => r#"{ order(number: "N-1") { id } }"#.to_owned(),
        ("Query", "customer") => format!(r#"{{ customer(id: "{ANNA}") {{ id }} }}"#),
        ("Query", list @ ("orders" | "customers")) => format!("{{ {list} {{ nodes {{ id }} }} }}"),
        ("Query", "orderCounts") => "{ orderCounts { count } }".to_owned(),
        ("Query", "product") => r#"{ product(sku: "A-1") { sku } }"#.to_owned(),
        ("Query", list @ ("products" | "stock")) => format!("{{ {list} {{ nodes {{ sku }} }} }}"),
        ("Query", "stockItem") => r#"{ stockItem(warehouse: "berlin", sku: "A-1") { sku } }"#.to_owned(),
        ("Query", "stockTotals") => "{ stockTotals { onHand } }".to_owned(),
        ("Query", "warehouses") => "{ warehouses { code } }".to_owned(),
        ("Query", "sales") => r#"{ sales(from: "2017-01-01", to: "2017-01-02") { units } }"#.to_owned(),
        ("Query", "readModelPositions") => "{ readModelPositions { model } }".to_owned(),
        ("OrdersFilter", filter) => format!("{{ orders(filter: {{ {filter}: false }}) {{ nodes {{ id }} }} }}"),
        ("Product", "stock") => r#"{ product(sku: "A-1") { stock { sku } } }"#.to_owned(),
        (of, name) => panic!("{of}.{name} is in the catalogue: say here how it is asked"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_is_refused_to_whom_the_catalogue_says_and_to_nobody_else() {
    let api = Api::open().await;
    for line in FIELDS.iter().filter(|line| line.else_ == Else::Forbidden) {
        for caller in callers() {
            let answer = api.ask_with(&token(&api, &caller), &[], &question(line)).await;
            let has_something = caller.role != Role::Service || caller.channel.is_some();
            let forbidden = match line.who.reach(&caller) {
                Reach::Nothing => true,
                Reach::Own => !has_something,
                Reach::Everything => false,
            };
            let refused = answer.body.get("errors").map(|_| answer.code().to_owned());
            assert_eq!(refused, forbidden.then(|| "FORBIDDEN".to_owned()), "{}.{} for {caller:?}: {:#}", line.of, line.name, answer.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_and_customers_are_there_for_who_owns_them_and_for_who_sees_all() {
    let api = Api::open().await;
    let orders = [(FIRST, ANNA), (SECOND, ANNA), (THIRD, BEN)];
    let customers = [(ANNA, ANNA), (BEN, BEN)];
    for caller in callers() {
        for (one, list, things) in [("order", "orders", &orders[..]), ("customer", "customers", &customers[..])] {
            let reach = |name: &str| field("Query", name).unwrap().who.reach(&caller);
            let there = |name: &str| -> BTreeSet<String> {
                things.iter().filter(|(_, owner)| sees(&caller, reach(name), *owner)).map(|(id, _)| id.to_string()).collect()
            };
            let mut found = BTreeSet::new();
            for (id, _) in things {
                let answer = api.ask_with(&token(&api, &caller), &[], &format!(r#"{{ {one}(id: "{id}") {{ id }} }}"#)).await;
                found.extend(answer.body["data"][one]["id"].as_str().map(ToOwned::to_owned));
            }
            assert_eq!(found, there(one), "{one} for {caller:?}");
            let listed = api.ask_with(&token(&api, &caller), &[], &format!("{{ {list} {{ nodes {{ id }} }} }}")).await;
            let nodes = listed.body["data"][list]["nodes"].as_array().cloned().unwrap_or_default();
            let nodes: BTreeSet<_> = nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
            assert_eq!(nodes, there(list), "{list} for {caller:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_runs_the_customers_lists_them_all_though_another_channel_has_named_them() {
    let api = Api::open().await;
    let crm = api.granted(Role::Service, "crm", Some("market"), &[Grant::Customers]);
    let listed = api.ask_with(&crm, &[], "{ customers { nodes { id } } }").await;
    let both = json!([{ "id": ANNA.to_string() }, { "id": BEN.to_string() }]);
    assert_eq!(listed.data()["customers"]["nodes"], both);
}

/// What stands in the place of a value that is hidden.
fn instead(line: &Field, value: &Value) -> Value {
    match line.else_ {
        Else::Forbidden | Else::Null => json!(null),
        Else::Empty => json!([]),
        Else::RoleAlone => json!(value.as_str().unwrap().split(':').next().unwrap()),
    }
}

/// The values of a hidden field in what a caller sees of the shop, each with whose it is.
async fn hidden(api: &Api, caller: &Caller, line: &Field) -> Vec<(Uuid, Value)> {
    let selection = match line.name {
        "address" | "billingAddress" => "{ city }",
        "attributes" => "{ name }",
        "parked" => "{ step }",
        "alerts" => "{ code }",
        _ => "",
    };
    let name = line.name;
    let inner = match line.of {
        "Customer" => format!("customer {{ {name} {selection} }}"),
        "Order" => format!("{name} {selection}"),
        "Delivery" => format!("delivery {{ {name} {selection} }}"),
        "TimelineEntry" => format!("timeline {{ {name} {selection} }}"),
        of => panic!("{of}.{name} is in the catalogue: say here how it is asked"),
    };
    let answer = api.ask_with(&token(api, caller), &[], &format!("{{ orders {{ nodes {{ customerId {inner} }} }} }}")).await;
    let nodes = answer.body["data"]["orders"]["nodes"].as_array().cloned().unwrap_or_default();
    let of = |node: &Value| -> Vec<Value> {
        match line.of {
            "Customer" => vec![node["customer"][name].clone()],
            "Order" => vec![node[name].clone()],
            "Delivery" => vec![node["delivery"][name].clone()],
            _ => node["timeline"].as_array().unwrap().iter().map(|entry| entry[name].clone()).collect(),
        }
    };
    let owner = |node: &Value| -> Uuid { node["customerId"].as_str().unwrap().parse().unwrap() };
    nodes.iter().flat_map(|node| of(node).into_iter().map(|value| (owner(node), value)).collect::<Vec<_>>()).collect()
}

/// An order of which a step waits and a fact contradicts what it says.
async fn attention(api: &Api) {
    let parked = r#"[{"step": "capture", "subject": null, "cause": "refused", "since": "2026-11-21T10:00:00Z"}]"#;
    api.shop.sql(&format!("insert into orders_v3.order_parked (key, part, steps) values ('{FIRST}', 'order', '{parked}')")).await;
    let alert = format!("values ('{FIRST}', 9, now(), 'shipment-1', 'kept_after_cancel', 'the carrier keeps it')");
    api.shop.sql(&format!("insert into orders_v3.order_alerts (key, position, at, about, code, message) {alert}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_is_left_out_for_whom_the_catalogue_says_and_there_for_everybody_else() {
    let api = Api::open().await;
    attention(&api).await;
    let admin = callers().into_iter().find(|caller| caller.role == Role::Admin).unwrap();
    let mut ever_there = 0;
    for line in FIELDS.iter().filter(|line| line.else_ != Else::Forbidden) {
        let all = hidden(&api, &admin, line).await;
        ever_there += usize::from(all.iter().any(|(_, value)| *value != instead(line, value)));
        for caller in callers() {
            let sees_owner = |owner: Uuid| sees(&caller, field("Query", "orders").unwrap().who.reach(&caller), owner);
            let sees_field = |owner: Uuid| match (line.who.reach(&caller), caller.role) {
                (Reach::Everything, _) => true,
                (Reach::Own, Role::Customer) => caller.subject == owner.to_string(),
                (Reach::Own | Reach::Nothing, _) => false,
            };
            let shown = |(owner, value): &(Uuid, Value)| (*owner, if sees_field(*owner) { value.clone() } else { instead(line, value) });
            let expected: Vec<_> = all.iter().filter(|(owner, _)| sees_owner(*owner)).map(shown).collect();
            assert_eq!(hidden(&api, &caller, line).await, expected, "{}.{} for {caller:?}", line.of, line.name);
        }
    }
    assert!(ever_there >= 7, "only {ever_there} of the hidden fields have a value in the shop");
}

#[test]
fn every_field_that_can_be_asked_has_a_line_and_every_line_its_field() {
    let schema = query_api::schema_sdl();
    let fields_of = |name: &str| -> BTreeSet<String> {
        let of_kind = |kind| schema.split(&format!("\n{kind} {name} {{\n")).nth(1);
        let body = of_kind("type").or_else(|| of_kind("input")).unwrap_or_else(|| panic!("no type {name}"));
        let lines = body.split("\n}").next().unwrap().lines();
        let field = |line: &str| {
            let text = line.strip_prefix('\t')?;
            let (name, _) = text.split_at(text.find(['(', ':'])?);
            name.chars().all(|c| c.is_ascii_alphanumeric()).then(|| name.to_owned())
        };
        lines.filter_map(field).collect()
    };
    let lines: BTreeSet<_> = FIELDS.iter().filter(|line| line.of == "Query").map(|line| line.name.to_owned()).collect();
    assert_eq!(fields_of("Query"), lines);
    for line in FIELDS {
        assert!(fields_of(line.of).contains(line.name), "{} has no field {}", line.of, line.name);
        assert!(!matches!(line.who, Who::Signed), "{}.{}: nobody signs a query", line.of, line.name);
    }
}
