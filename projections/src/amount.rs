//! Amounts in rows, exact both ways: written as text, read from a JSON number (a `numeric` column) or text without passing through a float.

use rust_decimal::Decimal;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};
use serde_json::value::RawValue;

pub(crate) fn serialize<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    raw.get().trim_matches('"').parse().map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    struct Row {
        #[serde(with = "super")]
        total: Decimal,
    }

    #[test]
    fn an_amount_keeps_every_digit_whether_it_comes_as_number_or_text() {
        let exact = Row { total: "1234567890123.10".parse().unwrap() };
        for json in [r#"{"total":1234567890123.10}"#, r#"{"total":"1234567890123.10"}"#] {
            let read: Row = serde_json::from_str(json).unwrap();
            assert_eq!(read.total.to_string(), exact.total.to_string());
        }
        assert_eq!(serde_json::to_string(&exact).unwrap(), r#"{"total":"1234567890123.10"}"#);
    }
}
