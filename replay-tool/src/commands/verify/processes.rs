//! Whether the order processes are what the log makes of them.

use process_manager::order_fulfillment::Rules;
use process_manager::{Difference, ProcessError, Untaken};
use serde_json::Value;

use super::{Detail, Found, parts};
use crate::cli::Verify;
use crate::outcome::Failure;
use crate::session::Session;

pub(super) async fn verify(session: &Session, args: &Verify) -> Result<Found, Failure> {
    let rules = Rules::from(args.rules);
    let parts = parts::of(session.store.head().await?.position);
    let found = process_manager::verify(&session.store, &rules, parts).await?;
    let position = session.store.head().await?.position;
    let findings = found.differences.len();
    Ok(Found {
        checked: "processes",
        generation: None,
        position,
        compared: found.compared as i64,
        findings: findings as i64,
        dead_letters: Some(found.untaken.len() as i64),
        first: None,
        details: found.untaken.into_iter().map(of_untaken).chain(found.differences.into_iter().map(detail)).take(args.findings).collect(),
    })
}

fn of_untaken(untaken: Untaken) -> Detail {
    let known = match untaken.stored {
        true => "its process stopped before it",
        false => "its process took it in when it could be read, what is stored cannot be compared from there on",
    };
    let message = Some(format!("an event cannot be read: {}; {known}", untaken.cause));
    Detail { what: format!("order {}", untaken.order), field: String::new(), live: None, replayed: None, message, last_event: None }
}

fn detail(difference: Difference) -> Detail {
    Detail {
        what: format!("order {}", difference.order),
        field: String::new(),
        live: difference.stored.map(Value::from),
        replayed: difference.replayed.map(Value::from),
        message: Some(format!("at {}", difference.position)),
        last_event: None,
    }
}

impl From<ProcessError> for Failure {
    fn from(error: ProcessError) -> Self {
        let message = error.to_string();
        match error {
            ProcessError::Store(source) => source.into(),
            ProcessError::Database(source) => source.into(),
            ProcessError::Subscription(_)
            | ProcessError::LeaseLost
            | ProcessError::OneCaptureOnly { .. }
            | ProcessError::OtherParts { .. } => Self::Refused(message),
            ProcessError::BrokenState { .. } => Self::Broken(message),
        }
    }
}
