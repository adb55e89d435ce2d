use serde_json::Value;
use sha2::{Digest, Sha256};

/// What makes two requests the same: SHA-256 over the method, the path with its query, the version that is asked for (empty: any), and the body with
/// its members in order and without spaces.
pub(crate) fn fingerprint(method: &str, target: &str, if_match: &[u8], body: &Value) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [method.as_bytes(), target.as_bytes(), if_match] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut canonical = Vec::new();
    write_canonical(body, &mut canonical);
    hash.update(canonical);
    hash.finalize().into()
}

/// Sorts by itself: the order of `serde_json`'s maps depends on a feature that any dependency may turn on.
fn write_canonical(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Array(items) => write_separated(out, (b'[', b']'), items, write_canonical),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            write_separated(out, (b'{', b'}'), members, |(name, value), out| {
                write_scalar(&Value::String(name.clone()), out);
                out.push(b':');
                write_canonical(value, out);
            });
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => write_scalar(value, out),
    }
}

fn write_separated<T>(out: &mut Vec<u8>, (open, close): (u8, u8), items: impl IntoIterator<Item = T>, write: impl Fn(T, &mut Vec<u8>)) {
    out.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(close);
}

fn write_scalar(value: &Value, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("a JSON value can be written into memory");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_members_does_not_matter_and_all_else_does() {
        let of = |path: &str, body: Value| fingerprint("POST", path, b"", &body);
        let first: Value = serde_json::from_str(r#"{"b":[1,{"y":null,"x":"é"}],"a":2}"#).unwrap();
        let second: Value = serde_json::from_str(r#"{"a":2,"b":[1,{"x":"é","y":null}]}"#).unwrap();
        assert_eq!(of("/v1/orders", first), of("/v1/orders", second));
        assert_ne!(of("/v1/orders", json!([1, 2])), of("/v1/orders", json!([2, 1])));
        assert_ne!(of("/v1/orders", json!({})), of("/v1/products", json!({})));
        assert_ne!(of("/v1/orders", json!({})), of("/v1/orders?a=1", json!({})));
        assert_ne!(of("/v1/orders", json!({})), fingerprint("POST", "/v1/orders", b"\"1\"", &json!({})));
    }
}
