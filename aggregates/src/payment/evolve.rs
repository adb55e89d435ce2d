use super::{
    AnomalyDetected, AnomalyEvent, Authorization, AuthorizationEvent, Capture, CaptureEvent, CaptureRequested, Outcome, Payment,
    PaymentEvent, Void, VoidEvent,
};
use crate::values::OperationId;

impl Payment {
    pub(super) fn evolve(&mut self, event: PaymentEvent) {
        match event {
            PaymentEvent::Authorization(event) => self.authorization_moved(event),
            PaymentEvent::Capture(event) => self.capture_moved(event),
            PaymentEvent::Void(event) => self.void_moved(event),
            PaymentEvent::Anomaly(AnomalyEvent::AnomalyDetected(event)) => self.note(event),
        }
    }

    fn authorization_moved(&mut self, event: AuthorizationEvent) {
        match event {
            AuthorizationEvent::PaymentInitiated(initiated) => self.initiated = Some(initiated),
            AuthorizationEvent::AuthorizationRequested(event) => {
                self.authorization = Authorization::Requested { operation: event.operation, amount: event.amount };
            }
            AuthorizationEvent::PaymentAuthorized(event) => {
                let (operation, amount, expires_at) = (event.operation, event.amount, event.expires_at);
                self.authorization = Authorization::Authorized { operation, amount, expires_at };
            }
            AuthorizationEvent::PaymentDeclined(event) => {
                self.authorization = Authorization::Declined { operation: event.operation, code: event.code };
            }
            AuthorizationEvent::AuthorizationReleased(event) => self.released_minor += event.amount.minor(),
        }
    }

    fn capture_moved(&mut self, event: CaptureEvent) {
        match event {
            CaptureEvent::CaptureRequested(event) => self.captures.push(Capture::requested(&event)),
            CaptureEvent::PaymentCaptured(event) => {
                if let Some(capture) = self.capture_mut(event.operation) {
                    capture.outcome = Outcome::Done;
                    capture.amount = event.amount;
                }
            }
            CaptureEvent::CaptureFailed(event) => {
                if let Some(capture) = self.capture_mut(event.operation) {
                    capture.outcome = Outcome::Failed;
                }
            }
        }
    }

    fn void_moved(&mut self, event: VoidEvent) {
        match event {
            VoidEvent::VoidRequested(event) => self.voids.push(Void { operation: event.operation, outcome: Outcome::Pending }),
            VoidEvent::PaymentVoided(event) => self.end_void(event.operation, Outcome::Done),
            VoidEvent::VoidFailed(event) => self.end_void(event.operation, Outcome::Failed),
        }
    }

    fn capture_mut(&mut self, operation: OperationId) -> Option<&mut Capture> {
        self.captures.iter_mut().find(|capture| capture.operation == operation)
    }

    fn end_void(&mut self, operation: OperationId, outcome: Outcome) {
        if let Some(void) = self.voids.iter_mut().find(|void| void.operation == operation) {
            void.outcome = outcome;
        }
    }

    fn note(&mut self, anomaly: AnomalyDetected) {
        if let (true, Authorization::Requested { operation, .. } | Authorization::Declined { operation, .. }) =
            (anomaly.says_money_is_held(), &self.authorization)
        {
            self.authorization = Authorization::Contradicted { operation: *operation };
        }
        self.anomalies.insert((anomaly.code, anomaly.message));
    }
}

impl Capture {
    fn requested(event: &CaptureRequested) -> Self {
        let (operation, shipment, amount) = (event.operation, event.shipment, event.amount);
        Self { operation, shipment, amount, last: event.r#final, outcome: Outcome::Pending }
    }
}
