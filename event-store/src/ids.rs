//! Ids that follow from what they name: asked twice, the same id.

use uuid::Uuid;

/// The namespace of every UUIDv5 of the platform. Never changed: ids that were given out follow from it.
pub const NAMESPACE: Uuid = uuid::uuid!("6f1d3a52-0c5e-4b8e-9b0a-5d9f2c7e1a44");

/// UUIDv5 over the compact JSON array of `parts` as strings: no two lists of parts run together into one text.
pub fn derive(parts: &[&str]) -> Uuid {
    let name = serde_json::Value::from(parts.to_vec()).to_string();
    Uuid::new_v5(&NAMESPACE, name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_hash_of_a_json_array_of_its_parts() {
        assert_eq!(derive(&["order", "web", "a\"b"]), Uuid::new_v5(&NAMESPACE, br#"["order","web","a\"b"]"#));
        assert_ne!(derive(&["ab", "c"]), derive(&["a", "bc"]));
    }
}
