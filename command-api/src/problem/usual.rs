//! Problems that several places answer, or that a page shows as they are answered.

use std::time::Duration;

use identity::Role;

use super::{Kind, Problem};

/// When to ask again where nothing better is known.
pub(super) const SOON: Duration = Duration::from_secs(1);

impl Problem {
    /// More is asked than can be done in time.
    pub(crate) fn overloaded() -> Self {
        Self::new(Kind::Overloaded, "there is too much to do just now").retry_after(SOON)
    }

    /// It was given up.
    pub(crate) fn timeout() -> Self {
        Self::new(Kind::Timeout, "it took too long; ask again under the same Idempotency-Key").retry_after(SOON)
    }

    /// A fault of this program, of which nothing is told.
    pub(crate) fn internal() -> Self {
        Self::new(Kind::Internal, "this was not foreseen; it has been noted")
    }

    /// The token is good, and its bearer may not do this.
    pub(crate) fn forbidden(role: Role) -> Self {
        Self::new(Kind::Forbidden, format!("this is not for callers with the role {role}"))
    }

    /// The body did not arrive in the time that it may take.
    pub(crate) fn body_too_slow(slowest: Duration) -> Self {
        Self::new(Kind::BodyTooSlow, format!("a body must be sent within {} s", slowest.as_secs()))
    }
}
