//! A carrier is asked, answers, and is told that it need not come.

use super::*;
use crate::decisions::ending::FinishCancelation;
use crate::decisions::paying::SettleAuthorization;
use crate::decisions::shipping::{DispatchShipment, PlanShipment, RecordBooking, RecordBookingCancelation, RecordDelivery, RequestBooking};
use crate::values::ShipmentId;
use crate::world::*;

const CALL: u128 = 70;

fn packed() -> (World, OrderId, ShipmentId) {
    let mut world = World::with_stock(&[("berlin", "A", 5)]);
    let id = world.confirmed(1, &[("A", 2, 1000)]);
    world.must(&PlanShipment { order: id, shipment: shipment(1), warehouse: warehouse("berlin") });
    world.must(&PackShipment { shipment: shipment(1) });
    (world, id, shipment(1))
}

fn requested() -> (World, OrderId, ShipmentId) {
    let (mut world, id, parcel) = packed();
    world.must(&request(id, parcel, CALL));
    (world, id, parcel)
}

fn request(order: OrderId, shipment: ShipmentId, call: u128) -> RequestBooking {
    RequestBooking { shipment, order, operation: operation(call), carrier: "simulator".to_owned(), at: instant(60) }
}

fn with(tracking: &str) -> CarrierBooking {
    CarrierBooking { carrier: "simulator".to_owned(), tracking: tracking.to_owned() }
}

fn answered(order: OrderId, shipment: ShipmentId, outcome: BookingOutcome) -> RecordBooking {
    RecordBooking { shipment, order, operation: operation(CALL), outcome, at: instant(61) }
}

fn booked(order: OrderId, shipment: ShipmentId) -> RecordBooking {
    answered(order, shipment, BookingOutcome::Booked(with("T-1")))
}

fn failed(order: OrderId, shipment: ShipmentId) -> RecordBooking {
    answered(order, shipment, BookingOutcome::Failed { code: "too_heavy".to_owned() })
}

fn called_off(order: OrderId, shipment: ShipmentId, outcome: CancelBookingOutcome) -> RecordBookingCancelation {
    RecordBookingCancelation { shipment, order, operation: operation(CALL), outcome, at: instant(62) }
}

fn too_late() -> CancelBookingOutcome {
    CancelBookingOutcome::Failed { code: "already_delivered".to_owned() }
}

fn the(world: &World) -> Shipment {
    world.state(&shipment(1).to_string())
}

/// The money goes back; then the order may end.
fn let_money_go(world: &mut World, id: OrderId) {
    world.must(&void(1, 90));
    world.must(&voided(1, 90));
    world.must(&SettleAuthorization { order: id, payment: payment(1) });
}

#[test]
fn with_the_answer_of_its_carrier_a_parcel_leaves() {
    let (mut world, id, parcel) = packed();
    let before = world.log.len();
    world.must(&request(id, parcel, CALL));
    assert_eq!(world.must(&request(id, parcel, CALL)), 0);
    assert_eq!(world.refused(&request(id, parcel, CALL + 1)), "booking_pending", "one call at a time");
    world.must(&booked(id, parcel));
    let events = ["shipment.booking_requested", "shipment.booked", "shipment.dispatched", "stock_item.dispatched", "order.lines_shipped"];
    assert_eq!(world.names_since(before), events);
    assert_eq!(the(&world).carrier(), Some(&with("T-1")));
    assert_eq!(world.must(&booked(id, parcel)), 0, "told again it is no news");
    assert_eq!(world.must(&request(id, parcel, CALL + 1)), 0, "it has left");
    world.assert_whole();
}

#[test]
fn no_carrier_is_asked_for_a_parcel_that_could_not_leave() {
    let (mut world, id, parcel) = packed();
    world.must(&void(1, 90));
    assert_eq!(world.refused(&request(id, parcel, CALL)), "authorization_insufficient");
    let (mut world, id, parcel) = packed();
    assert_eq!(world.refused(&RequestBooking { at: instant(6 * 24 * 60 + 1), ..request(id, parcel, CALL) }), "authorization_lapses");
    world.must(&cancel(id));
    assert_eq!(world.refused(&request(id, parcel, CALL)), "wrong_shipment_status");
    assert_eq!(world.refused(&request(order(2), parcel, CALL)), "shipment_not_found");
}

#[test]
fn while_a_carrier_is_asked_nobody_sends_the_parcel_with_another() {
    let (mut world, id, parcel) = requested();
    assert_eq!(world.refused(&dispatch(id, parcel)), "booking_pending");
    world.must(&failed(id, parcel));
    assert_eq!(the(&world).booking().stage().as_str(), "failed");
    world.must(&dispatch(id, parcel));
    world.assert_whole();
}

#[test]
fn a_booking_that_cannot_be_used_yet_stands_and_is_used_later() {
    let (mut world, id, parcel) = requested();
    let before = world.log.len();
    world.must(&RecordBooking { at: instant(7 * 24 * 60), ..booked(id, parcel) });
    assert_eq!(world.names_since(before), ["shipment.booked"], "the money would be gone");
    let other = DispatchShipment { carrier: Some(with("T-2")), ..dispatch(id, parcel) };
    assert_eq!(world.refused(&other), "booked_otherwise");
    let as_booked = DispatchShipment { carrier: None, ..dispatch(id, parcel) };
    world.must(&as_booked);
    assert_eq!((world.must(&as_booked), the(&world).carrier().cloned()), (0, Some(with("T-1"))));
}

#[test]
fn a_failed_booking_is_asked_for_anew_under_another_name() {
    let (mut world, id, parcel) = requested();
    world.must(&failed(id, parcel));
    assert_eq!(world.must(&request(id, parcel, CALL)), 0, "it has had its answer");
    assert_eq!(world.must(&request(id, parcel, CALL + 1)), 1);
    world.must(&RecordBooking { operation: operation(CALL + 1), ..booked(id, parcel) });
    assert_eq!(the(&world).status(), ShipmentStatus::Dispatched);
}

#[test]
fn a_canceled_order_ends_only_when_its_booking_was_called_off() {
    let (mut world, id, parcel) = requested();
    world.must(&cancel(id));
    let_money_go(&mut world, id);
    assert_eq!(world.refused(&FinishCancelation { order: id }), "booking_stands", "the carrier may have been faster");
    let before = world.log.len();
    world.must(&booked(id, parcel));
    assert_eq!(world.names_since(before), ["shipment.booked"], "it does not leave");
    assert_eq!(world.refused(&FinishCancelation { order: id }), "booking_stands");
    world.must(&called_off(id, parcel, CancelBookingOutcome::Canceled));
    assert_eq!(world.must(&called_off(id, parcel, CancelBookingOutcome::Canceled)), 0);
    assert_eq!(world.must(&booked(id, parcel)), 0, "a late answer revives nothing");
    world.must(&FinishCancelation { order: id });
    assert_eq!((world.stock("berlin", "A").on_hand(), world.stock("berlin", "A").reserved()), (5, 0));
    world.assert_settled();
}

#[test]
fn a_booking_called_off_before_anybody_heard_of_it_is_over() {
    for late in [booked as fn(_, _) -> _, failed] {
        let (mut world, id, parcel) = requested();
        world.must(&cancel(id));
        world.must(&called_off(id, parcel, CancelBookingOutcome::Canceled));
        assert_eq!(world.must(&late(id, parcel)), 0);
        let_money_go(&mut world, id);
        world.must(&FinishCancelation { order: id });
        world.assert_settled();
    }
}

#[test]
fn what_the_carrier_keeps_has_left_and_people_are_told() {
    let (mut world, id, parcel) = requested();
    world.must(&cancel(id));
    world.must(&booked(id, parcel));
    let before = world.log.len();
    world.must(&called_off(id, parcel, too_late()));
    let events = ["shipment.booking_cancel_failed", "shipment.anomaly_detected", "stock_item.reserved", "stock_item.dispatched"];
    assert_eq!(world.names_since(before), events);
    assert_eq!((world.stock("berlin", "A").on_hand(), world.stock("berlin", "A").reserved()), (3, 0));
    let arrived = RecordDelivery { shipment: parcel, order: id, delivered_at: instant(600), carrier: Some(with("T-1")) };
    assert_eq!(world.must(&arrived), 1, "that it arrived is told, too, and it left once");
    assert_eq!(world.must(&arrived), 0);
    let_money_go(&mut world, id);
    world.must(&FinishCancelation { order: id });
    let codes: Vec<_> = the(&world).anomalies().map(|(code, _)| code.to_owned()).collect();
    assert_eq!(codes, [DELIVERED_AFTER_CANCEL, KEPT_AFTER_CANCEL]);
    world.assert_settled();
}

#[test]
fn what_arrived_before_it_could_be_called_off_leaves_once() {
    let (mut world, id, parcel) = requested();
    world.must(&cancel(id));
    world.must(&RecordDelivery { shipment: parcel, order: id, delivered_at: instant(600), carrier: Some(with("T-1")) });
    assert_eq!(world.stock("berlin", "A").on_hand(), 3);
    world.must(&called_off(id, parcel, too_late()));
    assert_eq!(world.stock("berlin", "A").on_hand(), 3);
    let_money_go(&mut world, id);
    world.must(&FinishCancelation { order: id });
    world.assert_settled();
}

#[test]
fn a_carrier_that_delivers_faster_than_it_answers_was_booked() {
    let (mut world, id, parcel) = requested();
    world.must(&RecordDelivery { shipment: parcel, order: id, delivered_at: instant(600), carrier: Some(with("T-1")) });
    assert_eq!(the(&world).booking().stage().as_str(), "booked");
    assert_eq!(world.must(&booked(id, parcel)), 0);
    world.assert_whole();
}

#[test]
fn what_a_carrier_says_against_itself_is_an_anomaly_once() {
    let (mut world, id, parcel) = requested();
    world.must(&booked(id, parcel));
    let other = answered(id, parcel, BookingOutcome::Booked(with("T-2")));
    assert_eq!((world.must(&other), world.must(&other)), (1, 0));
    assert_eq!(world.must(&failed(id, parcel)), 1);
    assert_eq!(world.must(&RecordBooking { operation: operation(99), ..booked(id, parcel) }), 1);
    let codes: Vec<_> = the(&world).anomalies().map(|(code, _)| code.to_owned()).collect();
    assert_eq!(codes, [CONTRADICTING_BOOKING, CONTRADICTING_BOOKING, UNKNOWN_BOOKING]);
    world.assert_whole();
}

#[test]
fn what_was_refused_and_is_brought_all_the_same_is_called_off() {
    let (mut world, id, parcel) = requested();
    world.must(&failed(id, parcel));
    world.must(&cancel(id));
    world.must(&booked(id, parcel));
    assert_eq!(the(&world).open_booking(), Some(operation(CALL)));
    world.must(&called_off(id, parcel, CancelBookingOutcome::Canceled));
    let_money_go(&mut world, id);
    world.must(&FinishCancelation { order: id });
    world.assert_settled();
}
