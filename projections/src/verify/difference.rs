//! A difference: which field of which row, what it is and what it should be, and the event that should have set it.

use serde::Serialize;
use serde_json::Value;

use super::compare::Differing;
use crate::trace::{Origins, SetBy};

/// A field of a row that is not what the log says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The row.
    pub key: String,
    /// The field, as a path such as `lines.0.shipped`; empty where a whole row is missing or too much.
    pub field: String,
    /// What it is.
    pub live: Option<Value>,
    /// What the log makes of it.
    pub replayed: Option<Value>,
    /// The event that last set it, by the log; of a field that no event set, the last event of the row.
    pub set_by: Option<SetBy>,
}

pub(super) fn of(row: &Differing, origins: &Origins) -> Vec<Difference> {
    let mut fields = Vec::new();
    differing_paths(String::new(), row.live.as_ref(), row.replayed.as_ref(), &mut fields);
    let difference = |(field, live, replayed): (String, Option<&Value>, Option<&Value>)| Difference {
        key: row.key.clone(),
        set_by: origins.of(&field),
        field,
        live: live.cloned(),
        replayed: replayed.cloned(),
    };
    fields.into_iter().map(difference).collect()
}

type Field<'a> = (String, Option<&'a Value>, Option<&'a Value>);

/// The innermost fields that differ. Lists are compared place by place.
fn differing_paths<'a>(path: String, live: Option<&'a Value>, replayed: Option<&'a Value>, found: &mut Vec<Field<'a>>) {
    match (live, replayed) {
        (live, replayed) if live == replayed => {}
        (Some(Value::Object(l)), Some(Value::Object(r))) => {
            let names: std::collections::BTreeSet<&String> = l.keys().chain(r.keys()).collect();
            for name in names {
                differing_paths(join(&path, name), l.get(name), r.get(name), found);
            }
        }
        (Some(Value::Array(l)), Some(Value::Array(r))) => {
            for place in 0..l.len().max(r.len()) {
                differing_paths(join(&path, &place.to_string()), l.get(place), r.get(place), found);
            }
        }
        (live, replayed) => found.push((path, live, replayed)),
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_innermost_fields_that_differ_are_told() {
        let live = json!({"status": "paid", "lines": [{"shipped": 1, "sku": "A"}], "same": {"x": 1}});
        let replayed = json!({"status": "captured", "lines": [{"shipped": 2, "sku": "A"}, {"shipped": 0}], "same": {"x": 1}});
        let row = Differing { key: "k".to_owned(), live: Some(live), replayed: Some(replayed) };
        let fields: Vec<String> = of(&row, &Origins::default()).into_iter().map(|difference| difference.field).collect();
        assert_eq!(fields, ["lines.0.shipped", "lines.1", "status"]);
    }

    #[test]
    fn a_row_that_is_missing_is_one_difference() {
        let row = Differing { key: "k".to_owned(), live: None, replayed: Some(json!({"a": 1})) };
        let found = of(&row, &Origins::default());
        assert_eq!((found.len(), found[0].field.as_str(), &found[0].live), (1, "", &None));
    }
}
