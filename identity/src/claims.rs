use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use crate::subject::Subject;
use crate::{Grant, Role};

/// What a token of ours says (RFC 7519).
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) aud: Audience,
    pub(crate) sub: Subject,
    #[serde(deserialize_with = "numeric_date")]
    pub(crate) iat: i64,
    #[serde(deserialize_with = "numeric_date")]
    pub(crate) nbf: i64,
    #[serde(deserialize_with = "numeric_date")]
    pub(crate) exp: i64,
    pub(crate) jti: Uuid,
    pub(crate) role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) channel: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) grants: Vec<Grant>,
}

/// Whom a token is for: one, or several of whom one must be us.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Seconds since 1970, perhaps with a fraction: it is cut off, so nothing is believed longer than it says by more than the clocks may differ.
fn numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum NumericDate {
        Whole(i64),
        Fraction(f64),
    }
    match NumericDate::deserialize(deserializer)? {
        NumericDate::Whole(seconds) => Ok(seconds),
        // A fraction this far from 1970 names no time that a clock shows.
        NumericDate::Fraction(seconds) if seconds.abs() < 1e15 => Ok(seconds.floor() as i64),
        NumericDate::Fraction(_) => Err(serde::de::Error::custom("not a date")),
    }
}
