use super::{AttemptStage, words};

words! {
    /// How far an order is paid, as its payments say: what the order itself counts is what is charged with what leaves, before the gateway has taken it.
    PaidStatus:
    /// No attempt was made yet.
    Unpaid = "unpaid",
    /// An attempt has no outcome yet.
    Pending = "pending",
    /// The last attempt was declined.
    Declined = "declined",
    /// The last attempt was undone.
    Voided = "voided",
    /// A gateway holds the money.
    Authorized = "authorized",
    /// A part was taken.
    PartiallyCaptured = "partially_captured",
    /// Everything was taken.
    Captured = "captured",
}

/// What an order owes and what was taken for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Owed {
    /// What is owed in all, in minor units.
    pub due_minor: i64,
    /// What was taken over all attempts, in minor units.
    pub captured_minor: i64,
    /// Whether nothing will ever be sent: then nothing is owed, and nothing was paid by that.
    pub is_canceled: bool,
}

/// How far an order is paid, with these attempts, oldest first. One that owes nothing for what it sends is paid without any.
pub fn paid_status(owed: Owed, attempts: &[AttemptStage]) -> PaidStatus {
    let Owed { due_minor, captured_minor, is_canceled } = owed;
    match () {
        () if captured_minor > 0 && captured_minor >= due_minor => PaidStatus::Captured,
        () if captured_minor > 0 => PaidStatus::PartiallyCaptured,
        () if attempts.contains(&AttemptStage::Authorized) => PaidStatus::Authorized,
        () if attempts.contains(&AttemptStage::Pending) || attempts.contains(&AttemptStage::Voiding) => PaidStatus::Pending,
        () if due_minor <= 0 && !is_canceled => PaidStatus::Captured,
        () => match attempts.last() {
            Some(AttemptStage::Declined) => PaidStatus::Declined,
            Some(AttemptStage::Voided) => PaidStatus::Voided,
            Some(AttemptStage::Pending | AttemptStage::Authorized | AttemptStage::Captured | AttemptStage::Voiding) | None => {
                PaidStatus::Unpaid
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paid(captured_minor: i64, attempts: &[AttemptStage]) -> &'static str {
        paid_status(Owed { due_minor: 100, captured_minor, is_canceled: false }, attempts).as_str()
    }

    #[test]
    fn what_was_taken_comes_before_what_was_tried() {
        use AttemptStage::{Authorized, Captured, Declined, Pending, Voided, Voiding};
        assert_eq!(paid(0, &[]), "unpaid");
        assert_eq!(paid(0, &[Declined, Pending]), "pending");
        assert_eq!(paid(0, &[Voiding]), "pending");
        assert_eq!(paid(0, &[Authorized, Declined]), "authorized");
        assert_eq!(paid(0, &[Voided, Declined]), "declined");
        assert_eq!(paid(0, &[Declined, Voided]), "voided");
        assert_eq!(paid(40, &[Captured, Authorized]), "partially_captured");
        assert_eq!(paid(100, &[Captured, Voided]), "captured");
    }

    #[test]
    fn an_order_that_owes_nothing_is_paid_and_a_canceled_one_is_not() {
        let nothing = Owed::default();
        assert_eq!(paid_status(nothing, &[]).as_str(), "captured");
        assert_eq!(paid_status(Owed { is_canceled: true, ..nothing }, &[]).as_str(), "unpaid");
        assert_eq!(paid_status(Owed { is_canceled: true, ..nothing }, &[AttemptStage::Voided]).as_str(), "voided");
    }
}
