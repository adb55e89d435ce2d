//! Whether this process has the keys that the log was begun with.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sqlx::PgPool;

use crate::{SecretKey, StoreError};

/// Begins with a character that no text that is claimed begins with: they are trimmed.
const CONSTANT: &[u8] = b" key check";

/// Compares both keys with those that the log knows; the first process of a log says which they are.
pub(super) async fn compare(pool: &PgPool, master: &SecretKey, claim: &SecretKey) -> Result<(), StoreError> {
    for (name, key) in [("master", master), ("claim", claim)] {
        if key.is_none() {
            continue;
        }
        let value = check_of(key);
        sqlx::query("insert into vault.key_checks (name, value) values ($1, $2) on conflict (name) do nothing")
            .bind(name)
            .bind(&value)
            .execute(pool)
            .await?;
        let known: Vec<u8> = sqlx::query_scalar("select value from vault.key_checks where name = $1").bind(name).fetch_one(pool).await?;
        if known != value {
            return Err(StoreError::WrongKey(name));
        }
    }
    Ok(())
}

fn check_of(key: &SecretKey) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).expect("an HMAC takes keys of any length");
    mac.update(CONSTANT);
    mac.finalize().into_bytes().to_vec()
}
