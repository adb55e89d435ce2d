//! An attempt to pay in figures: what its events make of them, for the payment's own row and for what the order derives from all of them.

use aggregates::payment::{AnomalyEvent, AuthorizationEvent, CaptureEvent, PaymentEvent, VoidEvent};
use aggregates::status::{Answer, Attempt, AttemptStage, Void};
use serde::{Deserialize, Serialize};

/// An attempt to pay. Amounts are in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Figures {
    answer: Answer,
    void: Void,
    pub(super) authorized: i64,
    pub(super) captured: i64,
    pub(super) released: i64,
}

impl Figures {
    pub(super) const NONE: Self = Self { answer: Answer::Open, void: Void::None, authorized: 0, captured: 0, released: 0 };

    /// Where the attempt is.
    pub(super) fn stage(&self) -> AttemptStage {
        Attempt { answer: self.answer, void: self.void, captured_minor: self.captured }.stage()
    }

    /// What the gateway holds and has not taken.
    pub(super) fn held(&self) -> i64 {
        match self.stage() {
            AttemptStage::Authorized | AttemptStage::Captured | AttemptStage::Voiding => self.authorized - self.captured - self.released,
            AttemptStage::Pending | AttemptStage::Declined | AttemptStage::Voided => 0,
        }
    }

    pub(super) fn change(&mut self, fact: &PaymentEvent) {
        match fact {
            PaymentEvent::Authorization(fact) => self.authorize(fact),
            PaymentEvent::Capture(CaptureEvent::PaymentCaptured(captured)) => self.captured += captured.amount.minor(),
            PaymentEvent::Capture(CaptureEvent::CaptureRequested(_) | CaptureEvent::CaptureFailed(_)) => {}
            PaymentEvent::Void(VoidEvent::VoidRequested(_)) => self.undo(Void::Pending),
            PaymentEvent::Void(VoidEvent::PaymentVoided(_)) => self.undo(Void::Done),
            PaymentEvent::Void(VoidEvent::VoidFailed(_)) => self.undo(Void::None),
            PaymentEvent::Anomaly(AnomalyEvent::AnomalyDetected(anomaly)) => {
                if anomaly.says_money_is_held() && self.answer == Answer::Declined {
                    self.answer = Answer::Open;
                }
            }
        }
    }

    fn authorize(&mut self, fact: &AuthorizationEvent) {
        match fact {
            AuthorizationEvent::PaymentInitiated(_) => {}
            AuthorizationEvent::AuthorizationRequested(_) => self.answer = Answer::Open,
            AuthorizationEvent::PaymentAuthorized(authorized) => {
                self.answer = Answer::Authorized;
                self.authorized = authorized.amount.minor();
            }
            AuthorizationEvent::PaymentDeclined(_) => self.answer = Answer::Declined,
            AuthorizationEvent::AuthorizationReleased(released) => self.released += released.amount.minor(),
        }
    }

    /// What is undone stays undone.
    fn undo(&mut self, void: Void) {
        if self.void != Void::Done {
            self.void = void;
        }
    }
}
