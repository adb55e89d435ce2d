use super::{Order, OrderLine};
use crate::status::{self, Attempt, AttemptStage, FulfillmentStatus, Owed, PaidStatus};

impl Order {
    /// How far it is fulfilled.
    pub fn fulfillment_status(&self) -> FulfillmentStatus {
        status::fulfillment_status(self.lines().map(OrderLine::units))
    }

    /// How far it is paid, with these attempts, oldest first.
    pub fn paid_status(&self, attempts: &[Attempt]) -> PaidStatus {
        let owed = Owed {
            due_minor: self.terms().map_or(0, |terms| self.due_minor(terms)),
            captured_minor: attempts.iter().map(|attempt| attempt.captured_minor).sum(),
            is_canceled: self.fulfillment_status() == FulfillmentStatus::Canceled,
        };
        let stages: Vec<AttemptStage> = attempts.iter().map(|attempt| attempt.stage()).collect();
        status::paid_status(owed, &stages)
    }
}
