use super::{Findings, check};
use crate::shipment::ShipmentEvent;
use crate::values::{OperationId, OrderId};

/// A shipment: it leaves at most once, after it was planned and unless it was called off, and arrives at most once, after it left. One that was called off is
/// called off at the carrier, too.
#[derive(Debug, Default)]
pub(super) struct ShipmentLedger {
    stage: Stage,
    order: Option<OrderId>,
    /// The booking by which a carrier brings it, or may.
    booking: Option<OperationId>,
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
            ShipmentEvent::ShipmentPacked(_) | ShipmentEvent::ShipmentBookingRequested(_) => (Stage::Waiting, Stage::Waiting),
            ShipmentEvent::ShipmentDispatched(_) => (Stage::Away, Stage::Waiting),
            ShipmentEvent::ShipmentDelivered(_) => (Stage::Arrived, Stage::Away),
            ShipmentEvent::ShipmentCanceled(_) => (Stage::CalledOff, Stage::Waiting),
            // What a carrier says is taken in whatever has become of the parcel.
            ShipmentEvent::ShipmentBooked(_)
            | ShipmentEvent::ShipmentBookingFailed(_)
            | ShipmentEvent::ShipmentBookingCanceled(_)
            | ShipmentEvent::ShipmentBookingCancelFailed(_)
            | ShipmentEvent::AnomalyDetected(_) => (before, before),
        };
        self.stage = after;
        let mut findings = Findings::new();
        check(&mut findings, before == from, "shipment_stages_in_order", || {
            format!("{} of a shipment that was {before:?}", event.name()).to_lowercase()
        });
        findings.extend(self.book(event));
        findings
    }

    /// One call at a time, and an outcome answers the call that was made.
    fn book(&mut self, event: &ShipmentEvent) -> Findings {
        let mut findings = Findings::new();
        match event {
            ShipmentEvent::ShipmentPlanned(planned) => self.order = Some(planned.order),
            ShipmentEvent::ShipmentBookingRequested(asked) => {
                check(&mut findings, self.booking.is_none(), "one_booking_at_a_time", || {
                    format!("booking {} was asked for while another stands", asked.operation)
                });
                self.booking = Some(asked.operation);
            }
            ShipmentEvent::ShipmentBooked(booked) => self.booking = Some(booked.operation),
            ShipmentEvent::ShipmentBookingFailed(_)
            | ShipmentEvent::ShipmentBookingCanceled(_)
            | ShipmentEvent::ShipmentBookingCancelFailed(_) => self.booking = None,
            ShipmentEvent::ShipmentPacked(_)
            | ShipmentEvent::ShipmentDispatched(_)
            | ShipmentEvent::ShipmentDelivered(_)
            | ShipmentEvent::ShipmentCanceled(_)
            | ShipmentEvent::AnomalyDetected(_) => {}
        }
        findings
    }

    pub(super) fn order(&self) -> Option<OrderId> {
        self.order
    }

    /// What does not hold once nothing is under way.
    pub(super) fn settle(&self) -> Findings {
        let mut findings = Findings::new();
        check(&mut findings, self.stage != Stage::CalledOff || self.booking.is_none(), "called_off_at_the_carrier", || {
            "a shipment was called off, and its booking stands".to_owned()
        });
        findings
    }
}
