//! Personal data: sealed before it is stored, opened for who may see it, gone when its key is destroyed.

mod claims;
mod key_checks;
mod markers;
mod sealing;
mod subject_keys;

use std::sync::Arc;

use chacha20poly1305::aead::KeyInit;
use chacha20poly1305::{Key, XChaCha20Poly1305};
use serde_json::Value;
use serde_json::value::RawValue;
use sqlx::PgPool;

use crate::{LogArgs, SecretKey, StoreError};
pub use markers::{MarkerFound, assert_no_markers};
pub(crate) use sealing::Sealing;
use subject_keys::{KeyCache, SubjectKey};

/// Seals and opens personal data, and hashes what is claimed. Knows markers, subjects and keys, and nothing of what they mean.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    pool: PgPool,
    master: XChaCha20Poly1305,
    master_key: SecretKey,
    claim_key: SecretKey,
    keys: KeyCache,
}

impl Vault {
    pub(crate) fn new(args: &LogArgs, pool: PgPool) -> Self {
        let master = XChaCha20Poly1305::new(&Key::from(*args.master_key.bytes()));
        Self(Arc::new(Inner {
            pool,
            master,
            master_key: args.master_key.clone(),
            claim_key: args.claim_key.clone(),
            keys: KeyCache::default(),
        }))
    }

    /// Compares the keys with those that the log was begun with.
    pub(crate) async fn check_keys(&self) -> Result<(), StoreError> {
        key_checks::compare(&self.0.pool, &self.0.master_key, &self.0.claim_key).await
    }

    /// Makes sure that each of these subjects has a key at hand, making those that are missing.
    ///
    /// # Errors
    /// [`StoreError::Erased`] if one of them was erased; [`StoreError::Database`] if the keys cannot be read.
    pub async fn ensure_subjects(&self, subjects: &[String]) -> Result<(), StoreError> {
        let missing: Vec<&String> = subjects.iter().filter(|subject| self.0.keys.get(subject).is_none()).collect();
        if !missing.is_empty() && self.0.master_key.is_none() {
            return Err(StoreError::WrongKey("master"));
        }
        for subject in missing {
            let key = subject_keys::fetch_or_create(&self.0.pool, &self.0.master, subject).await?;
            self.0.keys.put(subject, key);
        }
        Ok(())
    }

    /// Opens every box in an event's payload: `{"$sealed": …}` becomes `{"$personal": {"subject", "value"}}`. A box whose key was
    /// destroyed stays sealed.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] if a box is broken; [`StoreError::Database`] if the keys cannot be read.
    pub async fn open_json(&self, payload: &str) -> Result<Box<RawValue>, StoreError> {
        if !markers::may_hold_sealed(payload) {
            return Ok(RawValue::from_string(payload.to_owned())?);
        }
        let mut json: Value = serde_json::from_str(payload)?;
        let mut keys = std::collections::HashMap::new();
        for subject in sealing::sealed_subjects(&json) {
            let key = self.key_of(&subject).await?;
            keys.insert(subject, key);
        }
        sealing::open(&mut json, &keys)?;
        Ok(serde_json::value::to_raw_value(&json)?)
    }

    /// Destroys a subject's key: what was sealed with it stays in the log and can never be opened again.
    /// Other processes forget the key within a minute.
    ///
    /// # Errors
    /// [`StoreError::Database`] if the keys cannot be reached.
    pub async fn erase(&self, subject: &str, erased_by: &str) -> Result<(), StoreError> {
        subject_keys::destroy(&self.0.pool, subject, erased_by).await?;
        self.0.keys.forget(subject);
        Ok(())
    }

    /// The hash under which a text is claimed: HMAC-SHA-256, in hexadecimal. See `README.md` for how a text is brought into one form first.
    pub fn claim_hash(&self, kind: &str, text: &str) -> String {
        claims::hash(&self.0.claim_key, kind, text)
    }

    /// Seals whatever is personal in an event's payload, with keys at hand only.
    pub(crate) fn seal(&self, payload: Box<RawValue>) -> Result<Sealing, StoreError> {
        sealing::seal(payload, |subject| self.0.keys.get(subject))
    }

    async fn key_of(&self, subject: &str) -> Result<Option<SubjectKey>, StoreError> {
        if let Some(key) = self.0.keys.get(subject) {
            return Ok(Some(key));
        }
        if self.0.master_key.is_none() {
            return Err(StoreError::WrongKey("master"));
        }
        let key = subject_keys::fetch(&self.0.pool, &self.0.master, subject).await?;
        if let Some(key) = &key {
            self.0.keys.put(subject, key.clone());
        }
        Ok(key)
    }
}
