use aggregates::order::OrderLinesShipped;
use aggregates::payment::{AnomalyEvent, AuthorizationEvent, CaptureEvent, CaptureRequested, PaymentEvent, VoidEvent};
use aggregates::values::{Money, OperationId, PaymentId, ShipmentId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Facts, Stuck};
use crate::order_fulfillment::{Occurrence, Step};

/// A call that was requested. Its age is that of the request, however often and whenever it is asked for again: a gateway remembers an operation
/// from the first time that it may have heard of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::order_fulfillment) struct Request {
    pub(in crate::order_fulfillment) operation: OperationId,
    /// The event that requested it.
    pub(in crate::order_fulfillment) event: Uuid,
    /// When that was recorded.
    pub(in crate::order_fulfillment) at: DateTime<Utc>,
}

impl Request {
    fn by(event: &Occurrence, operation: OperationId) -> Self {
        Self { operation, event: event.event_id, at: event.recorded_at }
    }
}

/// An attempt to pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::order_fulfillment) struct Payment {
    pub(in crate::order_fulfillment) amount: Money,
    pub(in crate::order_fulfillment) method: Option<String>,
    pub(in crate::order_fulfillment) standing: Standing,
    /// The gateway's own name for the authorization.
    pub(in crate::order_fulfillment) reference: Option<String>,
    /// What the order's own book says of it.
    pub(in crate::order_fulfillment) settled: Option<Settlement>,
    /// How often the gateway refused to let go of it.
    pub(in crate::order_fulfillment) failed_voids: u32,
}

/// Where an attempt stands at the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::order_fulfillment) enum Standing {
    Initiated,
    Authorizing(Request),
    Authorized,
    Declined,
    /// The gateway says that it holds money on which the order cannot count.
    Contradicted,
    Voiding(Request),
    Voided,
}

/// What the order's own book says of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::order_fulfillment) enum Settlement {
    Authorized,
    Declined { code: String },
    Voided,
}

/// What one payment owes for one parcel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::order_fulfillment) struct Share {
    pub(in crate::order_fulfillment) payment: PaymentId,
    pub(in crate::order_fulfillment) shipment: ShipmentId,
    pub(in crate::order_fulfillment) amount: Money,
    pub(in crate::order_fulfillment) stage: ShareStage,
    /// How often the gateway refused to take it.
    pub(in crate::order_fulfillment) failures: u32,
}

/// How far a share is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::order_fulfillment) enum ShareStage {
    Owed,
    Requested { request: Request, r#final: bool },
    Captured,
}

impl Facts {
    pub(super) fn learn_of_payment(&mut self, id: PaymentId, event: &PaymentEvent, occurrence: &Occurrence, limit: u32) {
        match event {
            PaymentEvent::Authorization(event) => self.learn_of_authorization(id, event, occurrence),
            PaymentEvent::Capture(event) => self.learn_of_capture(id, event, occurrence, limit),
            PaymentEvent::Void(VoidEvent::VoidRequested(asked)) => {
                self.stand(id, Standing::Voiding(Request::by(occurrence, asked.operation)))
            }
            PaymentEvent::Void(VoidEvent::PaymentVoided(_)) => self.stand(id, Standing::Voided),
            PaymentEvent::Void(VoidEvent::VoidFailed(failed)) => self.fail_void(id, &failed.code, limit),
            PaymentEvent::Anomaly(AnomalyEvent::AnomalyDetected(anomaly)) if anomaly.says_money_is_held() => {
                self.stand(id, Standing::Contradicted);
            }
            PaymentEvent::Anomaly(_) => {}
        }
    }

    fn learn_of_authorization(&mut self, id: PaymentId, event: &AuthorizationEvent, occurrence: &Occurrence) {
        match event {
            AuthorizationEvent::PaymentInitiated(initiated) => self.open(id, initiated.amount, initiated.method.clone()),
            AuthorizationEvent::AuthorizationRequested(asked) => {
                self.stand(id, Standing::Authorizing(Request::by(occurrence, asked.operation)));
            }
            AuthorizationEvent::PaymentAuthorized(authorized) => {
                self.stand(id, Standing::Authorized);
                self.refer(id, &authorized.gateway_reference);
            }
            AuthorizationEvent::PaymentDeclined(_) => self.stand(id, Standing::Declined),
            AuthorizationEvent::AuthorizationReleased(_) => {}
        }
    }

    fn learn_of_capture(&mut self, id: PaymentId, event: &CaptureEvent, occurrence: &Occurrence, limit: u32) {
        match event {
            CaptureEvent::CaptureRequested(asked) => self.request_share(id, asked, Request::by(occurrence, asked.operation)),
            CaptureEvent::PaymentCaptured(captured) => self.move_share(id, captured.shipment, ShareStage::Captured),
            CaptureEvent::CaptureFailed(failed) => self.fail_share(id, failed.shipment, &failed.code, limit),
        }
    }

    fn open(&mut self, id: PaymentId, amount: Money, method: Option<String>) {
        let standing = Standing::Initiated;
        self.payments.entry(id).or_insert(Payment { amount, method, standing, reference: None, settled: None, failed_voids: 0 });
    }

    fn stand(&mut self, id: PaymentId, standing: Standing) {
        if let Some(payment) = self.payments.get_mut(&id) {
            payment.standing = standing;
        }
    }

    fn refer(&mut self, id: PaymentId, reference: &str) {
        if let Some(payment) = self.payments.get_mut(&id) {
            payment.reference = Some(reference.to_owned());
        }
    }

    pub(super) fn settle(&mut self, id: PaymentId, settlement: Settlement) {
        if let Some(payment) = self.payments.get_mut(&id) {
            payment.settled = Some(settlement);
        }
    }

    fn fail_void(&mut self, id: PaymentId, code: &str, limit: u32) {
        let Some(payment) = self.payments.get_mut(&id) else { return };
        payment.standing = Standing::Contradicted;
        payment.failed_voids += 1;
        if payment.failed_voids >= limit {
            self.stuck = Some(Stuck { step: Step::Void { payment: id }.name().to_owned(), cause: format!("the gateway refused: {code}") });
        }
    }

    /// A dispatch says what each payment owes for it.
    pub(super) fn owe(&mut self, shipped: &OrderLinesShipped) {
        for capture in &shipped.captures {
            if capture.amount.is_positive() && self.share(capture.payment, shipped.shipment).is_none() {
                let (payment, shipment, amount) = (capture.payment, shipped.shipment, capture.amount);
                self.shares.push(Share { payment, shipment, amount, stage: ShareStage::Owed, failures: 0 });
            }
        }
    }

    fn request_share(&mut self, payment: PaymentId, asked: &CaptureRequested, request: Request) {
        let stage = ShareStage::Requested { request, r#final: asked.r#final };
        match self.share(payment, asked.shipment) {
            Some(share) => share.stage = stage,
            None => self.shares.push(Share { payment, shipment: asked.shipment, amount: asked.amount, stage, failures: 0 }),
        }
    }

    fn move_share(&mut self, payment: PaymentId, shipment: ShipmentId, stage: ShareStage) {
        if let Some(share) = self.share(payment, shipment) {
            share.stage = stage;
        }
    }

    fn fail_share(&mut self, payment: PaymentId, shipment: ShipmentId, code: &str, limit: u32) {
        let Some(share) = self.share(payment, shipment) else { return };
        share.stage = ShareStage::Owed;
        share.failures += 1;
        if share.failures >= limit {
            let step = Step::Capture { payment, shipment }.name().to_owned();
            self.stuck = Some(Stuck { step, cause: format!("the gateway refused: {code}") });
        }
    }

    fn share(&mut self, payment: PaymentId, shipment: ShipmentId) -> Option<&mut Share> {
        self.shares.iter_mut().find(|share| share.payment == payment && share.shipment == shipment)
    }

    /// An operator says: try again.
    pub(super) fn forgive(&mut self) {
        self.shares.iter_mut().for_each(|share| share.failures = 0);
        self.payments.values_mut().for_each(|payment| payment.failed_voids = 0);
    }

    /// What is to be requested or called for the shares that are not captured.
    pub(in crate::order_fulfillment) fn captures_due(&self) -> Vec<Step> {
        self.shares.iter().filter_map(|share| self.capture_step(share)).collect()
    }

    fn capture_step(&self, share: &Share) -> Option<Step> {
        let (payment, shipment) = (share.payment, share.shipment);
        match share.stage {
            ShareStage::Owed if self.waits_to_be_last(share) => None,
            ShareStage::Owed => Some(Step::CapturePayment { payment, shipment }),
            ShareStage::Requested { .. } => Some(Step::Capture { payment, shipment }),
            ShareStage::Captured => None,
        }
    }

    /// A gateway lets go of the rest with the final capture, so the last share of a payment waits until the others are captured.
    fn waits_to_be_last(&self, share: &Share) -> bool {
        let mut uncaptured = self.shares.iter().filter(|other| other.payment == share.payment && other.stage != ShareStage::Captured);
        self.everything_shipped()
            && uncaptured.clone().count() > 1
            && uncaptured.next_back().is_some_and(|last| last.shipment == share.shipment)
    }

    /// Whether no capture of its payment follows this one.
    pub(in crate::order_fulfillment) fn is_final_share(&self, payment: PaymentId, shipment: ShipmentId) -> bool {
        let others = self.shares.iter().filter(|other| other.payment == payment && other.shipment != shipment);
        self.everything_shipped() && others.into_iter().all(|other| other.stage == ShareStage::Captured)
    }
}
