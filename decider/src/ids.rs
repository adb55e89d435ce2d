//! Ids that follow from what they name, so that the same cause makes the same id, ever and everywhere.

use uuid::Uuid;

/// The namespace of every derived id. Never changes: ids that stand in a log were made with it.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_3a52_0c5e_4b8e_9b0a_5d9f_2c7e_1a44);

/// The id of what these parts name together: UUIDv5 over their JSON array, without spaces.
pub fn derive(parts: &[&str]) -> Uuid {
    let name = serde_json::to_vec(parts).expect("a list of texts is always JSON");
    Uuid::new_v5(&NAMESPACE, &name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_is_the_one_that_every_log_was_written_with() {
        assert_eq!(NAMESPACE.to_string(), "6f1d3a52-0c5e-4b8e-9b0a-5d9f2c7e1a44");
    }

    #[test]
    fn parts_never_run_into_each_other() {
        assert_ne!(derive(&["a", "b"]), derive(&["ab"]));
        assert_ne!(derive(&["a", "b"]), derive(&["a\",\"b"]));
        assert_eq!(derive(&["a", "b"]), Uuid::new_v5(&NAMESPACE, br#"["a","b"]"#));
    }
}
