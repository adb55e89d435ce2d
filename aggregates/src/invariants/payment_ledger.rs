use std::collections::BTreeMap;

use super::{Findings, check};
use crate::payment::{
    AUTHORIZED_AFTER_DECLINE, AnomalyEvent, AuthorizationEvent, CaptureEvent, OTHER_AMOUNT_AUTHORIZED, PaymentEvent, VoidEvent,
};
use crate::values::{Currency, Money, OperationId, OrderId, ShipmentId};

/// A payment: captured + pending + released ≤ authorized, one currency, a shipment captured once; unless an anomaly says so.
#[derive(Debug, Default)]
pub(super) struct PaymentLedger {
    order: Option<OrderId>,
    currency: Option<Currency>,
    asked: bool,
    asked_for: i64,
    /// Held although nobody may count on it, as far as the shop can tell: what it asked for.
    contradicted: i64,
    authorized: i64,
    captured: i64,
    released: i64,
    pending: BTreeMap<OperationId, (ShipmentId, i64)>,
    captures: BTreeMap<ShipmentId, u32>,
    void_pending: bool,
    voided: bool,
    anomaly: bool,
}

impl PaymentLedger {
    pub(super) fn order(&self) -> Option<OrderId> {
        self.order
    }

    pub(super) fn captured(&self) -> i64 {
        self.captured
    }

    pub(super) fn has_anomaly(&self) -> bool {
        self.anomaly
    }

    /// What the gateway holds for the shop and nobody took.
    pub(super) fn held(&self) -> i64 {
        if self.voided { 0 } else { (self.authorized - self.captured - self.released).max(0) + self.contradicted }
    }

    /// Whether a call has no outcome.
    pub(super) fn is_pending(&self) -> bool {
        !self.voided && (self.asked || self.void_pending || !self.pending.is_empty())
    }

    pub(super) fn apply(&mut self, event: &PaymentEvent) -> Findings {
        let mut findings = Findings::new();
        self.one_currency(event, &mut findings);
        self.fold(event, &mut findings);
        let pending: i64 = self.pending.values().map(|(_, amount)| amount).sum();
        let within = self.captured + pending + self.released <= self.authorized;
        check(&mut findings, within || self.anomaly, "captures_within_authorization", || {
            let (captured, released, authorized) = (self.captured, self.released, self.authorized);
            format!("{captured} captured, {pending} pending and {released} released of {authorized} authorized (minor units)")
        });
        findings
    }

    fn fold(&mut self, event: &PaymentEvent, findings: &mut Findings) {
        match event {
            PaymentEvent::Authorization(event) => self.authorization(event),
            PaymentEvent::Capture(event) => self.capture(event, findings),
            PaymentEvent::Void(VoidEvent::VoidRequested(_)) => self.void_pending = true,
            PaymentEvent::Void(VoidEvent::PaymentVoided(_)) => (self.void_pending, self.voided) = (false, true),
            PaymentEvent::Void(VoidEvent::VoidFailed(_)) => self.void_pending = false,
            PaymentEvent::Anomaly(AnomalyEvent::AnomalyDetected(event)) => {
                self.anomaly = true;
                if [OTHER_AMOUNT_AUTHORIZED, AUTHORIZED_AFTER_DECLINE].contains(&event.code.as_str()) {
                    (self.asked, self.contradicted) = (false, self.asked_for);
                }
            }
        }
    }

    fn authorization(&mut self, event: &AuthorizationEvent) {
        match event {
            AuthorizationEvent::PaymentInitiated(event) => self.order = Some(event.order),
            AuthorizationEvent::AuthorizationRequested(event) => (self.asked, self.asked_for) = (true, event.amount.minor()),
            AuthorizationEvent::PaymentAuthorized(event) => {
                self.asked = false;
                self.authorized += event.amount.minor();
            }
            AuthorizationEvent::PaymentDeclined(_) => self.asked = false,
            AuthorizationEvent::AuthorizationReleased(event) => self.released += event.amount.minor(),
        }
    }

    fn capture(&mut self, event: &CaptureEvent, findings: &mut Findings) {
        match event {
            CaptureEvent::CaptureRequested(event) => {
                self.pending.insert(event.operation, (event.shipment, event.amount.minor()));
            }
            CaptureEvent::PaymentCaptured(event) => {
                self.pending.remove(&event.operation);
                self.captured += event.amount.minor();
                self.captured_for(event.shipment, findings);
            }
            CaptureEvent::CaptureFailed(event) => {
                self.pending.remove(&event.operation);
            }
        }
    }

    fn captured_for(&mut self, shipment: ShipmentId, findings: &mut Findings) {
        let times = self.captures.entry(shipment).or_default();
        *times += 1;
        check(findings, *times == 1 || self.anomaly, "shipment_captured_once", || {
            format!("shipment {shipment} was captured {times} times")
        });
    }

    fn one_currency(&mut self, event: &PaymentEvent, findings: &mut Findings) {
        let Some(amount) = amount(event) else { return };
        let currency = *self.currency.get_or_insert(amount.currency());
        check(findings, currency == amount.currency() || self.anomaly, "one_currency", || format!("{amount} on a payment in {currency}"));
    }
}

fn amount(event: &PaymentEvent) -> Option<Money> {
    match event {
        PaymentEvent::Authorization(AuthorizationEvent::PaymentInitiated(event)) => Some(event.amount),
        PaymentEvent::Authorization(AuthorizationEvent::AuthorizationRequested(event)) => Some(event.amount),
        PaymentEvent::Authorization(AuthorizationEvent::PaymentAuthorized(event)) => Some(event.amount),
        PaymentEvent::Authorization(AuthorizationEvent::AuthorizationReleased(event)) => Some(event.amount),
        PaymentEvent::Capture(CaptureEvent::CaptureRequested(event)) => Some(event.amount),
        PaymentEvent::Capture(CaptureEvent::PaymentCaptured(event)) => Some(event.amount),
        PaymentEvent::Authorization(AuthorizationEvent::PaymentDeclined(_))
        | PaymentEvent::Capture(CaptureEvent::CaptureFailed(_))
        | PaymentEvent::Void(_)
        | PaymentEvent::Anomaly(_) => None,
    }
}
