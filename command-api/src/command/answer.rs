use std::fmt::Write;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use event_store::Executed;
use serde::Serialize;
use utoipa::ToSchema;

use crate::position::POSITION_HEADER;

/// What every command that was done is answered with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    /// What it was about.
    pub(crate) id: String,
    /// Its version now: how many events it has. Also the `ETag`.
    pub(crate) version: i64,
    /// Where the log stands: readers that have come so far have seen it. Also the header `Orderly-Position`.
    pub(crate) position: String,
}

/// A command that was done, as an answer.
#[derive(Debug)]
pub(crate) struct Accepted {
    done: Done,
    location: Option<String>,
}

impl Accepted {
    /// Something that was there already has changed (or did not have to).
    pub(crate) fn changed(executed: &Executed) -> Self {
        let done =
            Done { id: executed.stream.aggregate_id().to_owned(), version: executed.version, position: executed.position.to_string() };
        Self { done, location: None }
    }

    /// Something is there now, under `{collection}/{id}`.
    pub(crate) fn created(executed: &Executed, collection: &str) -> Self {
        let changed = Self::changed(executed);
        Self { location: Some(place(collection, &changed.done.id)), ..changed }
    }

    /// Something else than what the command was about is there now, under `{collection}/{id}`.
    pub(crate) fn created_beside(executed: &Executed, id: String, collection: &str) -> Self {
        let location = Some(place(collection, &id));
        Self { done: Done { id, version: 1, position: executed.position.to_string() }, location }
    }
}

/// Where `id` is read: one segment of a path (RFC 3986), whatever it is made of.
fn place(collection: &str, id: &str) -> String {
    id.bytes().fold(format!("{collection}/"), |mut place, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => place.push(char::from(byte)),
            _ => write!(place, "%{byte:02X}").expect("a string takes every write"),
        }
        place
    })
}

impl IntoResponse for Accepted {
    fn into_response(self) -> Response {
        let mut headers = version_headers(self.done.version, &self.done.position);
        let status = if self.location.is_some() { StatusCode::CREATED } else { StatusCode::OK };
        if let Some(location) = self.location.and_then(|location| HeaderValue::try_from(location).ok()) {
            headers.insert(header::LOCATION, location);
        }
        (status, headers, Json(self.done)).into_response()
    }
}

/// The headers of an answer about one aggregate.
pub(crate) fn version_headers(version: i64, position: &str) -> HeaderMap {
    let mut headers = position_header(position);
    if let Ok(tag) = HeaderValue::try_from(format!("\"{version}\"")) {
        headers.insert(header::ETAG, tag);
    }
    headers
}

/// The header of every answer that reflects the log.
pub(crate) fn position_header(position: &str) -> HeaderMap {
    HeaderValue::try_from(position).map(|position| (POSITION_HEADER, position)).into_iter().collect()
}
