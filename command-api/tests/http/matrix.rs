//! Who may do what to whose: every line of the catalogue, asked by every kind of caller, about what is its own and what is not.

use aggregates::values::{CustomerId, OrderId};
use axum::body::Body;
use axum::http::{Request, header};
use command_api::catalogue::{Kind, Line, Who, lines};
use identity::{Caller, Grant, Reach, Role};
use serde_json::{Value, json};

use crate::api::{Answer, Api, Token, channel_order};
use crate::shipments::{confirm, parcel};

/// What somebody has: a customer, whom a channel has named, and an order of theirs that is confirmed, paid for and about to be sent.
struct Belongings {
    channel: &'static str,
    customer: CustomerId,
    order: OrderId,
    payment: String,
    shipment: String,
}

/// Somebody who asks, and how they are told apart.
struct Asker {
    token: Token,
    caller: Caller,
}

async fn belongings(api: &Api, channel: &'static str) -> Belongings {
    let (anna, shop) = (api.operator(), api.token(Role::Service, channel, Some(channel)));
    let customer = api.post(&shop, "/v1/customers", json!({"channel_reference": format!("{channel}-household")})).await;
    let customer: CustomerId = customer.assert(201).id().parse().unwrap();
    let order = api.post(&shop, "/v1/orders", channel_order(customer, &format!("{channel}-order"))).await;
    let order: OrderId = order.assert(201).id().parse().unwrap();
    let path = format!("/v1/orders/{order}");
    let total = api.get(&anna, &path).await.body["total"].clone();
    confirm(api, order, serde_json::from_value(total).unwrap()).await;
    api.post(&anna, &format!("{path}/shipments"), json!({"warehouse": "berlin"})).await.assert(201);
    let payment = api.get(&anna, &path).await.body["payments"][0]["id"].as_str().unwrap().to_owned();
    Belongings { channel, customer, order, payment, shipment: parcel(api, order).await }
}

fn askers(api: &Api, own: &Belongings) -> Vec<Asker> {
    let asker = |role, subject: &str, channel: Option<&str>, grants: &[Grant]| Asker {
        token: api.granted(role, subject, channel, grants),
        caller: Caller { subject: subject.to_owned(), role, channel: channel.map(ToOwned::to_owned), grants: grants.to_vec() },
    };
    let mut askers = vec![
        asker(Role::Customer, &own.customer.to_string(), None, &[]),
        asker(Role::Operator, "otto", None, &[]),
        asker(Role::Auditor, "audrey", None, &[]),
        asker(Role::Admin, "root", None, &[]),
        asker(Role::Service, "shop", Some(own.channel), &[]),
        asker(Role::Service, "nobody", None, &[]),
    ];
    askers.extend(Grant::ALL.map(|grant| asker(Role::Service, "erp", Some(own.channel), &[grant])));
    askers
}

fn path(line: &Line, of: &Belongings) -> String {
    [
        ("sku", "A-17".to_owned()),
        ("warehouse", "berlin".to_owned()),
        ("order", of.order.to_string()),
        ("shipment", of.shipment.clone()),
        ("payment", of.payment.clone()),
        ("customer", of.customer.to_string()),
    ]
    .into_iter()
    .fold(line.path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), &value))
}

/// What is sent, where nothing is not enough.
fn body(line: &Line, of: &Belongings) -> Value {
    match line.name {
        "place_order" => {
            let mut order = channel_order(of.customer, "another-order");
            order["lines"] = json!([{"sku": "A-17", "quantity": 1}]);
            order.as_object_mut().unwrap().retain(|name, _| name != "placed_at");
            order
        }
        "register_customer" => json!({"channel_reference": "another-household"}),
        "suspend_customer" => json!({"reason": "suspected_fraud"}),
        "change_customer_tier" => json!({"tier": "gold"}),
        "resume_order" => json!({"reason": "gateway_mended"}),
        "add_product" => json!({"sku": "A-17", "name": "Teapot", "category": "kitchen"}),
        "price_product" => json!({"price": {"amount": "10.00", "currency": "EUR"}}),
        "describe_product" => json!({"name": "Teapot", "category": "kitchen", "shippable": false}),
        "weigh_product" => json!({"weight_grams": 500}),
        "open_warehouse" => json!({"code": "berlin", "name": "Berlin"}),
        "receive_stock" => json!({"quantity": 1, "document": "receipt-2"}),
        "plan_shipment" => json!({"warehouse": "berlin"}),
        "look_up" => json!({"kind": "order", "references": [format!("{}-order", of.channel)]}),
        _ => json!({}),
    }
}

async fn ask(api: &Api, asker: &Asker, line: &Line, of: &Belongings) -> Answer {
    let mut body = body(line, of);
    // Whoever is no channel names nothing.
    if asker.caller.channel.is_none() {
        let named = |name: &String, _: &mut Value| name != "channel_reference";
        body.as_object_mut().unwrap().retain(named);
    }
    let request = Request::builder().method(line.verb.as_str()).uri(path(line, of)).header(header::CONTENT_TYPE, "application/json");
    let request = request.header(header::AUTHORIZATION, format!("Bearer {}", asker.token.0));
    api.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Whether a line is about something that belongs to somebody.
fn is_of_somebody(line: &Line) -> bool {
    ["{order}", "{payment}", "{shipment}", "{customer}"].iter().any(|name| line.path.contains(name)) || line.name == "place_order"
}

#[tokio::test]
async fn everybody_does_to_their_own_what_the_catalogue_says_and_to_what_is_anothers_nothing() {
    let api = Api::start().await;
    api.furnish().await;
    let (own, foreign) = (belongings(&api, "shop").await, belongings(&api, "market").await);
    let mut asked = 0;
    for line in lines().filter(|line| !matches!(line.who, Who::Signed)) {
        for asker in askers(&api, &own) {
            for (of, is_own) in [(&own, true), (&foreign, false)] {
                let answer = ask(&api, &asker, line, of).await;
                let Caller { role, channel, grants, .. } = &asker.caller;
                let what = format!("{} of {} as {role} {channel:?} {grants:?}: {} {:#}", line.name, of.channel, answer.status, answer.body);
                let has_something = *role != Role::Service || channel.is_some();
                let (seen, expected) = match (line.who.reach(&asker.caller), is_of_somebody(line)) {
                    (Reach::Nothing, _) => (answer.status == 403, "forbidden"),
                    (Reach::Own, true) if is_own && has_something => (!matches!(answer.status.as_u16(), 400 | 403 | 404), "there"),
                    (Reach::Own, true) => (matches!(answer.status.as_u16(), 403 | 404), "not there"),
                    (Reach::Own, false) => ((answer.status != 403) == has_something, "for a channel"),
                    (Reach::Everything, _) => (answer.status != 403 && (answer.status != 404 || line.name == "look_up"), "there"),
                };
                assert!(seen, "{what}, expected: {expected}");
                assert!(!seen || answer.status != 400 || line.name == "look_up" || !has_something, "{what}: say above how it is asked");
                asked += 1;
            }
        }
    }
    assert!(asked > 500, "{asked} is not the whole matrix");
}

#[tokio::test]
async fn a_channel_finds_what_it_has_named_and_nothing_else() {
    let api = Api::start().await;
    api.furnish().await;
    let (own, foreign) = (belongings(&api, "shop").await, belongings(&api, "market").await);
    let shop = api.shop();
    for (kind, name) in [("order", "order"), ("customer", "household")] {
        let references = [&own, &foreign].map(|of| format!("{}-{name}", of.channel));
        let found = api.post(&shop, "/v1/lookups", json!({"kind": kind, "references": references})).await.assert(200).body["found"].clone();
        assert_eq!(found.as_array().unwrap().len(), 1, "{kind}: {found:#}");
        let by_id = [own.order.to_string(), foreign.order.to_string(), own.customer.to_string(), foreign.customer.to_string()];
        let found = api.post(&shop, "/v1/lookups", json!({"kind": kind, "references": by_id})).await.assert(200).body["found"].clone();
        assert_eq!(found, json!([]), "an id is no reference of the channel's");
        let unnamed = api.token(Role::Service, "nobody", None);
        api.post(&unnamed, "/v1/lookups", json!({"kind": kind, "references": by_id})).await.assert_problem(403, "/problems/forbidden");
    }
    for kind in ["warehouse", "receipt"] {
        let asked = json!({"kind": kind, "references": ["berlin/A-17/receipt-1"]});
        api.post(&shop, "/v1/lookups", asked).await.assert_problem(403, "/problems/forbidden");
    }
}

#[tokio::test]
async fn what_a_channel_makes_it_names_and_it_gives_nobody_a_tier() {
    let api = Api::start().await;
    let ada = api.furnish().await;
    let (shop, head) = (api.shop(), api.head().await);
    let unnamed = api.post(&shop, "/v1/customers", json!({"name": "Ada"})).await;
    assert_eq!(unnamed.assert(400).pointers(), ["/channel_reference"]);
    let mut order = channel_order(ada, "order-1");
    order.as_object_mut().unwrap().remove("channel_reference");
    assert_eq!(api.post(&shop, "/v1/orders", order).await.assert(400).pointers(), ["/channel_reference"]);
    let gold = json!({"channel_reference": "household-1", "tier": "gold"});
    api.post(&shop, "/v1/customers", gold.clone()).await.assert_problem(403, "/problems/forbidden");
    assert_eq!(api.head().await, head);
    api.post(&shop, "/v1/orders", channel_order(ada, "order-1")).await.assert(201);
    let granted = api.granted(Role::Service, "crm", Some("shop"), &[Grant::Customers]);
    api.post(&granted, "/v1/customers", gold).await.assert(201);
}

#[tokio::test]
async fn a_channel_reads_the_history_of_its_order_as_its_customer_does() {
    let api = Api::start().await;
    api.furnish().await;
    let own = belongings(&api, "shop").await;
    let path = format!("/v1/orders/{}/events", own.order);
    let (shop, customer) = (api.get(&api.shop(), &path).await, api.get(&api.token_of(own.customer), &path).await);
    let told =
        |answer: &Answer| -> Vec<Value> { answer.body["events"].as_array().unwrap().iter().map(|event| event["actor"].clone()).collect() };
    assert_eq!(told(&shop), told(&customer), "who of the shop did what is the shop's business");
    assert!(told(&shop).iter().all(|actor| !actor.as_str().unwrap().contains(':')), "{:?}", told(&shop));
    let payment = api.get(&api.shop(), &format!("/v1/payments/{}/events", own.payment)).await;
    assert!(!payment.assert(200).body.to_string().contains("a-1"), "{:#}", payment.body);
    let product = api.granted(Role::Service, "erp", Some("shop"), &[Grant::Catalog]);
    let history = api.get(&product, "/v1/products/A-17/events").await;
    assert_eq!(history.assert(200).body["events"][0]["data"]["name"], "Teapot", "what is granted is read whole");
}

#[test]
fn every_line_says_whether_it_changes_anything() {
    for line in lines() {
        let reads = line.verb.as_str() == "GET" || line.name == "look_up";
        assert_eq!(line.kind == Kind::Read, reads, "{}", line.name);
    }
}
