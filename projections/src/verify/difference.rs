//! A difference: which field of which row, what it is and what it should be, and the event that should have set it.

use serde::Serialize;
use serde_json::Value;

use super::compare::Differing;
use crate::model::ReadModel;
use crate::trace::{Origins, SetBy};

/// A field of a row that is not what the log says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// In which table.
    pub table: &'static str,
    /// In which group of rows.
    pub key: String,
    /// Which row of the group, where the table may have several of one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub part: String,
    /// The field, as a path such as `lines.0.shipped`; empty where a whole row is missing or too much.
    pub field: String,
    /// What it is.
    pub live: Option<Value>,
    /// What the log makes of it.
    pub replayed: Option<Value>,
    /// The event that last set it, by the log; of a field that no event set, the last event of the row.
    pub set_by: Option<SetBy>,
}

pub(super) fn of(model: &ReadModel, row: &Differing, origins: &Origins) -> Vec<Difference> {
    let mut fields = Vec::new();
    differing_paths(String::new(), row.live.as_ref(), row.replayed.as_ref(), &mut fields);
    let difference = |(field, live, replayed): (String, Option<&Value>, Option<&Value>)| Difference {
        table: model.tables.get(row.name.table).map_or(model.name, |table| table.name),
        key: row.name.key.clone(),
        part: row.name.part.clone(),
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

    use crate::projection::Projection;
    use crate::stock::Stock;
    use crate::trace::RowName;

    fn row(live: Option<Value>, replayed: Option<Value>) -> Differing {
        Differing { name: RowName { table: 0, key: "k".to_owned(), part: String::new() }, live, replayed }
    }

    #[test]
    fn only_the_innermost_fields_that_differ_are_told() {
        let live = json!({"status": "paid", "lines": [{"shipped": 1, "sku": "A"}], "same": {"x": 1}});
        let replayed = json!({"status": "captured", "lines": [{"shipped": 2, "sku": "A"}, {"shipped": 0}], "same": {"x": 1}});
        let row = row(Some(live), Some(replayed));
        let fields: Vec<String> = of(Stock::MODEL, &row, &Origins::default()).into_iter().map(|difference| difference.field).collect();
        assert_eq!(fields, ["lines.0.shipped", "lines.1", "status"]);
    }

    #[test]
    fn a_row_that_is_missing_is_one_difference() {
        let row = row(None, Some(json!({"a": 1})));
        let found = of(Stock::MODEL, &row, &Origins::default());
        assert_eq!((found.len(), found[0].field.as_str(), &found[0].live), (1, "", &None));
    }
}
