use decider::in_memory::{Executed, InMemoryLog};
use decider::{Decision, RefusalDocument};

use super::act::{Act, nth};
use super::{SKUS, WAREHOUSES};
use crate::decisions::ending::{CompleteOrder, FinishCancelation};
use crate::decisions::paying::SettleAuthorization;
use crate::decisions::placing::{ConfirmOrder, PlaceOrder};
use crate::decisions::shipping::{PlanShipment, RecordDelivery};
use crate::decisions::stocking::{AllocateStock, LapseReservation};
use crate::order::Delivery;
use crate::payment::{CaptureOutcome, CapturePayment, Payment, RecordCapture, RecordVoid, VoidOutcome};
use crate::shipment::{PackShipment, Shipment};
use crate::values::{Money, OrderId, ShipmentId};
use crate::world::*;

/// A decision, its type forgotten.
pub(super) trait Asked {
    fn ask(&self, log: &mut InMemoryLog) -> Result<Executed, RefusalDocument>;

    /// Decided before `overtaking` is appended.
    fn ask_overtaken(&self, log: &mut InMemoryLog, overtaking: &dyn Asked) -> Result<Executed, RefusalDocument>;
}

impl<D: Decision> Asked for D {
    fn ask(&self, log: &mut InMemoryLog) -> Result<Executed, RefusalDocument> {
        log.execute(self).map_err(|refusal| RefusalDocument::of(&refusal))
    }

    fn ask_overtaken(&self, log: &mut InMemoryLog, overtaking: &dyn Asked) -> Result<Executed, RefusalDocument> {
        let answer = log.execute_overtaken(self, |log| drop(overtaking.ask(log)));
        answer.map_err(|refusal| RefusalDocument::of(&refusal))
    }
}

fn asking(decision: impl Decision) -> Option<Box<dyn Asked>> {
    Some(Box::new(decision))
}

impl World {
    /// How many events it wrote.
    pub(super) fn ask(&mut self, asked: &dyn Asked) -> Result<usize, RefusalDocument> {
        let answer = asked.ask(&mut self.memory);
        self.take_in();
        answer.map(|executed| executed.events)
    }

    pub(super) fn ask_overtaken(&mut self, asked: &dyn Asked, overtaking: &dyn Asked) {
        drop(asked.ask_overtaken(&mut self.memory, overtaking));
        self.take_in();
    }

    /// Asks twice: the second time nothing new may happen.
    pub(super) fn twice(&mut self, asked: &dyn Asked) {
        if self.ask(asked).is_ok() {
            match self.ask(asked) {
                Ok(events) => assert_eq!(events, 0, "asked twice: {:?}", &self.log[self.log.len() - events..]),
                Err(refusal) => panic!("accepted, and refused when it was asked again: {refusal}"),
            }
        }
    }

    pub(super) fn act(&mut self, act: &Act) {
        if let Act::Advance { order } = act {
            self.advance(*order);
        } else if let Some(asked) = self.asked(act) {
            self.twice(&*asked);
        }
    }

    /// What an act asks for as things are; nothing where it makes no sense, or is many commands.
    pub(super) fn asked(&self, act: &Act) -> Option<Box<dyn Asked>> {
        match *act {
            Act::Advance { .. } => None,
            Act::Receive { warehouse, sku, document, units } => {
                asking(receive(WAREHOUSES[warehouse], SKUS[sku], Some(&document.to_string()), units))
            }
            Act::Place { order, ref lines, pickup, shipping } => asking(placing(order, lines, pickup, shipping)),
            Act::Allocate { order: n } => asking(self.allocation(order(n))),
            Act::Lapse { order: n } => {
                self.order(order(n)).reserved_until().and_then(|until| asking(LapseReservation { order: order(n), until }))
            }
            Act::StartPayment { order: n, attempt } => asking(start_payment(order(n), nth(n, attempt))),
            Act::Settle { order: n, attempt } => asking(SettleAuthorization { order: order(n), payment: payment(nth(n, attempt)) }),
            Act::Confirm { order: n } => asking(ConfirmOrder { order: order(n) }),
            Act::Plan { order: n, warehouse: at, parcel } => {
                asking(PlanShipment { order: order(n), shipment: shipment(nth(n, parcel)), warehouse: warehouse(WAREHOUSES[at]) })
            }
            Act::Pack { order: n, parcel } => asking(PackShipment { shipment: shipment(nth(n, parcel)) }),
            Act::Dispatch { order: n, parcel } => asking(dispatch(order(n), shipment(nth(n, parcel)))),
            Act::Request { order: n, parcel, call } => asking(request_booking(order(n), shipment(nth(n, parcel)), nth(n, call) + 70)),
            Act::Capture { order: n, attempt, parcel, call, last } => self.capture_of_a_share(n, attempt, parcel, call, last),
            Act::Void { order: n, attempt, call } => asking(void(nth(n, attempt), nth(n, call) + 50)),
            Act::Cancel { order: n } => asking(cancel(order(n))),
            Act::Finish { order: n } => asking(FinishCancelation { order: order(n) }),
            Act::Complete { order: n } => asking(CompleteOrder { order: order(n) }),
            Act::Authorize { order: n, attempt, .. } => self.attempt(nth(n, attempt)).amount().and_then(|_| self.told(act)),
            Act::Captured { order: n, attempt, call, .. } => self.requested(n, attempt, call).and_then(|_| self.told(act)),
            // A carrier seldom answers what it was not asked.
            Act::Booked { order: n, parcel, call, .. } if !self.was_asked(n, parcel, call) => None,
            Act::Decline { .. }
            | Act::CaptureFailed { .. }
            | Act::Voided { .. }
            | Act::VoidFailed { .. }
            | Act::Booked { .. }
            | Act::CalledOff { .. }
            | Act::Deliver { .. } => self.told(act),
        }
    }

    /// With an instant of its own, by which its lapse is told from another's.
    pub(super) fn allocation(&self, id: OrderId) -> AllocateStock {
        AllocateStock { until: instant(30 + i64::try_from(self.log.len()).unwrap()), ..allocate(id) }
    }

    /// A fact, be it about something that was ever asked for or not; nothing for what is no fact.
    pub(super) fn told(&self, act: &Act) -> Option<Box<dyn Asked>> {
        let off = |amount: Option<Money>, by: i64| eur(amount.map_or(100, Money::minor) + by);
        match *act {
            Act::Authorize { order: n, attempt, off_by } => {
                asking(authorized(nth(n, attempt), off(self.attempt(nth(n, attempt)).amount(), off_by)))
            }
            Act::Decline { order: n, attempt } => asking(declined(nth(n, attempt))),
            Act::Captured { order: n, attempt, call, off_by } => {
                asking(captured(payment(nth(n, attempt)), operation(nth(n, call) + 20), off(self.requested(n, attempt, call), off_by)))
            }
            Act::CaptureFailed { order: n, attempt, call } => asking(capture_failed(nth(n, attempt), nth(n, call))),
            Act::Voided { order: n, attempt, call } => asking(voided(nth(n, attempt), nth(n, call) + 50)),
            Act::VoidFailed { order: n, attempt, call } => asking(void_failed(nth(n, attempt), nth(n, call) + 50)),
            Act::Deliver { order: n, parcel } => asking(delivery(order(n), shipment(nth(n, parcel)))),
            Act::Booked { order: n, parcel, call, yes } => {
                asking(booking_answered(order(n), shipment(nth(n, parcel)), nth(n, call) + 70, yes))
            }
            Act::CalledOff { order: n, parcel, call, yes } => {
                asking(booking_called_off(order(n), shipment(nth(n, parcel)), nth(n, call) + 70, yes))
            }
            Act::Receive { .. }
            | Act::Place { .. }
            | Act::Allocate { .. }
            | Act::Lapse { .. }
            | Act::StartPayment { .. }
            | Act::Settle { .. }
            | Act::Confirm { .. }
            | Act::Plan { .. }
            | Act::Pack { .. }
            | Act::Dispatch { .. }
            | Act::Request { .. }
            | Act::Capture { .. }
            | Act::Void { .. }
            | Act::Cancel { .. }
            | Act::Finish { .. }
            | Act::Complete { .. }
            | Act::Advance { .. } => None,
        }
    }

    /// Whether what a fact is about exists.
    pub(super) fn knows(&self, fact: &Act) -> bool {
        match *fact {
            Act::Authorize { order: n, attempt, .. }
            | Act::Decline { order: n, attempt }
            | Act::Captured { order: n, attempt, .. }
            | Act::CaptureFailed { order: n, attempt, .. }
            | Act::Voided { order: n, attempt, .. }
            | Act::VoidFailed { order: n, attempt, .. } => self.attempt(nth(n, attempt)).initiated().is_some(),
            Act::Deliver { order: n, parcel } | Act::Booked { order: n, parcel, .. } | Act::CalledOff { order: n, parcel, .. } => {
                self.state::<Shipment>(&shipment(nth(n, parcel)).to_string()).planned().is_some()
            }
            Act::Receive { .. }
            | Act::Place { .. }
            | Act::Allocate { .. }
            | Act::Lapse { .. }
            | Act::StartPayment { .. }
            | Act::Settle { .. }
            | Act::Confirm { .. }
            | Act::Plan { .. }
            | Act::Pack { .. }
            | Act::Dispatch { .. }
            | Act::Request { .. }
            | Act::Capture { .. }
            | Act::Void { .. }
            | Act::Cancel { .. }
            | Act::Finish { .. }
            | Act::Complete { .. }
            | Act::Advance { .. } => false,
        }
    }

    pub(super) fn attempt(&self, n: u128) -> Payment {
        self.state(&payment(n).to_string())
    }

    /// Whether a carrier was asked by this call.
    pub(super) fn was_asked(&self, n: u128, parcel: u128, call: u128) -> bool {
        self.state::<Shipment>(&shipment(nth(n, parcel)).to_string()).was_asked(operation(nth(n, call) + 70))
    }

    /// What a capture asked for.
    fn requested(&self, n: u128, attempt: u128, call: u128) -> Option<Money> {
        let attempt = self.attempt(nth(n, attempt));
        attempt.captures().iter().find(|capture| capture.operation() == operation(nth(n, call) + 20)).map(|capture| capture.amount())
    }

    /// Captures what a parcel is charged to this attempt, as the process does.
    fn capture_of_a_share(&self, n: u128, attempt: u128, parcel: u128, call: u128, last: bool) -> Option<Box<dyn Asked>> {
        let (paying, parcel) = (payment(nth(n, attempt)), shipment(nth(n, parcel)));
        let (shipment, payment, amount) = self.shares(order(n)).into_iter().find(|share| (share.0, share.1) == (parcel, paying))?;
        let r#final = last && self.order(order(n)).lines().all(|line| line.open() == 0 && line.in_fulfillment() == 0);
        asking(CapturePayment { payment, shipment, operation: operation(nth(n, call) + 20), amount, r#final })
    }
}

pub(super) fn placing(n: u128, lines: &[(usize, u32, i64)], pickup: Option<usize>, shipping: bool) -> PlaceOrder {
    let lines: Vec<(&str, u32, i64)> = lines.iter().map(|(of, units, price)| (SKUS[*of], *units, *price)).collect();
    let placing = place(n, &lines);
    let delivery = pickup.map_or(placing.delivery.clone(), |at| Delivery::Pickup { warehouse: warehouse(WAREHOUSES[at]) });
    let (shipping, shipping_tax) = if shipping { (eur(1000), eur(100)) } else { (eur(0), eur(0)) };
    PlaceOrder { delivery, shipping, shipping_tax, ..placing }
}

pub(super) fn delivery(id: OrderId, shipment: ShipmentId) -> RecordDelivery {
    RecordDelivery { shipment, order: id, delivered_at: instant(600), carrier: None }
}

fn capture_failed(n: u128, call: u128) -> RecordCapture {
    let outcome = CaptureOutcome::Failed { code: "gateway_error".to_owned() };
    RecordCapture { payment: payment(n), operation: operation(call + 20), outcome }
}

fn void_failed(n: u128, call: u128) -> RecordVoid {
    RecordVoid { payment: payment(n), operation: operation(call), outcome: VoidOutcome::Failed { code: "gateway_error".to_owned() } }
}
