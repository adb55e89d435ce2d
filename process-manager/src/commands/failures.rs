//! What a command's failure means: wait, or stop trying.

use std::time::Duration;

use event_store::ExecuteError;

/// So many times a command may fail in a way that waiting does not mend.
const POISONED_AFTER: u32 = 3;

/// When the log wants to be asked again, if it says so.
pub(super) fn retry_after(failure: &ExecuteError) -> Option<Duration> {
    match failure {
        ExecuteError::Overloaded { retry_after } | ExecuteError::Unavailable { retry_after, .. } => Some(*retry_after),
        ExecuteError::Refused { .. } | ExecuteError::KeyReused | ExecuteError::Store(_) => None,
    }
}

/// Whether the command itself cannot be executed, however well the log is.
pub(super) fn is_poison(failure: &ExecuteError, tries: u32) -> bool {
    tries >= POISONED_AFTER
        && match failure {
            ExecuteError::Store(error) => !error.is_outage(),
            ExecuteError::KeyReused => true,
            ExecuteError::Refused { .. } | ExecuteError::Overloaded { .. } | ExecuteError::Unavailable { .. } => false,
        }
}

#[cfg(test)]
mod tests {
    use event_store::StoreError;

    use super::*;

    #[test]
    fn an_outage_is_never_poison() {
        let away = ExecuteError::Store(StoreError::Database(sqlx::Error::PoolTimedOut));
        let full = ExecuteError::Overloaded { retry_after: Duration::from_secs(1) };
        assert!(!is_poison(&away, 1_000) && !is_poison(&full, 1_000));
    }

    #[test]
    fn a_bug_is_poison_once_it_has_shown_itself_often_enough() {
        let bug = ExecuteError::Store(StoreError::Panicked);
        assert!(!is_poison(&bug, POISONED_AFTER - 1));
        assert!(is_poison(&bug, POISONED_AFTER));
    }
}
