//! What the edge itself finds, and the one refusal of the log's own.

use std::time::Duration;

use aggregates::values::OrderId;
use decider::{RefusalClass, RefusalDocument};
use event_store::{Failure, PositionToken, StoreError};
use gateways::WebhookError;
use identity::Role;
use serde_json::{Map, Value};

use super::super::refused::unreadable;
use super::super::{FieldError, Kind, Problem};
use super::samples::{CUSTOMER, ORDER};
use super::{Page, refusal};

pub(super) fn pages() -> Vec<Page> {
    Kind::ALL.iter().map(|kind| of_kind(*kind)).chain([version_mismatch()]).collect()
}

fn of_kind(kind: Kind) -> Page {
    let (means, remedy) = texts(kind);
    Page { example: example(kind), means, remedy }
}

/// As it is answered. What is written here as a text is held to its answer by a test over HTTP.
fn example(kind: Kind) -> Problem {
    let because = |detail: &str| Problem::new(kind, detail);
    match kind {
        Kind::InvalidRequest => {
            Problem::invalid(vec![wrong("/lines/0/quantity", "must be 1 to 1000000, is 0"), wrong("/lines/1/sku", "is required")])
        }
        Kind::MalformedJson => because("the body is not JSON at line 1, column 9"),
        Kind::IdempotencyKeyRequired => because("send an Idempotency-Key, or name the document that it is about"),
        Kind::Unauthenticated => because("send a token as authorization: Bearer …"),
        Kind::BadSignature => because(&WebhookError::WrongSignature.to_string()),
        Kind::Forbidden => Problem::forbidden(Role::Customer),
        Kind::NotFound => Problem::not_found("order", &OrderId::new(ORDER).to_string()),
        Kind::Erased => StoreError::Erased(CUSTOMER.to_string()).into(),
        Kind::MethodNotAllowed => because("/v1/orders cannot be asked with PUT"),
        Kind::PositionLost => StoreError::LostPosition(PositionToken { epoch: 1, position: 4711 }).into(),
        Kind::EventUnreadable => unreadable(4711),
        Kind::BodyTooLarge => because("a body may have at most 1048576 bytes"),
        Kind::BodyTooSlow => Problem::body_too_slow(Duration::from_secs(8)),
        Kind::UnsupportedMediaType => because("send the body as content-type: application/json"),
        Kind::IdempotencyKeyReused => Failure::KeyReused.into(),
        Kind::Internal => Problem::internal(),
        Kind::Overloaded => Problem::overloaded(),
        Kind::Unavailable => because("the log is away just now"),
        Kind::Timeout => Problem::timeout(),
    }
}

fn wrong(pointer: &str, detail: &str) -> FieldError {
    FieldError { pointer: Some(pointer.to_owned()), parameter: None, detail: detail.to_owned() }
}

/// What it means, and what to do.
fn texts(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::InvalidRequest => (
            "Parts of the request are not what the API's description says. `errors` names all that is wrong in one place: by JSON pointer in the body, by name in path, query or headers. The other places are looked at once that is right.",
            "Send what the description at `/docs` says. Sent again as it is, it is wrong again.",
        ),
        Kind::MalformedJson => (
            "The body cannot be read: it is not JSON, names a member twice, or is nested too deeply.",
            "Send a JSON document in UTF-8; `detail` says where reading stopped.",
        ),
        Kind::IdempotencyKeyRequired => (
            "Done twice, this command would have its effect twice, and nothing in the request tells the first time from the second.",
            "Send an `Idempotency-Key`, and the same one when you send the request again.",
        ),
        Kind::Unauthenticated => (
            "There is no token, or it is not one that is believed here: expired, signed with another key, or for another audience.",
            "Send `Authorization: Bearer TOKEN` with a token that is still good. `orderly token` makes them for development.",
        ),
        Kind::BadSignature => (
            "A carrier's report must be signed with the secret that both know, and not be older than some minutes.",
            "Compare `--carrier-webhook-secret` with the carrier's secret, and the clocks of both.",
        ),
        Kind::Forbidden => (
            "The token is good, and its bearer may not do this. `docs/commands.md` says who may ask what.",
            "Use the token of somebody who may.",
        ),
        Kind::NotFound => (
            "It does not exist, did not exist at the moment that was asked about, or is not the caller's to see: nothing tells these apart.",
            "Check the id. What was made a moment ago is there once its command was answered.",
        ),
        Kind::Erased => ("The customer's personal data was erased, and with it the key that could read it.", "Register a new customer."),
        Kind::MethodNotAllowed => (
            "There is something here, and it does not have this method.",
            "Commands are sent with POST, reads with GET; `/docs` lists them.",
        ),
        Kind::PositionLost => (
            "The database was restored, or a standby took over that had not got so far: what happened after that moment is not in the log any more.",
            "Read again what the position stood for. What is not there was lost: send it again.",
        ),
        Kind::EventUnreadable => (
            "An event of it was written by a newer program, or is damaged: what is known stands at the version before.",
            "An operator has to look: `replay verify` names the event. Where a newer program wrote it, this one is to be brought up to date.",
        ),
        Kind::BodyTooLarge => ("The body has more bytes than are read.", "Send less at once."),
        Kind::BodyTooSlow => ("The body did not come in the time that there is for it.", "Send it again, and at once."),
        Kind::UnsupportedMediaType => {
            ("The body is not declared as JSON, or it is packed.", "Send `Content-Type: application/json`, and no `Content-Encoding`.")
        }
        Kind::IdempotencyKeyReused => (
            "The key belongs to another request, and that one's answer is not this one's.",
            "Use a new key for a new request, and the old one only to send the same again.",
        ),
        Kind::Internal => (
            "A fault of this program. Its log has the cause under the `x-request-id` of the answer.",
            "Tell an operator the `x-request-id`. A command may be sent again under its `Idempotency-Key`: it is done once at most.",
        ),
        Kind::Overloaded => (
            "More is asked than can be done in time, and this was turned away before anything was done.",
            "Wait as long as `Retry-After` says and send it again.",
        ),
        Kind::Unavailable => (
            "The database cannot be reached. Whether a command was done is not known.",
            "Wait as long as `Retry-After` says and send it again under the same `Idempotency-Key`: it is done once at most.",
        ),
        Kind::Timeout => (
            "It was given up. A command may be done nevertheless.",
            "Send it again under the same `Idempotency-Key`: the answer tells what came of it.",
        ),
    }
}

fn version_mismatch() -> Page {
    let details = Map::from_iter([("expected".to_owned(), Value::from(3)), ("actual".to_owned(), Value::from(5))]);
    let document = RefusalDocument {
        code: "version_mismatch".to_owned(),
        class: RefusalClass::Precondition,
        message: "it is at version 5, 3 was expected".to_owned(),
        details,
    };
    Page {
        example: refusal(document),
        means: "The command was to be done only at the version that `If-Match` names, and something has happened since.",
        remedy: "Read it again, decide again, and send the new `ETag`.",
    }
}
