//! Examples of what is sent, which work one after the other: a shop with one product, its customers, their orders, a parcel. Without them a reader is shown all
//! members at once, which nobody may send.

use aggregates::values::{ChannelReference, CustomerId};
use serde_json::{Value, json};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder};
use utoipa::openapi::{OpenApi, RefOr};

use crate::customers;

const JSON: &str = "application/json";

/// Adds them.
pub(super) fn apply(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            name_places(operation);
            show(operation);
        }
    }
}

/// What stands in a path, as far as the caller names it.
fn name_places(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            let example = match parameter.name.as_str() {
                "warehouse" => "berlin",
                "sku" => "A-17",
                "gateway" => "simulator",
                _ => continue,
            };
            *parameter = ParameterBuilder::from(parameter.clone()).example(Some(example.into())).build();
        }
    }
}

fn show(operation: &mut Operation) {
    let examples = operation.operation_id.as_deref().map(examples_of).unwrap_or_default();
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    let Some(RefOr::T(content)) = body.content.get_mut(JSON) else { return };
    match examples.as_slice() {
        [] => {}
        [(_, only)] => content.example = Some(only.clone()),
        several => {
            let named = several.iter().map(|(name, value)| {
                let example = ExampleBuilder::new().summary(*name).value(Some(value.clone())).build();
                (name.replace(' ', "_"), RefOr::T(example))
            });
            content.examples = named.collect();
        }
    }
}

/// The bodies of a command, each with what it is an example of.
fn examples_of(command: &str) -> Vec<(&'static str, Value)> {
    let eur = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
    let address =
        json!({ "name": "Ada Lovelace", "street": ["Unter den Linden 1"], "postal_code": "10117", "city": "Berlin", "country": "DE" });
    let one = |body: Value| vec![("an example", body)];
    match command {
        "open_warehouse" => one(json!({ "code": "berlin", "name": "Berlin" })),
        "add_product" => one(json!({
            "sku": "A-17", "name": "Lamp", "category": "Lighting", "shippable": true, "weight_grams": 800, "prices": [eur("19.90")], "activate": true
        })),
        "price_product" => one(json!({ "price": eur("17.90") })),
        "weigh_product" => one(json!({ "weight_grams": 750 })),
        "receive_stock" => one(json!({ "quantity": 10, "document": "receipt-1" })),
        "register_customer" => registrations(&address),
        "suspend_customer" => one(json!({ "reason": "chargebacks" })),
        "change_customer_tier" => one(json!({ "tier": "gold" })),
        "place_order" => orders(&address),
        "cancel_order" => one(json!({ "reason": "customer_request" })),
        "resume_order" => one(json!({ "reason": "gateway_mended" })),
        "plan_shipment" => one(json!({ "warehouse": "berlin" })),
        "dispatch_shipment" => one(json!({ "carrier": { "carrier": "dhl", "tracking": "JD014600" } })),
        "deliver_shipment" => one(json!({})),
        "look_up" => one(json!({ "kind": "product", "references": ["A-17"] })),
        _ => Vec::new(),
    }
}

/// How the channel `web` names its customer.
const REFERENCE: &str = "ada";

/// The id of the channel's customer, which follows from its name.
fn of_the_channel() -> CustomerId {
    customers::id_of(&ChannelReference::new("web", REFERENCE).expect("an example is written as its type wants it"))
}

fn registrations(address: &Value) -> Vec<(&'static str, Value)> {
    let by_staff = json!({ "name": "Ada Lovelace", "email": "ada@example.org", "address": address });
    let by_a_channel = json!({ "channel_reference": REFERENCE, "name": "Ada Byron", "address": address });
    vec![("1 by staff", by_staff), ("2 by the channel web under its reference", by_a_channel)]
}

fn orders(address: &Value) -> Vec<(&'static str, Value)> {
    let own = json!({
        "currency": "EUR",
        "lines": [{ "sku": "A-17", "quantity": 2 }],
        "delivery": { "kind": "ship", "address": address },
        "payment": { "kind": "card", "method": "card_visa" },
    });
    let mut for_somebody = own.clone();
    for_somebody["customer"] = json!(of_the_channel().to_string());
    let mut of_a_channel = own.clone();
    of_a_channel["customer_reference"] = json!(REFERENCE);
    of_a_channel["channel_reference"] = json!("web-1");
    vec![
        ("1 a customer's own", own),
        ("2 by staff for the customer of web", for_somebody),
        ("3 by the channel web under its references", of_a_channel),
    ]
}
