//! JSON as it is accepted: no member twice, no U+0000, none of the log's own markers.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{At, Fields};
use crate::problem::{Kind, Problem};

/// The JSON value of a body.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let Strict(value) = serde_json::from_slice(bytes).map_err(|error| Problem::new(Kind::MalformedJson, in_words(&error)))?;
    let mut fields = Fields::default();
    forbid_zero(&At::root(), &value, &mut fields);
    fields.finish(Some(()))?;
    // In a request, what marks personal data in the log could only be a forgery.
    event_store::assert_no_markers(&value).map_err(|found| Problem::field(found.pointer, "is not a name that a request may use"))?;
    Ok(value)
}

/// What is told of broken JSON: where it is. Only what is said of members given twice is of our own.
fn in_words(error: &serde_json::Error) -> String {
    if error.is_data() { error.to_string() } else { format!("the body is not JSON at line {}, column {}", error.line(), error.column()) }
}

fn forbid_zero(at: &At<'_>, value: &Value, fields: &mut Fields) {
    match value {
        Value::String(text) => forbid_text(at, text, fields),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| forbid_zero(&at.item(index), item, fields)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            let at = at.member(name);
            forbid_text(&at, name, fields);
            forbid_zero(&at, value, fields);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn forbid_text(at: &At<'_>, text: &str, fields: &mut Fields) {
    if text.contains('\0') {
        fields.refuse(at, "must not contain U+0000");
    }
}

/// A JSON value in which no object has a member twice: readers disagree on which of the two counts.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!("the member {name:?} is given twice")));
            }
            let Strict(value) = members.next_value()?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_given_twice_is_refused() {
        assert!(parse(br#"{"a":1,"a":2}"#).is_err());
        assert!(parse(br#"{"a":{"a":2}}"#).is_ok());
    }

    #[test]
    fn zero_bytes_and_markers_are_refused_wherever_they_stand() {
        for body in [r#"{"a":["x\u0000"]}"#, r#"{"a\u0000":1}"#, r#"[{"$personal":1}]"#, r#"{"a":{"$sealed":{}}}"#] {
            assert!(parse(body.as_bytes()).is_err(), "{body}");
        }
        assert!(parse(br#"{"a":"$personal"}"#).is_ok());
    }
}
