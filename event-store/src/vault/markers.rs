//! The two markers. They belong to the log: at every edge they are refused, or a caller could pass off a box as its own.

use serde_json::{Map, Value};

pub(super) const PERSONAL: &str = "$personal";
pub(super) const SEALED: &str = "$sealed";

/// One of the log's markers, where none may be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer} is a name that the log keeps for itself")]
pub struct MarkerFound {
    /// The JSON pointer of the marker.
    pub pointer: String,
}

/// Refuses JSON from outside that holds one of the log's markers as a name, at any depth.
///
/// # Errors
/// [`MarkerFound`] with the first one.
pub fn assert_no_markers(json: &Value) -> Result<(), MarkerFound> {
    match find(json) {
        None => Ok(()),
        Some(path) => Err(MarkerFound { pointer: path.iter().rev().map(|name| format!("/{}", escape(name))).collect() }),
    }
}

/// The path to a marker, innermost name first.
fn find(json: &Value) -> Option<Vec<String>> {
    let (name, mut path) = match json {
        Value::Object(members) => members.iter().find_map(|(name, value)| found_in(name, value))?,
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| Some((index.to_string(), find(item)?)))?,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    path.push(name);
    Some(path)
}

fn found_in(name: &str, value: &Value) -> Option<(String, Vec<String>)> {
    if name == PERSONAL || name == SEALED {
        return Some((name.to_owned(), Vec::new()));
    }
    Some((name.to_owned(), find(value)?))
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Whether a payload may hold something personal in clear. Inside a JSON text a quotation mark is escaped, so this finds names (and, harmlessly,
/// values) and misses none: nothing here writes `$` as an escape.
pub(super) fn may_hold_personal(payload: &str) -> bool {
    payload.contains("\"$personal\"")
}

/// The same for boxes.
pub(super) fn may_hold_sealed(payload: &str) -> bool {
    payload.contains("\"$sealed\"")
}

/// The body of an object that is this marker and nothing else.
pub(super) fn body_of<'a>(members: &'a Map<String, Value>, marker: &str) -> Option<&'a Value> {
    if members.len() == 1 { members.get(marker) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_marker_is_refused_at_any_depth_with_its_pointer() {
        let found = assert_no_markers(&json!({"a/b": [{"x": 1}, {"$sealed": {}}]}));
        assert_eq!(found, Err(MarkerFound { pointer: "/a~1b/1/$sealed".to_owned() }));
        assert_eq!(assert_no_markers(&json!({"$personal": 1})).map_err(|found| found.pointer), Err("/$personal".to_owned()));
        assert_eq!(assert_no_markers(&json!({"note": "$sealed", "n": [1, null, true]})), Ok(()));
    }
}
