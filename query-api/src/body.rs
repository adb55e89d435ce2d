use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;

use crate::errors::Code;
use crate::state::QueryState;

/// How long a body may take to arrive, however steadily it does.
const SLOWEST: Duration = Duration::from_secs(8);

/// Why a body was not read.
pub(crate) struct Unread {
    pub(crate) status: StatusCode,
    pub(crate) code: Code,
    pub(crate) message: String,
}

/// The whole body of a request.
///
/// # Errors
/// It is too large, comes too slowly, or breaks off.
pub(crate) async fn whole(request: Request, state: &QueryState) -> Result<Bytes, Unread> {
    let slow = |_| Unread {
        status: StatusCode::REQUEST_TIMEOUT,
        code: Code::BodyTooSlow,
        message: format!("a request is sent within {} s", SLOWEST.as_secs()),
    };
    let read = tokio::time::timeout(SLOWEST, Bytes::from_request(request, state)).await.map_err(slow)?;
    read.map_err(|problem| match problem.status() {
        status @ StatusCode::PAYLOAD_TOO_LARGE => {
            let message = format!("a request has at most {} bytes", state.args().query_body_bytes);
            Unread { status, code: Code::BodyTooLarge, message }
        }
        status => Unread { status, code: Code::InvalidRequest, message: "the body could not be read to its end".to_owned() },
    })
}
