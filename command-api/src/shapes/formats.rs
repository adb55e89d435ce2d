//! What each `format` of the OpenAPI document means: the domain's own parsers.

use aggregates::values::{Address, Country, Currency, EmailAddress, Money, PersonName, PhoneNumber, Sku, WarehouseCode};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use event_store::PositionToken;
use serde::Deserialize;
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
        "instant" => instant(value).and_then(|at| happened(at, Utc::now())),
        "date-time" => instant(value).and_then(tellable),
        "position" => texts(value, |text| text.parse::<PositionToken>().is_ok(), "is not a position: send one that an answer gave"),
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
        "reference" => texts(value, is_plain, "must not be blank and must not contain control characters")
            .and_then(|()| texts(value, |text| !text.contains('@'), "must not be an e-mail address: it stands in the log in clear")),
        "payment-method" => texts(
            value,
            is_reference_of_a_method,
            "must be the gateway's name for a method that it keeps, neither a card's number nor a token",
        ),
        "line" => texts(value, |text| !text.chars().any(char::is_control), "must not contain control characters"),
        _ => Ok(()),
    }
}

fn instant(value: &Value) -> Result<DateTime<Utc>, String> {
    DateTime::deserialize(value).map_err(|_| "is not an instant of RFC 3339, such as 2026-11-20T14:05:00Z".to_owned())
}

/// Whether whatever reads the log can hold an instant: Postgres and the readers of RFC 3339 know four digits of a year.
fn tellable(at: DateTime<Utc>) -> Result<(), String> {
    if (1970..=9999).contains(&at.year()) { Ok(()) } else { Err("must be of a year from 1970 to 9999, in UTC".to_owned()) }
}

/// Whether something can have happened at an instant, as far as a clock of `now` can tell: clocks differ by a day at most.
///
/// # Errors
/// Why not, in one sentence.
pub(crate) fn happened(at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), String> {
    tellable(at)?;
    if at > now + TimeDelta::days(1) { Err("must not lie in the future".to_owned()) } else { Ok(()) }
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

/// What pays by itself is no reference: a number as long as a card's, or what gateways call a token.
fn is_reference_of_a_method(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_number = digits >= 12 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'.');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
    text.bytes().all(allowed) && !is_number && !text.starts_with("tok_")
}

fn is_plain(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_did_so_since_1970_and_before_tomorrow_is_over() {
        let now: DateTime<Utc> = "2026-11-20T14:05:00Z".parse().unwrap();
        let at = |text: &str| happened(text.parse().unwrap(), now);
        for possible in ["1970-01-01T00:00:00Z", "1969-12-31T23:59:59-00:01", "2026-11-21T14:05:00Z"] {
            assert_eq!(at(possible), Ok(()), "{possible}");
        }
        for impossible in ["1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "2026-11-21T14:05:01Z", "9999-12-31T23:59:59-23:59"] {
            assert!(at(impossible).is_err(), "{impossible}");
        }
    }

    #[test]
    fn what_may_name_a_person_or_pays_by_itself_is_no_reference() {
        for method in ["card_visa", "pm_1Nk.x:y-z", "c", "4242"] {
            assert!(is_reference_of_a_method(method), "{method}");
        }
        for secret in ["tok_visa", "4242424242424242", "4242-4242-4242-4242", "4242 4242 4242 4242", "ada@example.com", "größe"] {
            assert!(!is_reference_of_a_method(secret), "{secret}");
        }
        assert_eq!(check("reference", &Value::from("order-4711/2")), Ok(()));
        assert!(check("reference", &Value::from("anna@example.com")).is_err());
    }

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
