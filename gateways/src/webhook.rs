//! What a carrier reports by itself: a signed HTTP request.
//!
//! The header `Orderly-Signature: t=<unix seconds>,v1=<hex>` holds HMAC-SHA-256 over `t`, a full stop and the body's bytes. The time is under the
//! signature, so a recorded request can't be sent again later than the tolerance; up to three `v1` are allowed while a secret is being replaced. Who sends
//! is not known before a signature was compared, so what a header may ask for is bounded: the body is hashed once, whatever the header says.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

/// The header that holds the signature.
pub const SIGNATURE_HEADER: &str = "orderly-signature";

/// The most signatures that one header may have: an old secret, a new one, and one to spare.
const MOST_SIGNATURES: usize = 3;

/// How long a signature is: what is longer or shorter is none.
const SIGNATURE_BYTES: usize = 32;

/// A parcel's news. One event may arrive several times, late, and in any order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierEvent {
    /// The same each time the same news is sent.
    pub event_id: Uuid,
    /// The carrier's number for the parcel.
    pub tracking: String,
    /// The parcel.
    pub shipment: Uuid,
    /// What is in it.
    pub order: Uuid,
    /// What happened.
    pub status: DeliveryStatus,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// What happened to a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// It arrived.
    Delivered,
}

/// What a carrier and Orderly both know.
#[derive(Clone)]
pub struct WebhookSecret(SecretString);

impl WebhookSecret {
    /// Shorter ones could be guessed offline from one signed request.
    pub const SHORTEST: usize = 16;
}

impl FromStr for WebhookSecret {
    type Err = WebhookError;

    fn from_str(text: &str) -> Result<Self, WebhookError> {
        if text.len() < Self::SHORTEST {
            return Err(WebhookError::ShortSecret { shortest: Self::SHORTEST });
        }
        Ok(Self(SecretString::from(text.to_owned())))
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(..)")
    }
}

/// Why a webhook is not believed.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// Not a secret worth the name.
    #[error("a webhook secret has at least {shortest} characters")]
    ShortSecret {
        /// How many at least.
        shortest: usize,
    },
    /// No signature, or not one.
    #[error("the header {SIGNATURE_HEADER} is missing or malformed")]
    MalformedSignature,
    /// Signed with another secret, or altered on the way.
    #[error("the signature does not match")]
    WrongSignature,
    /// Sent too long ago, or from the future.
    #[error("signed {seconds} s from now, more than {tolerance_seconds} s are not accepted")]
    OutsideTolerance {
        /// How far away; negative in the past.
        seconds: i64,
        /// How far it may be.
        tolerance_seconds: u64,
    },
    /// Believed, but not understood.
    #[error("the body is not a carrier event: {0}")]
    MalformedBody(#[from] serde_json::Error),
}

/// The value of the signature header for a body sent at `at`.
#[must_use]
pub fn sign(secret: &WebhookSecret, at: DateTime<Utc>, body: &[u8]) -> String {
    let timestamp = at.timestamp();
    let signature = mac(secret, timestamp, body).finalize().into_bytes();
    format!("t={timestamp},v1={}", hex::encode(signature))
}

/// Believes a webhook, or says why not. Nothing in the body is looked at before its signature.
///
/// # Errors
/// [`WebhookError`]; all but [`WebhookError::MalformedBody`] mean that the sender is not who it says.
pub fn verify(
    secret: &WebhookSecret,
    headers: &HeaderMap,
    body: &[u8],
    now: DateTime<Utc>,
    tolerance: Duration,
) -> Result<CarrierEvent, WebhookError> {
    let signed = Signed::parse(headers).ok_or(WebhookError::MalformedSignature)?;
    let expected = mac(secret, signed.timestamp, body);
    if !signed.signatures.iter().any(|signature| expected.clone().verify_slice(signature).is_ok()) {
        return Err(WebhookError::WrongSignature);
    }
    within(signed.timestamp, now, tolerance)?;
    Ok(serde_json::from_slice(body)?)
}

/// What can be told before the body is read: whether it claims to be signed, and lately. Costs nothing, so that a stranger's body need not be waited for.
///
/// # Errors
/// [`WebhookError`]: the sender is not who it says.
pub fn check_header(headers: &HeaderMap, now: DateTime<Utc>, tolerance: Duration) -> Result<(), WebhookError> {
    let signed = Signed::parse(headers).filter(|signed| !signed.signatures.is_empty()).ok_or(WebhookError::MalformedSignature)?;
    within(signed.timestamp, now, tolerance)
}

fn within(timestamp: i64, now: DateTime<Utc>, tolerance: Duration) -> Result<(), WebhookError> {
    let seconds = timestamp.saturating_sub(now.timestamp());
    if seconds.unsigned_abs() > tolerance.as_secs() {
        return Err(WebhookError::OutsideTolerance { seconds, tolerance_seconds: tolerance.as_secs() });
    }
    Ok(())
}

fn mac(secret: &WebhookSecret, timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.0.expose_secret().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

struct Signed {
    timestamp: i64,
    signatures: Vec<[u8; SIGNATURE_BYTES]>,
}

impl Signed {
    /// None if there is no such header, there are two, or one of its parts is not what it says.
    fn parse(headers: &HeaderMap) -> Option<Self> {
        let mut given = headers.get_all(SIGNATURE_HEADER).iter();
        let (Some(header), None) = (given.next(), given.next()) else { return None };
        let (mut timestamp, mut signatures) = (None, Vec::with_capacity(MOST_SIGNATURES));
        for part in header.to_str().ok()?.split(',') {
            match part.trim().split_once('=')? {
                ("t", _) if timestamp.is_some() => return None,
                ("t", seconds) => timestamp = Some(seconds.parse().ok()?),
                ("v1", _) if signatures.len() == MOST_SIGNATURES => return None,
                ("v1", signature) => signatures.push(decoded(signature)?),
                _later_scheme => {}
            }
        }
        Some(Self { timestamp: timestamp?, signatures })
    }
}

fn decoded(signature: &str) -> Option<[u8; SIGNATURE_BYTES]> {
    let mut bytes = [0; SIGNATURE_BYTES];
    hex::decode_to_slice(signature, &mut bytes).ok().map(|()| bytes)
}

#[cfg(test)]
mod tests;
