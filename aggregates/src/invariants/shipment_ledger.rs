use super::{Findings, check};
use crate::shipment::ShipmentEvent;

/// A shipment: it leaves at most once, after it was planned and unless it was called off, and arrives at most once, after it left.
#[derive(Debug, Default)]
pub(super) struct ShipmentLedger {
    stage: Stage,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    #[default]
    Unknown,
    Waiting,
    Away,
    Arrived,
    CalledOff,
}

impl ShipmentLedger {
    pub(super) fn apply(&mut self, event: &ShipmentEvent) -> Findings {
        let before = self.stage;
        let (after, from) = match event {
            ShipmentEvent::ShipmentPlanned(_) => (Stage::Waiting, Stage::Unknown),
            ShipmentEvent::ShipmentPacked(_) => (Stage::Waiting, Stage::Waiting),
            ShipmentEvent::ShipmentDispatched(_) => (Stage::Away, Stage::Waiting),
            ShipmentEvent::ShipmentDelivered(_) => (Stage::Arrived, Stage::Away),
            ShipmentEvent::ShipmentCanceled(_) => (Stage::CalledOff, Stage::Waiting),
            ShipmentEvent::AnomalyDetected(_) => (before, before),
        };
        self.stage = after;
        let mut findings = Findings::new();
        check(&mut findings, before == from, "shipment_stages_in_order", || {
            format!("{} of a shipment that was {before:?}", event.name()).to_lowercase()
        });
        findings
    }
}
