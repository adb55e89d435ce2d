use event_store::{RecordedEvent, Vault};
use serde_json::{Value, json};

use crate::problem::Problem;

/// What an event says: what stands under its name, each sealed box opened if the caller may see into it and it still can be opened.
pub(super) async fn data(vault: &Vault, event: &RecordedEvent, may_open: bool) -> Result<Value, Problem> {
    let opened = if may_open { Some(vault.open_json(event.payload.get()).await?) } else { None };
    let text = opened.as_ref().unwrap_or(&event.payload).get();
    let mut payload: Value = serde_json::from_str(text).map_err(event_store::StoreError::from)?;
    let mut data = payload.get_mut(&event.event_type).map(Value::take).unwrap_or(payload);
    show(&mut data);
    Ok(data)
}

/// Puts values in the place of opened boxes and a note in the place of closed ones.
fn show(value: &mut Value) {
    if let Some(personal) = value.get_mut("$personal") {
        *value = personal.get_mut("value").map(Value::take).unwrap_or_default();
    } else if value.get("$sealed").is_some() {
        *value = json!({ "redacted": true });
    } else {
        match value {
            Value::Object(members) => members.values_mut().for_each(show),
            Value::Array(items) => items.iter_mut().for_each(show),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opened_boxes_show_their_value_and_closed_ones_nothing() {
        let mut value = json!({ "a": [{ "$personal": { "subject": "s", "value": "Ada" } }], "b": { "$sealed": { "box": "x" } }, "c": 1 });
        show(&mut value);
        assert_eq!(value, json!({ "a": ["Ada"], "b": { "redacted": true }, "c": 1 }));
    }
}
