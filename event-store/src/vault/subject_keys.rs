//! A key per subject: made once, wrapped by the master key, destroyed with the subject.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use sqlx::{PgPool, Row};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::StoreError;

/// How long a key is believed without asking: bounds what another process can still open after an erasure.
const BELIEVED: Duration = Duration::from_secs(60);
/// How many keys are kept; past it the cache starts anew.
const KEPT: usize = 50_000;

#[derive(Clone)]
pub(super) struct SubjectKey {
    pub(super) id: Uuid,
    pub(super) cipher: XChaCha20Poly1305,
}

impl SubjectKey {
    #[cfg(test)]
    pub(super) fn for_tests(byte: u8) -> Self {
        Self { id: Uuid::from_bytes([byte; 16]), cipher: XChaCha20Poly1305::new(&Key::from([byte; 32])) }
    }
}

/// Keys at hand.
#[derive(Default)]
pub(super) struct KeyCache(Mutex<HashMap<String, (SubjectKey, Instant)>>);

impl KeyCache {
    pub(super) fn get(&self, subject: &str) -> Option<SubjectKey> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(subject).filter(|(_, since)| since.elapsed() < BELIEVED).map(|(key, _)| key.clone())
    }

    pub(super) fn put(&self, subject: &str, key: SubjectKey) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= KEPT {
            keys.clear();
        }
        keys.insert(subject.to_owned(), (key, Instant::now()));
    }

    pub(super) fn forget(&self, subject: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(subject);
    }
}

pub(super) async fn fetch(pool: &PgPool, master: &XChaCha20Poly1305, subject: &str) -> Result<Option<SubjectKey>, StoreError> {
    let row = sqlx::query("select key_id, wrapped from vault.subject_keys where subject = $1").bind(subject).fetch_optional(pool).await?;
    match row {
        None => Ok(None),
        Some(row) => unwrap(master, subject, row.try_get("key_id")?, row.try_get("wrapped")?).map(Some),
    }
}

/// Two processes may both make a key: the row that is there first is the key. An erased subject gets none: the insert looks at the list of
/// erasures and [`destroy`] locks the same subject, so no key is made behind an erasure's back.
pub(super) async fn fetch_or_create(pool: &PgPool, master: &XChaCha20Poly1305, subject: &str) -> Result<SubjectKey, StoreError> {
    if let Some(key) = fetch(pool, master, subject).await? {
        return Ok(key);
    }
    let id = Uuid::now_v7();
    let mut tx = pool.begin().await?;
    lock_subject(&mut tx, subject).await?;
    sqlx::query(
        "insert into vault.subject_keys (subject, key_id, wrapped)
         select $1, $2, $3 where not exists (select from vault.erasures e where e.subject = $1)
         on conflict (subject) do nothing",
    )
    .bind(subject)
    .bind(id)
    .bind(wrap(master, subject, id)?)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    fetch(pool, master, subject).await?.ok_or_else(|| StoreError::Erased(subject.to_owned()))
}

pub(super) async fn destroy(pool: &PgPool, subject: &str, erased_by: &str) -> Result<(), StoreError> {
    let mut tx = pool.begin().await?;
    lock_subject(&mut tx, subject).await?;
    sqlx::query("insert into vault.erasures (subject, erased_by) values ($1, $2) on conflict (subject) do nothing")
        .bind(subject)
        .bind(erased_by)
        .execute(&mut *tx)
        .await?;
    sqlx::query("delete from vault.subject_keys where subject = $1").bind(subject).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

async fn lock_subject(connection: &mut sqlx::PgConnection, subject: &str) -> Result<(), StoreError> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('vault ' || $1, 0))").bind(subject).execute(connection).await?;
    Ok(())
}

fn wrap(master: &XChaCha20Poly1305, subject: &str, id: Uuid) -> Result<Vec<u8>, StoreError> {
    let nonce: [u8; 24] = random()?;
    let key = Zeroizing::new(random::<32>()?);
    let wrapped = master
        .encrypt(&XNonce::from(nonce), Payload { msg: key.as_slice(), aad: &bound_to(subject, id) })
        .map_err(|_| StoreError::Sealed("a key could not be wrapped".to_owned()))?;
    Ok([nonce.as_slice(), &wrapped].concat())
}

fn unwrap(master: &XChaCha20Poly1305, subject: &str, id: Uuid, wrapped: Vec<u8>) -> Result<SubjectKey, StoreError> {
    let broken = || StoreError::Sealed(format!("the master key does not open the key of subject {subject}"));
    let (nonce, wrapped) = wrapped.split_first_chunk::<24>().ok_or_else(broken)?;
    let opened = master
        .decrypt(&XNonce::from(*nonce), Payload { msg: wrapped, aad: &bound_to(subject, id) })
        .map(Zeroizing::new)
        .map_err(|_| broken())?;
    let key: [u8; 32] = opened.as_slice().try_into().map_err(|_| broken())?;
    Ok(SubjectKey { id, cipher: XChaCha20Poly1305::new(&Key::from(key)) })
}

fn bound_to(subject: &str, id: Uuid) -> Vec<u8> {
    [id.as_bytes(), subject.as_bytes()].concat()
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Sealed("the system has no randomness".to_owned()))?;
    Ok(bytes)
}
