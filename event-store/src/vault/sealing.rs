//! From `{"$personal": {"subject", "value"}}` to `{"$sealed": {"v": 1, "subject", "key", "nonce", "box"}}` and back.
//!
//! Version 1: XChaCha20-Poly1305 under the subject's key, a random nonce of 24 bytes, the subject as associated data, base64url without padding.

use std::collections::{BTreeSet, HashMap};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead, Payload};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use uuid::Uuid;

use super::markers::{PERSONAL, SEALED, body_of, may_hold_personal};
use super::subject_keys::{SubjectKey, random};
use crate::StoreError;

/// What became of a payload.
pub(crate) enum Sealing {
    /// Nothing in it is personal: its bytes as they were.
    Plain(Box<RawValue>),
    /// Sealed: no longer what was decided, so it is folded as it will be read.
    Sealed(Box<RawValue>),
    /// This subject's key is not at hand.
    KeyMissing(String),
}

#[derive(Deserialize)]
struct Clear {
    subject: String,
    value: Value,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    v: u32,
    subject: String,
    key: Uuid,
    nonce: String,
    r#box: String,
}

pub(super) fn seal(payload: Box<RawValue>, key_of: impl Fn(&str) -> Option<SubjectKey>) -> Result<Sealing, StoreError> {
    if !may_hold_personal(payload.get()) {
        return Ok(Sealing::Plain(payload));
    }
    let mut json: Value = serde_json::from_str(payload.get())?;
    let mut missing = None;
    walk(&mut json, PERSONAL, &mut |body| {
        let clear: Clear = serde_json::from_value(body.clone())?;
        match key_of(&clear.subject) {
            Some(key) => seal_value(&clear, &key).map(Some),
            None => {
                missing.get_or_insert(clear.subject);
                Ok(None)
            }
        }
    })?;
    match missing {
        Some(subject) => Ok(Sealing::KeyMissing(subject)),
        None => Ok(Sealing::Sealed(serde_json::value::to_raw_value(&json)?)),
    }
}

fn seal_value(clear: &Clear, key: &SubjectKey) -> Result<Value, StoreError> {
    let nonce: [u8; 24] = random()?;
    let message = serde_json::to_vec(&clear.value)?;
    let sealed = key
        .cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: &message, aad: clear.subject.as_bytes() })
        .map_err(|_| StoreError::Sealed("a value is too long to be sealed".to_owned()))?;
    let body = Sealed {
        v: 1,
        subject: clear.subject.clone(),
        key: key.id,
        nonce: URL_SAFE_NO_PAD.encode(nonce),
        r#box: URL_SAFE_NO_PAD.encode(sealed),
    };
    Ok(json!({ SEALED: body }))
}

pub(super) fn sealed_subjects(json: &Value) -> BTreeSet<String> {
    let mut subjects = BTreeSet::new();
    let mut collect = |value: &Value| {
        if let Some(subject) = value.get("subject").and_then(Value::as_str) {
            subjects.insert(subject.to_owned());
        }
    };
    visit(json, &mut collect);
    subjects
}

fn visit(json: &Value, on_sealed: &mut impl FnMut(&Value)) {
    match json {
        Value::Object(members) => match body_of(members, SEALED) {
            Some(body) => on_sealed(body),
            None => members.values().for_each(|value| visit(value, on_sealed)),
        },
        Value::Array(items) => items.iter().for_each(|item| visit(item, on_sealed)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Opens every box whose subject still has the key that sealed it.
pub(super) fn open(json: &mut Value, keys: &HashMap<String, Option<SubjectKey>>) -> Result<(), StoreError> {
    walk(json, SEALED, &mut |body| {
        let sealed: Sealed = serde_json::from_value(body.clone())?;
        if sealed.v != 1 {
            return Err(StoreError::Sealed(format!("a box of version {} is not known here", sealed.v)));
        }
        match keys.get(&sealed.subject).and_then(Option::as_ref).filter(|key| key.id == sealed.key) {
            Some(key) => open_value(&sealed, key).map(Some),
            None => Ok(None),
        }
    })
}

fn open_value(sealed: &Sealed, key: &SubjectKey) -> Result<Value, StoreError> {
    let broken = |what: &str| StoreError::Sealed(format!("{what} of a box of subject {}", sealed.subject));
    let nonce =
        URL_SAFE_NO_PAD.decode(&sealed.nonce).ok().and_then(|nonce| <[u8; 24]>::try_from(nonce).ok()).ok_or_else(|| broken("nonce"))?;
    let message = URL_SAFE_NO_PAD.decode(&sealed.r#box).map_err(|_| broken("encoding"))?;
    let opened = key
        .cipher
        .decrypt(&XNonce::from(nonce), Payload { msg: &message, aad: sealed.subject.as_bytes() })
        .map_err(|_| broken("authentication"))?;
    let value: Value = serde_json::from_slice(&opened)?;
    Ok(json!({ PERSONAL: { "subject": sealed.subject, "value": value } }))
}

/// Replaces every object that is this marker by what `replace` makes of its body, or leaves it.
fn walk(json: &mut Value, marker: &str, replace: &mut impl FnMut(&Value) -> Result<Option<Value>, StoreError>) -> Result<(), StoreError> {
    if let Some(body) = json.as_object().and_then(|members| body_of(members, marker)) {
        if let Some(replaced) = replace(body)? {
            *json = replaced;
        }
        return Ok(());
    }
    match json {
        Value::Object(members) => members.values_mut().try_for_each(|value| walk(value, marker, replace)),
        Value::Array(items) => items.iter_mut().try_for_each(|item| walk(item, marker, replace)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &Value) -> Box<RawValue> {
        serde_json::value::to_raw_value(json).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_again_for_its_subject_only() {
        let key = SubjectKey::for_tests(1);
        let clear = json!({"order.placed": {"name": {"$personal": {"subject": "s1", "value": {"first": "Ann"}}}, "n": [1]}});
        let Sealing::Sealed(sealed) = seal(raw(&clear), |_| Some(key.clone())).unwrap() else { panic!("not sealed") };
        assert!(!sealed.get().contains("Ann") && !sealed.get().contains("$personal"));

        let mut json: Value = serde_json::from_str(sealed.get()).unwrap();
        assert_eq!(sealed_subjects(&json), BTreeSet::from(["s1".to_owned()]));
        open(&mut json, &HashMap::from([("s1".to_owned(), Some(key.clone()))])).unwrap();
        assert_eq!(json, clear);

        let mut stolen: Value = serde_json::from_str(&sealed.get().replace("\"s1\"", "\"s2\"")).unwrap();
        assert!(open(&mut stolen, &HashMap::from([("s2".to_owned(), Some(key))])).is_err(), "a box moved to another subject opened");
    }

    #[test]
    fn a_box_without_its_key_stays_sealed() {
        let clear = json!({"e": {"$personal": {"subject": "s1", "value": 1}}});
        let Sealing::Sealed(sealed) = seal(raw(&clear), |_| Some(SubjectKey::for_tests(1))).unwrap() else { panic!("not sealed") };
        let before: Value = serde_json::from_str(sealed.get()).unwrap();
        for keys in [HashMap::from([("s1".to_owned(), None)]), HashMap::from([("s1".to_owned(), Some(SubjectKey::for_tests(2)))])] {
            let mut after = before.clone();
            open(&mut after, &keys).unwrap();
            assert_eq!(before, after);
        }
    }

    #[test]
    fn a_missing_key_is_named_and_nothing_is_sealed() {
        let clear = json!({"e": {"$personal": {"subject": "s1", "value": 1}}});
        assert!(matches!(seal(raw(&clear), |_| None).unwrap(), Sealing::KeyMissing(subject) if subject == "s1"));
        assert!(matches!(seal(raw(&json!({"e": 1})), |_| None).unwrap(), Sealing::Plain(_)));
    }
}
