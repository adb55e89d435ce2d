//! What of a difference is not shown: a read model holds personal data in clear, and what this program prints is kept who knows where.

use serde_json::{Value, json};

/// The members of rows that are about a person, by read model.
const PERSONAL: &[(&str, &[&str])] =
    &[("customers", &["name", "email", "phone", "address", "attributes"]), ("orders", &["address", "billing_address"])];

/// The value at a path such as `delivery.address.city`, as it may be shown.
pub(super) fn shown(model: &str, path: &str, mut value: Value) -> Value {
    let names = PERSONAL.iter().find(|(name, _)| *name == model).map_or(&[][..], |(_, names)| names);
    if path.split('.').any(|part| names.contains(&part)) {
        return if value.is_null() { value } else { redacted() };
    }
    hide(names, &mut value);
    value
}

fn hide(names: &[&str], value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter_mut().filter(|(_, value)| !value.is_null()) {
                if names.contains(&name.as_str()) {
                    *value = redacted();
                } else {
                    hide(names, value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(names, item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn redacted() -> Value {
    json!({ "redacted": true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_about_a_person_is_not_shown_wherever_it_stands() {
        let row = json!({"id": "1", "name": "Ada", "email": null, "address": {"city": "London"}, "tier": "gold"});
        let hidden = json!({"id": "1", "name": {"redacted": true}, "email": null, "address": {"redacted": true}, "tier": "gold"});
        assert_eq!(shown("customers", "", row), hidden);
        assert_eq!(shown("customers", "address.city", json!("London")), json!({"redacted": true}));
        assert_eq!(shown("customers", "email", Value::Null), Value::Null);
        let order = json!({"delivery": {"kind": "ship", "address": {"city": "London"}}, "lines": [{"name": "Teapot"}]});
        let hidden = json!({"delivery": {"kind": "ship", "address": {"redacted": true}}, "lines": [{"name": "Teapot"}]});
        assert_eq!(shown("orders", "", order), hidden);
        assert_eq!(shown("orders", "delivery.address.street.0", json!("St James's Square")), json!({"redacted": true}));
        assert_eq!(shown("stock", "name", json!("x")), json!("x"));
    }
}
