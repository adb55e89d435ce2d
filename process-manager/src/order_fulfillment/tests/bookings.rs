//! A parcel that a carrier brings: asked for, answered, called off.

use aggregates::decisions::shipping::{DispatchShipment, RequestBooking};
use aggregates::shipment::ShipmentMethod;

use super::story::*;
use crate::order_fulfillment::{Action, Call, CarrierCall, Happened};

const NOTHING: &[&str] = &[];

fn step(name: &str) -> String {
    format!("{name} {BERLIN_PARCEL}")
}

/// An order whose parcel is packed.
fn packed_for_a_carrier() -> Vec<Happened> {
    vec![
        placed(by_carrier(), "20.00"),
        reserved(&["berlin"]),
        payment_started(),
        initiated(),
        authorization_requested(),
        authorized(),
        order_authorized(),
        confirmed(),
        planned(BERLIN_PARCEL, "berlin", ShipmentMethod::Carrier),
        packed(BERLIN_PARCEL),
    ]
}

/// Called off: parcel and order in one append.
fn call_off(story: &mut Story) -> Vec<String> {
    story.then(parcel_canceled(BERLIN_PARCEL));
    story.then(canceling())
}

/// The call to the carrier that is made now, and whether it may have been made before.
fn carrier_call(story: &Story) -> (CarrierCall, bool) {
    let [effect] = &story.last[..] else { panic!("one effect, not {:?}", story.last) };
    let Action::Call(Call::Carrier { call, again, .. }) = &effect.action else { panic!("a call to the carrier, not {effect:?}") };
    (call.clone(), *again)
}

#[test]
fn a_carrier_is_asked_once_that_is_recorded_and_its_answer_sends_the_parcel() {
    let mut story = Story::of(packed_for_a_carrier());
    let asked: RequestBooking = story.decision();
    assert_eq!((asked.shipment, asked.carrier.as_str()), (BERLIN_PARCEL, "simulator"));
    assert_eq!(story.then(booking_requested(BERLIN_PARCEL)), [step("book")]);
    let (CarrierCall::Book(call), false) = carrier_call(&story) else { panic!("a first booking") };
    assert_eq!((call.operation, call.shipment, call.order), (BOOK, BERLIN_PARCEL.uuid(), ORDER.uuid()));
    assert_eq!((call.weight_grams, call.country.as_deref()), (Some(500), Some("DE")));
    for event in [dispatched(BERLIN_PARCEL), shipped(BERLIN_PARCEL, &["20.00"]), capture_requested(BERLIN_PARCEL, true)] {
        story.then(event);
    }
    assert_eq!(story.then(captured(BERLIN_PARCEL)), NOTHING);
    assert_eq!(story.then(delivered(BERLIN_PARCEL)), ["complete_order"]);
}

#[test]
fn a_booking_that_stands_is_used_when_the_parcel_may_leave() {
    let mut story = Story::of(packed_for_a_carrier());
    story.then(booking_requested(BERLIN_PARCEL));
    assert_eq!(story.then(booked(BERLIN_PARCEL)), [step("dispatch_shipment")]);
    assert_eq!(story.decision::<DispatchShipment>().carrier, None, "with whom, the booking says");
}

#[test]
fn a_parcel_that_is_called_off_while_its_carrier_is_asked_is_called_off_there_and_the_order_ends_after_that() {
    let mut story = Story::of(packed_for_a_carrier());
    story.then(booking_requested(BERLIN_PARCEL));
    assert_eq!(call_off(&mut story), [format!("void_payment {PAYMENT}"), step("cancel_booking")]);
    let Action::Call(Call::Carrier { call: CarrierCall::Cancel(call), .. }) = &story.last[1].action else { panic!("{:?}", story.last) };
    assert_eq!((call.operation, call.shipment), (BOOK, BERLIN_PARCEL.uuid()));
    for event in [void_requested(), voided()] {
        story.then(event);
    }
    assert_eq!(story.then(order_voided()), NOTHING, "the carrier may still come");
    assert_eq!(story.then(booked(BERLIN_PARCEL)), NOTHING, "it is being called off");
    assert_eq!(story.then(booking_canceled(BERLIN_PARCEL)), ["finish_cancelation"]);
    story.then(canceled());
    assert!(story.process.is_over());
}

#[test]
fn what_the_carrier_keeps_is_for_people_and_the_order_ends() {
    let mut story = Story::of(packed_for_a_carrier());
    story.then(booking_requested(BERLIN_PARCEL));
    story.then(booked(BERLIN_PARCEL));
    assert_eq!(call_off(&mut story), [format!("void_payment {PAYMENT}"), step("cancel_booking")]);
    assert_eq!(story.then(booking_kept(BERLIN_PARCEL)), NOTHING);
    for event in [void_requested(), voided()] {
        story.then(event);
    }
    assert_eq!(story.then(order_voided()), ["finish_cancelation"]);
}

#[test]
fn a_parcel_that_nobody_was_asked_for_is_called_off_without_a_word_to_anybody() {
    let mut story = Story::of(packed_for_a_carrier());
    assert_eq!(call_off(&mut story), [format!("void_payment {PAYMENT}")]);
}

#[test]
fn a_booking_that_was_asked_for_before_is_looked_up_first() {
    let mut story = Story::of(packed_for_a_carrier());
    story.then(booking_requested(BERLIN_PARCEL));
    story.then(parked_alone("book", &BERLIN_PARCEL.to_string()));
    assert_eq!(story.then(resumed()), [step("book")]);
    assert!(carrier_call(&story).1);
}

#[test]
fn a_failed_booking_is_requested_anew_and_parks_when_it_fails_too_often() {
    let mut story = Story::of(packed_for_a_carrier());
    for failures in 1..=2 {
        story.then(booking_requested(BERLIN_PARCEL));
        assert_eq!(story.then(booking_failed(BERLIN_PARCEL)), [step("request_booking")]);
        assert_eq!(story.last[0].failures, failures, "the more often it failed, the longer the next try waits");
    }
    story.then(booking_requested(BERLIN_PARCEL));
    assert_eq!(story.then(booking_failed(BERLIN_PARCEL)), ["park"]);
    story.then(parked_alone("book", &BERLIN_PARCEL.to_string()));
    assert_eq!(story.then(resumed()), [step("request_booking")]);
}

#[test]
fn a_carrier_that_calls_off_what_nobody_here_has_is_asked_again_and_not_for_ever() {
    let mut story = Story::of(packed_for_a_carrier());
    for failures in 1..=2 {
        story.then(booking_requested(BERLIN_PARCEL));
        assert_eq!(story.then(booking_canceled(BERLIN_PARCEL)), [step("request_booking")]);
        assert_eq!(story.last[0].failures, failures);
    }
    story.then(booking_requested(BERLIN_PARCEL));
    assert_eq!(story.then(booking_canceled(BERLIN_PARCEL)), ["park"]);
}

#[test]
fn a_call_that_is_taken_up_by_somebody_else_is_looked_up_first() {
    let mut story = Story::of(packed_for_a_carrier());
    story.then(booking_requested(BERLIN_PARCEL));
    let [effect] = &story.last[..] else { panic!("one effect, not {:?}", story.last) };
    let taken_up = effect.clone().taken_up();
    assert!(matches!(taken_up.action, Action::Call(Call::Carrier { again: true, .. })), "{taken_up:?}");
}

#[test]
fn a_carrier_is_told_although_the_whole_process_is_stuck() {
    let mut story = Story::of(packed_for_a_carrier());
    story.then(booking_requested(BERLIN_PARCEL));
    story.then(parked("complete_order"));
    assert_eq!(call_off(&mut story), [step("cancel_booking")]);
    assert_eq!(story.then(booking_canceled(BERLIN_PARCEL)), NOTHING);
    assert_eq!(story.then(resumed()), [format!("void_payment {PAYMENT}")]);
}
