use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, OriginalUri, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::fingerprint::fingerprint;
use super::shape::Shape;
use super::{At, Fields, json};
use crate::openapi;
use crate::problem::{Kind, Problem};
use crate::router::BODY_LIMIT;

/// A JSON body that fits its schema, with what makes the request the same as another.
pub(crate) struct Body<T> {
    /// What was sent.
    pub(crate) value: T,
    /// SHA-256 over method, target, If-Match and canonical body.
    pub(crate) fingerprint: [u8; 32],
}

impl<T: DeserializeOwned + ToSchema, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let method = request.method().clone();
        let target = request.extensions().get::<OriginalUri>().map_or_else(|| target_of(request.uri()), |uri| target_of(uri));
        let if_match: Vec<_> = request.headers().get_all(header::IF_MATCH).iter().map(HeaderValue::as_bytes).collect();
        let if_match = if_match.join(&b", "[..]);
        let declared_json = is_json(request.headers());
        refuse_packed(request.headers())?;
        let arrived = tokio::time::timeout(SLOWEST, Bytes::from_request(request, state)).await;
        let bytes = arrived.map_err(|_| Problem::body_too_slow(SLOWEST))?.map_err(unreadable)?;
        if !declared_json && !bytes.is_empty() {
            return Err(Problem::new(Kind::UnsupportedMediaType, "send the body as content-type: application/json"));
        }
        let body = if bytes.is_empty() { Value::Object(serde_json::Map::new()) } else { json::parse(&bytes)? };
        let fingerprint = fingerprint(method.as_str(), &target, &if_match, &body);
        Ok(Self { value: read(body)?, fingerprint })
    }
}

/// How long a body may take to arrive, however steadily it does.
const SLOWEST: Duration = Duration::from_secs(8);

fn target_of(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string)
}

/// A body is read as it is: one that is packed would be taken for another.
///
/// # Errors
/// 415.
pub(crate) fn refuse_packed(headers: &HeaderMap) -> Result<(), Problem> {
    let is_plain = |encoding: &HeaderValue| encoding.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().all(is_plain) {
        return Ok(());
    }
    Err(Problem::new(Kind::UnsupportedMediaType, "send the body as it is, without content-encoding"))
}

/// The body as a `T`, once it is known to fit the schema of `T`.
fn read<T: DeserializeOwned + ToSchema>(body: Value) -> Result<T, Problem> {
    let mut fields = Fields::default();
    Shape::of(openapi::schemas()).check(&T::name(), &body, &mut fields);
    fields.finish(Some(()))?;
    let mut fields = Fields::default();
    let value = fields.check(&At::root(), serde_json::from_value(body));
    fields.finish(value)
}

/// `application/json` or a type built on it; parameters do not matter.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(media_type) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// What a body that cannot be read whole is answered with.
fn unreadable(rejection: BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(Kind::BodyTooLarge, format!("a body may have at most {BODY_LIMIT} bytes"));
    }
    Problem::new(Kind::MalformedJson, "the body could not be read to its end")
}
