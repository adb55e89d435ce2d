use super::{AnomalyDetected, Authorization, Capture, CaptureRequested, OperationId, Outcome, Payment, PaymentEvent, Void};

impl Payment {
    pub(super) fn evolve(&mut self, event: PaymentEvent) {
        match event {
            PaymentEvent::PaymentInitiated(initiated) => self.initiated = Some(initiated),
            PaymentEvent::AuthorizationRequested(event) => {
                self.authorization = Authorization::Requested { operation: event.operation, amount: event.amount };
            }
            PaymentEvent::PaymentAuthorized(event) => {
                let (operation, amount, expires_at) = (event.operation, event.amount, event.expires_at);
                self.authorization = Authorization::Authorized { operation, amount, expires_at };
            }
            PaymentEvent::PaymentDeclined(event) => {
                self.authorization = Authorization::Declined { operation: event.operation, code: event.code };
            }
            PaymentEvent::CaptureRequested(event) => self.captures.push(Capture::requested(&event)),
            PaymentEvent::PaymentCaptured(event) => {
                if let Some(capture) = self.capture_mut(event.operation) {
                    capture.outcome = Outcome::Done;
                    capture.amount = event.amount;
                }
            }
            PaymentEvent::CaptureFailed(event) => {
                if let Some(capture) = self.capture_mut(event.operation) {
                    capture.outcome = Outcome::Failed;
                }
            }
            PaymentEvent::AuthorizationReleased(event) => self.released_minor += event.amount.minor(),
            PaymentEvent::VoidRequested(event) => self.voids.push(Void { operation: event.operation, outcome: Outcome::Pending }),
            PaymentEvent::PaymentVoided(event) => self.end_void(event.operation, Outcome::Done),
            PaymentEvent::VoidFailed(event) => self.end_void(event.operation, Outcome::Failed),
            PaymentEvent::AnomalyDetected(event) => self.note(event),
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
