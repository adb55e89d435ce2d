//! What each `format` of the OpenAPI document means: the domain's own parsers.

use aggregates::values::{Address, Country, Currency, EmailAddress, Money, PersonName, PhoneNumber, Sku, WarehouseCode};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

/// Whether a value that fits its schema otherwise is what its format says.
///
/// # Errors
/// What is wrong with it, in one sentence; never with the value where it is personal.
pub(crate) fn check(format: &str, value: &Value) -> Result<(), String> {
    match format {
        "uuid" => read::<Uuid>(value).map_err(|_| "is not a UUID".to_owned()),
        "instant" => read::<DateTime<Utc>>(value).map_err(|_| "is not an instant of RFC 3339, such as 2026-11-20T14:05:00Z".to_owned()),
        "sku" => read::<Sku>(value),
        "warehouse-code" => read::<WarehouseCode>(value),
        "currency" => read::<Currency>(value),
        "country" => read::<Country>(value),
        "money" => read::<Money>(value),
        "address" => read::<Address>(value),
        "person-name" => read::<PersonName>(value),
        "email-address" => read::<EmailAddress>(value),
        "phone-number" => read::<PhoneNumber>(value),
        "amount" => texts(value, is_amount, "is not a decimal number such as 10.00"),
        "plain-text" => texts(value, is_plain, "must not be blank and must not contain control characters"),
        "line" => texts(value, |text| !text.chars().any(char::is_control), "must not contain control characters"),
        _ => Ok(()),
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<(), String> {
    T::deserialize(value).map(drop).map_err(|error| error.to_string())
}

fn texts(value: &Value, fits: impl Fn(&str) -> bool, problem: &str) -> Result<(), String> {
    match value.as_str() {
        Some(text) if fits(text) => Ok(()),
        Some(_) | None => Err(problem.to_owned()),
    }
}

/// Digits, at most one point between them, an optional minus: no exponent, no underscore, no plus.
fn is_amount(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

fn is_plain(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_in_one_way() {
        for amount in ["0", "10.00", "-3.5", "007"] {
            assert!(is_amount(amount), "{amount}");
        }
        for other in ["", ".5", "5.", "1_000", "1e3", "+1", "1,5", " 1", "-", "NaN"] {
            assert!(!is_amount(other), "{other}");
        }
    }
}
