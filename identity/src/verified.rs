use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::Caller;

/// A token's fingerprint: the token itself is not kept.
pub(crate) type TokenHash = [u8; 32];

pub(crate) fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// Tokens whose signature was checked (60–90 µs each), until they expire.
///
/// Bounded in two generations: what was used since the last turn-over survives the next one.
#[derive(Debug, Default)]
pub(crate) struct VerifiedTokens {
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<TokenHash, Verified>,
    old: HashMap<TokenHash, Verified>,
}

#[derive(Debug, Clone)]
struct Verified {
    caller: Caller,
    expires_at: i64,
}

/// With 32 bytes of hash and some 200 of caller, both generations stay below 10 MB.
const GENERATION: usize = 16_384;

impl VerifiedTokens {
    /// The caller, if the token was verified before and is still valid at `now`.
    pub(crate) fn get(&self, token: &TokenHash, now: i64) -> Option<Caller> {
        self.locked(|generations| generations.get(token).filter(|verified| now < verified.expires_at).map(|verified| verified.caller))
    }

    pub(crate) fn insert(&self, token: TokenHash, caller: Caller, expires_at: i64) {
        self.locked(|generations| generations.insert(token, Verified { caller, expires_at }));
    }

    /// A panic elsewhere can't leave a map half changed, so a poisoned lock is still good.
    fn locked<T>(&self, act: impl FnOnce(&mut Generations) -> T) -> T {
        act(&mut self.generations.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Generations {
    fn get(&mut self, token: &TokenHash) -> Option<Verified> {
        if let Some(verified) = self.young.get(token) {
            return Some(verified.clone());
        }
        let verified = self.old.remove(token)?;
        self.insert(*token, verified.clone());
        Some(verified)
    }

    fn insert(&mut self, token: TokenHash, verified: Verified) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(token, verified);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    fn anna() -> Caller {
        Caller { subject: "anna".to_owned(), role: Role::Operator, channel: None, grants: Vec::new() }
    }

    #[test]
    fn a_verified_token_is_known_until_it_expires() {
        let tokens = VerifiedTokens::default();
        tokens.insert(hash("a"), anna(), 100);
        assert_eq!(tokens.get(&hash("a"), 99), Some(anna()));
        assert_eq!(tokens.get(&hash("a"), 100), None);
        assert_eq!(tokens.get(&hash("b"), 99), None);
    }

    #[test]
    fn memory_is_bounded_and_what_is_used_stays() {
        let tokens = VerifiedTokens::default();
        tokens.insert(hash("used"), anna(), 100);
        for number in 0..5 * GENERATION {
            tokens.insert(hash(&number.to_string()), anna(), 100);
            assert!(number % 1000 != 0 || tokens.get(&hash("used"), 0).is_some(), "forgotten after {number}");
        }
        assert!(tokens.locked(|generations| generations.young.len() + generations.old.len()) <= 2 * GENERATION);
        assert_eq!(tokens.get(&hash("0"), 0), None);
    }
}
