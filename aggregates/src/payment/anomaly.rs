use super::{AnomalyDetected, Payment, PaymentEvent};
use crate::values::OrderId;

/// The gateway authorized another amount than it was asked for.
pub const OTHER_AMOUNT_AUTHORIZED: &str = "other_amount_authorized";
/// The gateway authorized what it had declined.
pub const AUTHORIZED_AFTER_DECLINE: &str = "authorized_after_decline";
/// The gateway took another amount than it was asked for.
pub const OTHER_AMOUNT_CAPTURED: &str = "other_amount_captured";
/// The gateway took money for a shipment twice.
pub const CAPTURED_TWICE: &str = "captured_twice";
/// The gateway answers a call that was never made.
pub const UNKNOWN_OPERATION: &str = "unknown_operation";
/// The gateway says the opposite of what it said.
pub const CONTRADICTING_OUTCOME: &str = "contradicting_outcome";

impl AnomalyDetected {
    /// Whether the gateway holds money on which the order cannot count: it has to go back.
    pub fn says_money_is_held(&self) -> bool {
        [OTHER_AMOUNT_AUTHORIZED, AUTHORIZED_AFTER_DECLINE].contains(&self.code.as_str())
    }
}

impl Payment {
    /// Records a contradiction, once: the same fact told again is no news.
    pub(super) fn anomaly(&self, order: OrderId, code: &str, message: String) -> Option<PaymentEvent> {
        (!self.is_known(code, &message)).then(|| AnomalyDetected { order, code: code.to_owned(), message }.into())
    }

    pub(super) fn is_known(&self, code: &str, message: &str) -> bool {
        self.anomalies().any(|known| known == (code, message))
    }

    /// What contradicts, by code and sentence.
    pub fn anomalies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.anomalies.iter().map(|(code, message)| (code.as_str(), message.as_str()))
    }
}
