//! What a failure means for who started the program: its causes, each once, and what to do about it.

use event_store::SubscriptionError;
use process_manager::ProcessError;
use projections::ReadModelError;

type Cause<'a> = &'a (dyn std::error::Error + 'static);

/// A failure in one line.
pub fn of(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(words) {
        // Some errors repeat what they were caused by.
        if !told.contains(&cause) {
            let separator = if told.is_empty() { "" } else { ": " };
            told = format!("{told}{separator}{cause}");
        }
    }
    match error.chain().find_map(remedy) {
        Some(remedy) => format!("{told}; {remedy}"),
        None => told,
    }
}

fn words(cause: Cause<'_>) -> String {
    match ahead_of_the_log(cause) {
        Some(position) => format!("the log has lost position {position}, which was read from it before"),
        None => cause.to_string(),
    }
}

/// Whether a reader of the log has seen what the log no longer has.
pub(crate) fn is_ahead_of_the_log(cause: Cause<'_>) -> bool {
    ahead_of_the_log(cause).is_some()
}

fn ahead_of_the_log(cause: Cause<'_>) -> Option<i64> {
    let error = match (cause.downcast_ref::<ProcessError>(), cause.downcast_ref::<ReadModelError>()) {
        (Some(ProcessError::Subscription(error)), _) => Some(error),
        (_, Some(ReadModelError::Subscription(error))) => Some(&**error),
        (_, _) => cause.downcast_ref::<SubscriptionError>(),
    };
    match error? {
        SubscriptionError::AheadOfLog { checkpoint, .. } => Some(checkpoint.position),
        SubscriptionError::Store(_) => None,
    }
}

fn remedy(cause: Cause<'_>) -> Option<&'static str> {
    if is_ahead_of_the_log(cause) {
        return Some(
            "was the database restored from an older backup? Restore one that has it, or make anew what is ahead: `replay status` shows which, \
             `replay rebuild NAME` makes a read model anew",
        );
    }
    let error = cause.downcast_ref::<sqlx::Error>()?;
    if let sqlx::Error::Database(error) = error {
        return error.code().and_then(|code| of_sqlstate(&code));
    }
    if matches!(error, sqlx::Error::Configuration(_)) {
        return Some("a database's address is like postgres://user:password@host:5432/name (--database-url, DATABASE_URL)");
    }
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return Some("is Postgres running, and does its max_connections leave room for this program's?");
    }
    let on_the_way = matches!(error, sqlx::Error::Io(_) | sqlx::Error::Tls(_));
    on_the_way.then_some("is Postgres running, and is its address right (--database-url, DATABASE_URL)?")
}

fn of_sqlstate(code: &str) -> Option<&'static str> {
    match code {
        "28P01" | "28000" => Some("are the name and the password in its address right (--database-url, DATABASE_URL)?"),
        "3D000" => Some("create the database first, with `createdb`"),
        "42501" => Some("the role in its address needs more rights; `orderly migrate` wants one that may create schemas"),
        "53100" => Some("the disk of the database is full: make room there"),
        "53300" => Some("Postgres has no connection left: raise its max_connections, or run fewer processes"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use event_store::{Checkpoint, StoreError};

    use super::*;

    #[test]
    fn each_cause_is_told_once() {
        let error = anyhow::anyhow!("b").context("a: b").context("it failed");
        assert_eq!(of(&error), "it failed: a: b");
    }

    #[test]
    fn an_address_that_is_none_is_told_with_one_that_is() {
        let address = "garbage".parse::<sqlx::postgres::PgConnectOptions>().unwrap_err();
        let told = of(&StoreError::Database(address).into());
        assert!(told.contains("postgres://user:password@host"), "{told}");
    }

    #[test]
    fn a_pool_that_waited_in_vain_says_for_what() {
        let told = of(&anyhow::Error::from(ProcessError::Store(StoreError::Database(sqlx::Error::PoolTimedOut))).context("it failed"));
        assert!(told.contains("max_connections"), "{told}");
    }

    #[test]
    fn a_reader_that_is_ahead_of_the_log_is_told_in_words() {
        let ahead = || SubscriptionError::AheadOfLog { checkpoint: Checkpoint { position: 42, ..Checkpoint::START }, found: None };
        for error in [anyhow::Error::from(ProcessError::from(ahead())), ReadModelError::from(ahead()).into(), ahead().into()] {
            let told = of(&error.context("the projector failed"));
            assert!(told.starts_with("the projector failed: the log has lost position 42") && told.contains("replay rebuild"), "{told}");
            assert!(!told.contains("Checkpoint"), "{told}");
        }
    }
}
