use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;

use crate::SecretKey;

/// HMAC-SHA-256 of a text in its one form, in hexadecimal: the same address is the same claim, and the log does not show which.
pub(super) fn hash(key: &SecretKey, kind: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).expect("an HMAC takes keys of any length");
    mac.update(one_form(kind, text).as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Trimmed, in normal form C; an address also in lower case as a whole. A reference of a shop's own keeps its case: there `a` and `A` may be two.
fn one_form(kind: &str, text: &str) -> String {
    let text = text.trim().nfc().collect::<String>();
    if kind == "email" { text.to_lowercase().nfc().collect() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_claimed_in_one_form() {
        let key = SecretKey::new([7; 32]);
        let hashed = hash(&key, "email", "jos\u{e9}@example.com");
        assert_eq!(hashed, hash(&key, "email", "  JOSE\u{301}@Example.COM "));
        assert_ne!(hashed, hash(&SecretKey::new([8; 32]), "email", "jos\u{e9}@example.com"));
        assert_eq!(hashed.len(), 64);
        assert_ne!(hash(&key, "channel_reference", "web/A"), hash(&key, "channel_reference", "web/a"));
    }
}
