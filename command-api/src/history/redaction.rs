//! What of an event a caller may read. Personal data: who may see it. What the shop writes for itself: whoever works for it.

use event_store::{RecordedEvent, Vault};
use identity::{Caller, Reach, Right};
use serde_json::{Value, json};

use crate::caller::{Authenticated, is_staff};
use crate::problem::Problem;

/// What an event says: what stands under its name, each sealed box opened if the caller may see into it and it still can be opened.
pub(super) async fn data(vault: &Vault, event: &RecordedEvent, reader: &Authenticated) -> Result<Value, Problem> {
    let opened = if reader.caller.may(Right::ReadPersonalData) { Some(vault.open_json(event.payload.get()).await?) } else { None };
    let text = opened.as_ref().unwrap_or(&event.payload).get();
    let mut payload: Value = serde_json::from_str(text).map_err(event_store::StoreError::from)?;
    let mut data = payload.get_mut(&event.event_type).map(Value::take).unwrap_or(payload);
    show(&mut data);
    if reader.reach != Reach::Everything {
        keep_from_owners(&event.event_type, &mut data);
    }
    Ok(data)
}

/// Who wanted it: who does not work for the shop reads whether it was the shop, and not who of the shop.
pub(super) fn actor(actor: String, caller: &Caller) -> String {
    if is_staff(caller) { actor } else { actor.split(':').next().unwrap_or_default().to_owned() }
}

/// Puts values in the place of opened boxes and a note in the place of closed ones.
fn show(value: &mut Value) {
    if let Some(personal) = value.get_mut("$personal") {
        *value = personal.get_mut("value").map(Value::take).unwrap_or_default();
    } else if value.get("$sealed").is_some() {
        *value = redacted();
    } else {
        match value {
            Value::Object(members) => members.values_mut().for_each(show),
            Value::Array(items) => items.iter_mut().for_each(show),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

fn keep_from_owners(event_type: &str, data: &mut Value) {
    let Some(kept) = kept_from_owners(event_type) else {
        *data = redacted();
        return;
    };
    for name in kept {
        if let Some(value) = data.get_mut(name).filter(|value| !value.is_null()) {
            *value = redacted();
        }
    }
}

/// The members of an event that are not for the customer whom it is about, nor for the channel: notes, what tells of other customers and of stock, and names that only the
/// gateway knows. None: nothing of an event is, until somebody has decided.
fn kept_from_owners(event_type: &str) -> Option<&'static [&'static str]> {
    Some(match event_type {
        "customer.registered" => &["email_claim"],
        "customer.suspended" => &["reason"],
        "customer.tier_changed" | "customer.reinstated" => &[],
        "order.stock_unavailable" => &["missing"],
        "order.anomaly_detected" | "payment.anomaly_detected" | "shipment.anomaly_detected" => &["message"],
        "order.placed"
        | "order.stock_reserved"
        | "order.reservation_lapsed"
        | "order.payment_started"
        | "order.payment_authorized"
        | "order.payment_declined"
        | "order.payment_voided"
        | "order.confirmed"
        | "order.lines_released"
        | "order.lines_shipped"
        | "order.lines_delivered"
        | "order.lines_taken_back"
        | "order.cancelation_started"
        | "order.rejected"
        | "order.expired"
        | "order.canceled"
        | "order.completed" => &[],
        "payment.authorized" | "payment.captured" => &["gateway_reference"],
        "payment.initiated"
        | "payment.authorization_requested"
        | "payment.declined"
        | "payment.capture_requested"
        | "payment.capture_failed"
        | "payment.authorization_released"
        | "payment.void_requested"
        | "payment.voided"
        | "payment.void_failed" => &[],
        "shipment.planned"
        | "shipment.packed"
        | "shipment.booking_requested"
        | "shipment.booked"
        | "shipment.booking_failed"
        | "shipment.booking_canceled"
        | "shipment.booking_cancel_failed"
        | "shipment.dispatched"
        | "shipment.delivered"
        | "shipment.canceled" => &[],
        _ => return None,
    })
}

fn redacted() -> Value {
    json!({ "redacted": true })
}

#[cfg(test)]
mod tests {
    use aggregates::registry;

    use super::*;

    #[test]
    fn opened_boxes_show_their_value_and_closed_ones_nothing() {
        let mut value = json!({ "a": [{ "$personal": { "subject": "s", "value": "Ada" } }], "b": { "$sealed": { "box": "x" } }, "c": 1 });
        show(&mut value);
        assert_eq!(value, json!({ "a": ["Ada"], "b": { "redacted": true }, "c": 1 }));
    }

    #[test]
    fn somebody_has_decided_what_customers_read_of_each_event_that_they_may_ask_for() {
        for (kind, event, _) in registry::events() {
            let asked_for = ["order", "payment", "shipment", "customer"].contains(&kind);
            assert_eq!(kept_from_owners(event).is_some(), asked_for, "{event}");
        }
    }

    #[test]
    fn of_an_event_that_nobody_thought_of_customers_read_nothing() {
        let mut data = json!({ "note": "x" });
        keep_from_owners("order.thought_about", &mut data);
        assert_eq!(data, redacted());
    }
}
