use super::*;
use crate::decisions::paying::SettleAuthorization;
use crate::world::*;

const LINES: &[(&str, u32, i64)] = &[("A", 10, 1000)];

/// A payment of 121.00: 100.00 of goods, 10.00 of tax, 10.00 of shipping and 1.00 of tax on it.
const AMOUNT: i64 = 12_100;

fn requested() -> World {
    let mut world = World::with_stock(&[("berlin", "A", 10)]);
    world.paying(1, LINES);
    world
}

fn authorized_payment() -> World {
    let mut world = requested();
    world.authorize(1);
    world
}

fn the(world: &World) -> Payment {
    world.state(&payment(1).to_string())
}

fn capture(parcel: u128, call: u128, minor: i64) -> CapturePayment {
    CapturePayment { payment: payment(1), shipment: shipment(parcel), operation: operation(call), amount: eur(minor), r#final: false }
}

fn taken(call: u128, minor: i64) -> RecordCapture {
    captured(payment(1), operation(call), eur(minor))
}

fn capture_failed(call: u128) -> RecordCapture {
    let outcome = CaptureOutcome::Failed { code: "gateway_error".to_owned() };
    RecordCapture { payment: payment(1), operation: operation(call), outcome }
}

fn void_failed(call: u128) -> RecordVoid {
    RecordVoid { payment: payment(1), operation: operation(call), outcome: VoidOutcome::Failed { code: "gateway_error".to_owned() } }
}

fn anomaly_codes(world: &World) -> Vec<String> {
    the(world).anomalies().map(|(code, _)| code.to_owned()).collect()
}

#[test]
fn what_was_asked_for_is_authorized() {
    let mut world = requested();
    assert_eq!(the(&world).status(), PaymentStatus::Initiated);
    assert_eq!(the(&world).pending_authorization(), Some(operation(1)));
    world.must(&authorized(1, eur(AMOUNT)));
    assert_eq!(the(&world).status(), PaymentStatus::Authorized);
    assert_eq!(the(&world).open_minor(), AMOUNT);
    world.assert_whole();
}

#[test]
fn an_outcome_told_twice_is_no_news() {
    let mut world = requested();
    assert_eq!(world.must(&authorized(1, eur(AMOUNT))), 1);
    assert_eq!(world.must(&authorized(1, eur(AMOUNT))), 0);
    let mut world = requested();
    assert_eq!(world.must(&declined(1)), 1);
    assert_eq!(world.must(&declined(1)), 0);
}

#[test]
fn another_amount_than_asked_is_an_anomaly_and_never_success() {
    let mut world = requested();
    assert_eq!(world.must(&authorized(1, eur(AMOUNT - 1))), 1);
    assert_eq!(world.must(&authorized(1, eur(AMOUNT - 1))), 0);
    assert_eq!(the(&world).status(), PaymentStatus::Contradicted);
    assert_eq!(anomaly_codes(&world), [OTHER_AMOUNT_AUTHORIZED]);
    assert_eq!(world.refused(&SettleAuthorization { order: order(1), payment: payment(1) }), "payment_undecided");
    assert_eq!(world.refused(&capture(1, 50, 100)), "authorization_lapsed");
    world.must(&void(1, 90));
    world.must(&voided(1, 90));
    assert!(!the(&world).holds_money());
}

#[test]
fn an_authorization_after_a_decline_is_an_anomaly_that_can_be_voided() {
    let mut world = requested();
    world.must(&declined(1));
    assert_eq!(world.must(&void(1, 90)), 0, "a declined payment holds nothing");
    world.must(&authorized(1, eur(AMOUNT)));
    assert_eq!(anomaly_codes(&world), [AUTHORIZED_AFTER_DECLINE]);
    assert!(the(&world).holds_money());
    assert_eq!(world.must(&void(1, 91)), 1);
}

#[test]
fn a_decline_after_an_authorization_is_recorded_and_changes_nothing() {
    let mut world = authorized_payment();
    assert_eq!(world.must(&declined(1)), 1);
    assert_eq!(world.must(&declined(1)), 0);
    assert_eq!(the(&world).status(), PaymentStatus::Authorized);
    assert_eq!(anomaly_codes(&world), [CONTRADICTING_OUTCOME]);
}

#[test]
fn an_answer_to_a_call_that_was_never_made_is_an_anomaly() {
    let mut world = authorized_payment();
    for _ in 0..2 {
        world.must(&RecordAuthorization { operation: operation(77), ..authorized(1, eur(1)) });
        world.must(&taken(77, 1));
        world.must(&voided(1, 77));
    }
    assert_eq!(anomaly_codes(&world), [UNKNOWN_OPERATION], "the same call is told once");
    assert_eq!(the(&world).captured_minor(), 0);
}

#[test]
fn a_payment_is_captured_in_parts() {
    let mut world = authorized_payment();
    world.must(&capture(1, 50, 4000));
    assert_eq!((the(&world).pending_minor(), the(&world).open_minor()), (4000, 8100));
    world.must(&taken(50, 4000));
    assert_eq!(the(&world).status(), PaymentStatus::PartiallyCaptured);
    world.must(&capture(2, 51, 8100));
    world.must(&taken(51, 8100));
    assert_eq!(the(&world).status(), PaymentStatus::Captured);
    world.assert_whole();
}

#[test]
fn asked_twice_for_one_capture_there_is_one_call() {
    let mut world = authorized_payment();
    assert_eq!(world.must(&capture(1, 50, 4000)), 1);
    assert_eq!(world.must(&capture(1, 50, 4000)), 0);
    assert_eq!(world.refused(&capture(1, 50, 4001)), "subject_done", "the same call with another amount");
    world.must(&taken(50, 4000));
    assert_eq!(world.must(&taken(50, 4000)), 0);
    assert_eq!(world.must(&capture(1, 50, 4000)), 0);
}

#[test]
fn medusa_13301_two_causes_for_one_capture_are_one_capture() {
    let mut world = authorized_payment();
    world.must(&capture(1, 50, 4000));
    assert_eq!(world.refused(&capture(1, 51, 4000)), "subject_done");
    world.must(&taken(50, 4000));
    assert_eq!(world.refused(&capture(1, 51, 4000)), "subject_done");
    assert_eq!(the(&world).captured_minor(), 4000);
}

#[test]
fn hyperswitch_13182_two_captures_that_together_exceed_what_is_authorized_do_not_both_pass() {
    let mut world = authorized_payment();
    world.must(&capture(1, 50, 7000));
    assert_eq!(world.refused(&capture(2, 51, 7000)), "capture_exceeds_authorized");
    world.assert_whole();
}

#[test]
fn a_failed_capture_can_be_asked_for_again_by_another_call() {
    let mut world = authorized_payment();
    world.must(&capture(1, 50, 4000));
    assert_eq!(world.must(&capture_failed(50)), 1);
    assert_eq!(world.must(&capture_failed(50)), 0);
    assert_eq!(the(&world).open_minor(), AMOUNT);
    world.must(&capture(1, 51, 4000));
    world.must(&taken(51, 4000));
    world.assert_whole();
}

#[test]
fn a_capture_that_had_failed_and_was_done_after_all_is_counted_with_an_anomaly() {
    let mut world = authorized_payment();
    world.must(&capture(1, 50, 4000));
    world.must(&capture_failed(50));
    world.must(&capture(1, 51, 4000));
    world.must(&taken(51, 4000));
    world.must(&taken(50, 4000));
    assert_eq!(the(&world).captured_minor(), 8000);
    assert_eq!(anomaly_codes(&world), [CAPTURED_TWICE, CONTRADICTING_OUTCOME]);
    assert_eq!(world.must(&capture_failed(50)), 0, "that was told before, and is part of the contradiction");
    assert_eq!(the(&world).captured_minor(), 8000);
    world.assert_whole();
}

#[test]
fn another_amount_than_asked_is_counted_as_it_was_captured() {
    let mut world = authorized_payment();
    world.must(&capture(1, 50, 4000));
    world.must(&taken(50, 13_000));
    assert_eq!(the(&world).captured_minor(), 13_000);
    assert_eq!(anomaly_codes(&world), [OTHER_AMOUNT_CAPTURED]);
    world.assert_whole();
}

#[test]
fn after_the_last_capture_the_rest_is_released() {
    let mut world = authorized_payment();
    world.must(&capture(1, 50, 4000));
    world.must(&CapturePayment { r#final: true, ..capture(2, 51, 5000) });
    let before = world.log.len();
    world.must(&taken(51, 5000));
    assert_eq!(world.names_since(before), ["payment.captured", "payment.authorization_released"]);
    assert_eq!(the(&world).released_minor(), AMOUNT - 9000, "what another call is about to take is not released");
    world.must(&taken(50, 4000));
    assert_eq!(the(&world).status(), PaymentStatus::Captured);
    world.assert_whole();
}

#[test]
fn only_what_is_held_can_be_captured() {
    let mut world = requested();
    assert_eq!(world.refused(&capture(1, 50, 100)), "authorization_lapsed");
    world.authorize(1);
    assert_eq!(world.refused(&capture(1, 50, 0)), "amount_not_positive");
    assert_eq!(world.refused(&capture(1, 50, AMOUNT + 1)), "capture_exceeds_authorized");
    let dollars = Money::from_minor(100, "USD".parse().unwrap()).unwrap();
    assert_eq!(world.refused(&CapturePayment { amount: dollars, ..capture(1, 50, 1) }), "currency_mismatch");
    world.must(&void(1, 90));
    assert_eq!(world.refused(&capture(1, 50, 100)), "void_pending");
    world.must(&voided(1, 90));
    assert_eq!(world.refused(&capture(1, 50, 100)), "authorization_lapsed");
    assert_eq!(world.refused(&CapturePayment { payment: payment(9), ..capture(1, 50, 100) }), "payment_not_found");
}

#[test]
fn a_payment_has_at_most_fifty_captures() {
    let mut world = authorized_payment();
    for n in 0..50 {
        world.must(&capture(n, 100 + n, 1));
    }
    assert_eq!(world.refused(&capture(50, 150, 1)), "capture_limit_reached");
}

#[test]
fn a_void_ends_the_attempt_and_what_is_told_later_is_no_news() {
    let mut world = requested();
    assert_eq!(world.must(&void(1, 90)), 1);
    assert_eq!(world.must(&void(1, 90)), 0);
    assert_eq!(world.refused(&void(1, 91)), "void_pending");
    assert_eq!(the(&world).status(), PaymentStatus::VoidPending);
    assert_eq!(world.must(&voided(1, 90)), 1);
    assert_eq!(world.must(&voided(1, 90)), 0);
    assert_eq!(world.must(&authorized(1, eur(AMOUNT))), 0);
    assert_eq!(world.must(&declined(1)), 0);
    assert_eq!(world.must(&void(1, 92)), 0);
    assert!(!the(&world).holds_money());
    assert_eq!(world.must(&void_failed(90)), 1, "a contradiction");
    assert_eq!(the(&world).status(), PaymentStatus::Voided);
}

#[test]
fn a_void_that_failed_can_be_asked_for_again() {
    let mut world = authorized_payment();
    world.must(&void(1, 90));
    assert_eq!(world.must(&void_failed(90)), 1);
    assert_eq!(world.must(&void_failed(90)), 0);
    assert_eq!(the(&world).status(), PaymentStatus::Authorized);
    world.must(&void(1, 91));
    world.must(&voided(1, 91));
    world.assert_whole();
}

#[test]
fn a_void_that_had_failed_and_was_done_after_all_ends_the_attempt_with_an_anomaly() {
    let mut world = authorized_payment();
    world.must(&void(1, 90));
    world.must(&void_failed(90));
    assert_eq!(world.must(&voided(1, 90)), 2);
    assert_eq!(world.must(&voided(1, 90)), 0);
    assert_eq!((the(&world).status(), anomaly_codes(&world)), (PaymentStatus::Voided, vec![CONTRADICTING_OUTCOME.to_owned()]));
}

#[test]
fn money_that_was_or_is_being_taken_is_not_let_go_of() {
    let mut world = authorized_payment();
    world.must(&capture(1, 50, 4000));
    assert_eq!(world.refused(&void(1, 90)), "capture_pending");
    world.must(&taken(50, 4000));
    assert_eq!(world.refused(&void(1, 90)), "already_captured");
}

#[test]
fn events_of_a_payment_stay_in_order_with_its_order() {
    let event = PaymentEvent::from(PaymentVoided { order: order(1), operation: operation(1) });
    assert_eq!(<Payment as decider::EventSourced>::partition_key("some payment", &event), order(1).to_string());
}
