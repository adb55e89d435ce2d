use aggregates::values::{Money, PaymentId, ShipmentId};
use serde::{Deserialize, Serialize};

use crate::order_fulfillment::MoneyStep;
use crate::order_fulfillment::parking::Stuck;
use crate::order_fulfillment::request::{Failures, Request};

/// What payments owe for parcels, in the order in which those have left.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Shares(Vec<Share>);

/// What one payment owes for one parcel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Share {
    payment: PaymentId,
    shipment: ShipmentId,
    pub(super) amount: Money,
    pub(super) stage: Stage,
    failures: Failures,
}

/// How far a share is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    Owed,
    Requested { request: Request, r#final: bool },
    Captured,
}

impl Share {
    pub(super) fn failures(&self) -> u32 {
        self.failures.times()
    }

    fn is(&self, payment: PaymentId, shipment: ShipmentId) -> bool {
        self.payment == payment && self.shipment == shipment
    }
}

impl Shares {
    pub(super) fn get(&self, payment: PaymentId, shipment: ShipmentId) -> Option<&Share> {
        self.0.iter().find(|share| share.is(payment, shipment))
    }

    fn get_mut(&mut self, payment: PaymentId, shipment: ShipmentId) -> Option<&mut Share> {
        self.0.iter_mut().find(|share| share.is(payment, shipment))
    }

    /// Told twice, it is owed once.
    pub(super) fn owe(&mut self, payment: PaymentId, shipment: ShipmentId, amount: Money) {
        if self.get(payment, shipment).is_none() {
            self.0.push(Share { payment, shipment, amount, stage: Stage::Owed, failures: Failures::default() });
        }
    }

    pub(super) fn stand(&mut self, payment: PaymentId, shipment: ShipmentId, stage: Stage) {
        if let Some(share) = self.get_mut(payment, shipment) {
            share.stage = stage;
        }
    }

    pub(super) fn fail(&mut self, payment: PaymentId, shipment: ShipmentId, code: &str) {
        if let Some(share) = self.get_mut(payment, shipment) {
            share.stage = Stage::Owed;
            share.failures.count(code);
        }
    }

    pub(super) fn forgive(&mut self) {
        self.0.iter_mut().for_each(|share| share.failures.forget());
    }

    pub(super) fn given_up(&self, limit: u32) -> impl Iterator<Item = Stuck> {
        self.0.iter().filter_map(move |share| {
            let step = MoneyStep::Capture { payment: share.payment, shipment: share.shipment };
            Some(Stuck::new(&step.into(), share.failures.given_up("the gateway", limit)?))
        })
    }

    pub(super) fn all_are_captured(&self) -> bool {
        self.0.iter().all(|share| share.stage == Stage::Captured)
    }

    /// What is to be requested or called for the shares that are not captured.
    pub(super) fn due(&self, all_has_left: bool) -> Vec<MoneyStep> {
        let step = |share: &Share| {
            let (payment, shipment) = (share.payment, share.shipment);
            match share.stage {
                Stage::Owed if all_has_left && self.waits_to_be_last(share) => None,
                Stage::Owed => Some(MoneyStep::CapturePayment { payment, shipment }),
                Stage::Requested { .. } => Some(MoneyStep::Capture { payment, shipment }),
                Stage::Captured => None,
            }
        };
        self.0.iter().filter_map(step).collect()
    }

    /// A gateway lets go of the rest with the final capture, so the last share of a payment waits until the others are captured.
    fn waits_to_be_last(&self, share: &Share) -> bool {
        let mut uncaptured = self.0.iter().filter(|other| other.payment == share.payment && other.stage != Stage::Captured);
        uncaptured.clone().count() > 1 && uncaptured.next_back().is_some_and(|last| last.shipment == share.shipment)
    }

    /// Whether every other share of its payment is captured.
    pub(super) fn is_last(&self, payment: PaymentId, shipment: ShipmentId) -> bool {
        let mut others = self.0.iter().filter(|other| other.payment == payment && other.shipment != shipment);
        others.all(|other| other.stage == Stage::Captured)
    }
}
