//! What was ever stored of a payment. This folder is the storage format: add, never alter. The list below has every stored name and version, by family;
//! beside it stand the payloads, a file a family.

mod anomaly;
mod authorization;
mod capture;
mod void;

pub use anomaly::*;
pub use authorization::*;
pub use capture::*;
pub use void::*;

use crate::stored::stored_events;
use crate::values::OrderId;

stored_events! {
    /// An event of a payment, by family. Each call to the gateway is two events: requested, and its outcome.
    PaymentEvent in families:

    /// The call for the money.
    Authorization(AuthorizationEvent) {
        /// The attempt exists.
        PaymentInitiated = "payment.initiated", version "1";
        /// The gateway is to be asked for the money.
        AuthorizationRequested = "payment.authorization_requested", version "1";
        /// The gateway holds the money.
        PaymentAuthorized = "payment.authorized", version "1";
        /// The gateway said no.
        PaymentDeclined = "payment.declined", version "1";
        /// What is authorized and not captured is not needed any more.
        AuthorizationReleased = "payment.authorization_released", version "1";
    }

    /// The calls to take a part of the money.
    Capture(CaptureEvent) {
        /// The gateway is to be asked to take a part of the money.
        CaptureRequested = "payment.capture_requested", version "1";
        /// The money is the shop's.
        PaymentCaptured = "payment.captured", version "1";
        /// The gateway refused to take it.
        CaptureFailed = "payment.capture_failed", version "1";
    }

    /// The calls to let go of the money.
    Void(VoidEvent) {
        /// The gateway is to be asked to let go of the money.
        VoidRequested = "payment.void_requested", version "1";
        /// The gateway let go of it.
        PaymentVoided = "payment.voided", version "1";
        /// The gateway refused to let go.
        VoidFailed = "payment.void_failed", version "1";
    }

    /// What does not fit.
    Anomaly(AnomalyEvent) {
        /// A fact contradicts the state or what was asked.
        AnomalyDetected = "payment.anomaly_detected", version "1";
    }
}

impl PaymentEvent {
    /// What order it pays.
    pub fn order(&self) -> OrderId {
        match self {
            Self::Authorization(event) => event.order(),
            Self::Capture(event) => event.order(),
            Self::Void(event) => event.order(),
            Self::Anomaly(AnomalyEvent::AnomalyDetected(event)) => event.order,
        }
    }
}
