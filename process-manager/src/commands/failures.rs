//! What a command's failure means: wait, or stop trying.

use std::time::Duration;

use event_store::Failure;

/// So many times a command may fail in a way that waiting does not mend.
const POISONED_AFTER: u32 = 3;

/// When the log wants to be asked again, if it says so.
pub(super) fn retry_after(failure: &Failure) -> Option<Duration> {
    match failure {
        Failure::Overloaded { retry_after } | Failure::Unavailable { retry_after, .. } => Some(*retry_after),
        Failure::KeyReused | Failure::Store(_) => None,
    }
}

/// Whether the command itself cannot be executed, however well the log is.
pub(super) fn is_poison(failure: &Failure, tries: u32) -> bool {
    tries >= POISONED_AFTER
        && match failure {
            Failure::Store(error) => !error.is_outage(),
            Failure::KeyReused => true,
            Failure::Overloaded { .. } | Failure::Unavailable { .. } => false,
        }
}

#[cfg(test)]
mod tests {
    use event_store::StoreError;

    use super::*;

    #[test]
    fn an_outage_is_never_poison() {
        let away = Failure::Store(StoreError::Database(sqlx::Error::PoolTimedOut));
        let full = Failure::Overloaded { retry_after: Duration::from_secs(1) };
        assert!(!is_poison(&away, 1_000) && !is_poison(&full, 1_000));
    }

    #[test]
    fn a_bug_is_poison_once_it_has_shown_itself_often_enough() {
        let bug = Failure::Store(StoreError::Panicked);
        assert!(!is_poison(&bug, POISONED_AFTER - 1));
        assert!(is_poison(&bug, POISONED_AFTER));
    }
}
