use aggregates::decisions::ending::CancelOrder;
use aggregates::order::CancelationOutcome;
use aggregates::payment::CapturePayment;
use aggregates::process::ParkProcess;
use aggregates::shipment::ShipmentMethod;

use super::story::*;
use crate::order_fulfillment::{Action, Call, Happened};

const NOTHING: &[&str] = &[];

/// Each row: what happens, and what is to be done because of it.
fn told(rows: Vec<(Happened, &[&str])>) -> Story {
    let mut story = Story::of([]);
    for (event, expected) in rows {
        let shown = format!("{event:?}");
        assert_eq!(story.then(event), expected, "after {shown}");
    }
    story
}

/// What is waited for until an instant.
fn waited_for(story: &Story) -> Vec<&'static str> {
    story.process.deadlines(&rules()).into_iter().map(|deadline| deadline.which.name()).collect()
}

fn settle() -> String {
    format!("settle_authorization {PAYMENT}")
}

fn authorize() -> String {
    format!("authorize {PAYMENT}")
}

fn paid_for() -> Vec<Happened> {
    paid_for_in(&["berlin"])
}

fn paid_for_in(warehouses: &[&str]) -> Vec<Happened> {
    vec![
        placed(pickup(), "20.00"),
        reserved(warehouses),
        payment_started(),
        initiated(),
        authorization_requested(),
        authorized(),
        order_authorized(),
        confirmed(),
    ]
}

#[test]
fn an_order_that_is_picked_up_goes_from_placement_to_completion() {
    told(vec![
        (placed(pickup(), "20.00"), &["allocate_stock"]),
        (reserved(&["berlin"]), &["start_payment"]),
        (payment_started(), NOTHING),
        (initiated(), NOTHING),
        (authorization_requested(), &[&authorize()]),
        (authorized(), &[&settle()]),
        (order_authorized(), &["confirm_order"]),
        (confirmed(), &["plan_shipment berlin"]),
        (planned(BERLIN_PARCEL, "berlin", ShipmentMethod::Pickup), &[&format!("pack_shipment {BERLIN_PARCEL}")]),
        (packed(BERLIN_PARCEL), &[&format!("dispatch_shipment {BERLIN_PARCEL}")]),
        (dispatched(BERLIN_PARCEL), NOTHING),
        (shipped(BERLIN_PARCEL, &["20.00"]), &[&format!("capture_payment {PAYMENT}/{BERLIN_PARCEL}")]),
        (delivered(BERLIN_PARCEL), NOTHING),
        (capture_requested(BERLIN_PARCEL, true), &[&format!("capture {PAYMENT}/{BERLIN_PARCEL}")]),
        (captured(BERLIN_PARCEL), &["complete_order"]),
        (completed(), NOTHING),
    ]);
}

#[test]
fn what_costs_nothing_is_confirmed_without_a_payment() {
    told(vec![
        (placed(pickup(), "0.00"), &["allocate_stock"]),
        (reserved(&["berlin"]), &["confirm_order"]),
        (confirmed(), &["plan_shipment berlin"]),
        (planned(BERLIN_PARCEL, "berlin", ShipmentMethod::None), &[&format!("pack_shipment {BERLIN_PARCEL}")]),
        (packed(BERLIN_PARCEL), &[&format!("dispatch_shipment {BERLIN_PARCEL}")]),
        (dispatched(BERLIN_PARCEL), NOTHING),
        (shipped(BERLIN_PARCEL, &[]), NOTHING),
        (delivered(BERLIN_PARCEL), &["complete_order"]),
    ]);
}

#[test]
fn two_parcels_capture_their_parts_and_only_the_last_lets_go_of_the_rest() {
    let mut story = Story::of(paid_for_in(&["berlin", "paris"]).into_iter().take(7));
    assert_eq!(story.then(confirmed()), ["plan_shipment berlin", "plan_shipment paris"]);
    assert_eq!(story.then(planned(BERLIN_PARCEL, "berlin", ShipmentMethod::Pickup)), [format!("pack_shipment {BERLIN_PARCEL}")]);
    for event in
        [planned(PARIS_PARCEL, "paris", ShipmentMethod::Pickup), packed(BERLIN_PARCEL), packed(PARIS_PARCEL), dispatched(BERLIN_PARCEL)]
    {
        story.then(event);
    }
    assert_eq!(story.then(shipped(BERLIN_PARCEL, &["12.00"])), [format!("capture_payment {PAYMENT}/{BERLIN_PARCEL}")]);
    let capture: CapturePayment = story.decision();
    assert_eq!((capture.r#final, capture.amount), (false, money("12.00")));
    story.then(dispatched(PARIS_PARCEL));
    assert_eq!(story.then(shipped(PARIS_PARCEL, &["8.00"])), NOTHING, "the last capture waits until the others are done");
    story.then(delivered(BERLIN_PARCEL));
    story.then(delivered(PARIS_PARCEL));
    story.then(capture_requested(BERLIN_PARCEL, false));
    assert_eq!(story.then(captured(BERLIN_PARCEL)), [format!("capture_payment {PAYMENT}/{PARIS_PARCEL}")]);
    let capture: CapturePayment = story.decision();
    assert_eq!((capture.r#final, capture.amount), (true, money("8.00")));
}

#[test]
fn what_people_do_before_the_process_does_is_not_done_again() {
    let mut story = Story::of(paid_for());
    assert_eq!(story.then(planned(BERLIN_PARCEL, "berlin", ShipmentMethod::Pickup)), [format!("pack_shipment {BERLIN_PARCEL}")]);
    assert_eq!(story.then(packed(BERLIN_PARCEL)), [format!("dispatch_shipment {BERLIN_PARCEL}")]);
    story.then(dispatched(BERLIN_PARCEL));
    assert_eq!(story.then(shipped(BERLIN_PARCEL, &["20.00"])), [format!("capture_payment {PAYMENT}/{BERLIN_PARCEL}")]);
}

#[test]
fn missing_stock_rejects_the_order_with_a_reason_that_the_customer_can_read() {
    let mut story = told(vec![(placed(pickup(), "20.00"), &["allocate_stock"]), (unavailable(), &["cancel_order"])]);
    let cancel: CancelOrder = story.decision();
    assert_eq!(cancel.reason.code, "out_of_stock");
    assert_eq!(cancel.reason.message, "Not everything you ordered is in stock: 2 of A-17 ordered, 1 left. Nothing was charged.");
    assert_eq!(story.then(canceling()), ["finish_cancelation"]);
    assert_eq!(story.then(canceled()), NOTHING);
}

#[test]
fn a_declined_payment_rejects_the_order_and_there_is_nothing_to_void() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    assert_eq!(story.then(declined()), [settle()]);
    assert_eq!(story.then(order_declined()), ["cancel_order"]);
    let cancel: CancelOrder = story.decision();
    assert_eq!(
        cancel.reason.message,
        "The payment was declined (insufficient funds). Nothing was charged; please order again with another card."
    );
    assert_eq!(story.then(canceling()), ["finish_cancelation"]);
}

#[test]
fn a_customer_who_cancels_after_the_authorization_gets_the_money_back_first() {
    let mut story = Story::of(paid_for());
    assert_eq!(story.then(canceling()), [format!("void_payment {PAYMENT}")]);
    assert_eq!(story.then(void_requested()), [format!("void {PAYMENT}")]);
    assert_eq!(story.then(voided()), [settle()]);
    assert_eq!(story.then(order_voided()), ["finish_cancelation"]);
    assert_eq!(story.then(canceled()), NOTHING);
}

#[test]
fn a_customer_who_cancels_while_the_gateway_is_asked_waits_for_its_answer_and_then_for_the_void() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    assert_eq!(story.then(canceling()), NOTHING, "the call is under way");
    assert_eq!(story.then(authorized()), [format!("void_payment {PAYMENT}")]);
    let mut story = Story::of(paid_for().into_iter().take(5));
    story.then(canceling());
    assert_eq!(story.then(declined()), [settle()]);
    assert_eq!(story.then(order_declined()), ["finish_cancelation"]);
}

#[test]
fn a_customer_who_cancels_before_the_stock_is_allocated_just_ends() {
    let mut story = Story::of([placed(pickup(), "20.00")]);
    assert_eq!(story.then(canceling()), ["finish_cancelation"]);
}

#[test]
fn money_of_another_amount_is_voided_and_the_order_rejected() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    assert_eq!(story.then(anomaly(aggregates::payment::OTHER_AMOUNT_AUTHORIZED)), [format!("void_payment {PAYMENT}")]);
    story.then(void_requested());
    assert_eq!(story.then(voided()), [settle()]);
    assert_eq!(story.then(order_voided()), ["cancel_order"]);
}

#[test]
fn a_refused_step_is_not_repeated_for_its_refusal_but_at_the_orders_next_event() {
    let mut story = Story::of(paid_for_in(&["berlin", "paris"]));
    let first = story.last[0].command_id;
    assert_eq!(story.then(story.refused("plan_shipment berlin")), NOTHING, "the other parcel is under way and may change it");
    assert_eq!((story.process.under_way().count(), story.process.waiting().count()), (1, 1));
    assert_eq!(story.then(anomaly("something_else")), ["plan_shipment berlin"]);
    assert_ne!(story.last[0].command_id, first, "another cause is another command");
}

#[test]
fn a_refusal_that_nothing_under_way_could_change_parks_the_process_at_once() {
    let mut story = Story::of(paid_for().into_iter().take(7));
    assert_eq!(story.then(story.refused("confirm_order")), ["park"]);
    let mut story = Story::of(paid_for_in(&["berlin", "paris"]));
    assert_eq!(story.then(story.refused("plan_shipment berlin")), NOTHING);
    assert_eq!(story.then(story.refused("plan_shipment paris")), ["park"]);
}

#[test]
fn a_refusal_that_speaks_of_a_state_which_is_gone_is_answered_by_asking_again() {
    let mut story = Story::of(paid_for().into_iter().take(7));
    assert_eq!(story.then(anomaly("something_else")), NOTHING);
    assert_eq!(story.then(story.refused("confirm_order")), ["confirm_order"]);
}

#[test]
fn a_step_that_is_refused_too_often_parks_the_process_until_it_is_resumed() {
    let mut story = Story::of(paid_for_in(&["berlin", "paris"]));
    for _ in 0..2 {
        story.then(story.refused("plan_shipment berlin"));
        assert_eq!(story.then(anomaly("something_else")), ["plan_shipment berlin"]);
    }
    assert_eq!(story.then(story.refused("plan_shipment berlin")), ["park"]);
    let park: ParkProcess = story.decision();
    assert_eq!((park.step.as_str(), park.cause.as_str()), ("plan_shipment", "not now"));
    assert_eq!(story.then(parked("plan_shipment")), NOTHING);
    assert_eq!(story.then(anomaly("something_else")), NOTHING, "what follows waits");
    assert_eq!(story.then(resumed()), ["plan_shipment berlin", "plan_shipment paris"]);
}

#[test]
fn a_parked_order_that_is_called_off_goes_back_without_an_operator() {
    let mut story = Story::of(paid_for().into_iter().take(7));
    story.then(story.refused("confirm_order"));
    story.then(parked("confirm_order"));
    assert_eq!(story.then(canceling()), ["resume"], "what it waited for is not to be done any more");
    assert_eq!(story.then(resumed()), [format!("void_payment {PAYMENT}")]);
    story.then(void_requested());
    story.then(voided());
    assert_eq!(story.then(order_voided()), ["finish_cancelation"]);
    story.then(canceled());
    assert!(story.process.is_over());
}

#[test]
fn an_order_that_is_called_off_while_it_is_being_parked_does_not_wait_either() {
    let mut story = Story::of(paid_for().into_iter().take(7));
    assert_eq!(story.then(story.refused("confirm_order")), ["park"]);
    assert_eq!(story.then(canceling()), [format!("void_payment {PAYMENT}")]);
    assert_eq!(story.then(parked("confirm_order")), ["resume"]);
    assert_eq!(story.then(void_requested()), NOTHING);
    assert_eq!(story.then(resumed()), [format!("void {PAYMENT}")]);
}

#[test]
fn a_step_of_the_way_back_that_is_stuck_waits_for_an_operator() {
    let mut story = Story::of(paid_for());
    story.then(canceling());
    assert_eq!(story.then(parked("void_payment")), NOTHING);
    assert_eq!(story.then(resumed()), [format!("void_payment {PAYMENT}")]);
}

#[test]
fn a_stuck_step_waits_alone_while_the_orders_other_parcel_goes_all_the_way() {
    let mut story = Story::of(paid_for_in(&["berlin", "paris"]));
    for _ in 0..2 {
        story.then(story.refused("plan_shipment berlin"));
        assert_eq!(story.then(anomaly("something_else")), ["plan_shipment berlin"]);
    }
    assert_eq!(story.then(story.refused("plan_shipment berlin")), ["park"]);
    assert_eq!(story.decision::<ParkProcess>().subject.as_deref(), Some("berlin"));
    assert_eq!(story.then(parked_alone("plan_shipment", "berlin")), NOTHING);
    assert_eq!(story.then(planned(PARIS_PARCEL, "paris", ShipmentMethod::Pickup)), [format!("pack_shipment {PARIS_PARCEL}")]);
    assert_eq!(story.then(packed(PARIS_PARCEL)), [format!("dispatch_shipment {PARIS_PARCEL}")]);
    story.then(dispatched(PARIS_PARCEL));
    assert_eq!(story.then(shipped(PARIS_PARCEL, &["8.00"])), [format!("capture_payment {PAYMENT}/{PARIS_PARCEL}")]);
    story.then(capture_requested(PARIS_PARCEL, false));
    story.then(delivered(PARIS_PARCEL));
    assert_eq!(story.then(captured(PARIS_PARCEL)), NOTHING, "the order is not complete");
    assert_eq!(story.then(resumed()), ["plan_shipment berlin"]);
}

#[test]
fn no_more_goods_leave_while_the_money_of_those_that_have_left_cannot_be_taken() {
    let mut story = Story::of(paid_for_in(&["berlin", "paris"]));
    story.then(planned(BERLIN_PARCEL, "berlin", ShipmentMethod::Pickup));
    story.then(packed(BERLIN_PARCEL));
    story.then(dispatched(BERLIN_PARCEL));
    story.then(shipped(BERLIN_PARCEL, &["12.00"]));
    assert_eq!(story.then(capture_requested(BERLIN_PARCEL, false)), [format!("capture {PAYMENT}/{BERLIN_PARCEL}")]);
    assert_eq!(story.then(parked_alone("capture", &format!("{PAYMENT}/{BERLIN_PARCEL}"))), NOTHING);
    assert_eq!(story.process.under_way().count(), 0, "paris is not planned");
    assert_eq!(story.then(planned(PARIS_PARCEL, "paris", ShipmentMethod::Pickup)), NOTHING, "people did it; it is not packed");
    assert_eq!(story.then(resumed()), [format!("capture {PAYMENT}/{BERLIN_PARCEL}"), format!("pack_shipment {PARIS_PARCEL}")]);
}

#[test]
fn two_stuck_steps_are_parked_one_after_the_other_and_resumed_together() {
    let mut story = Story::of(paid_for_in(&["berlin", "paris"]));
    story.then(story.refused("plan_shipment berlin"));
    assert_eq!(story.then(story.refused("plan_shipment paris")), ["park"]);
    assert_eq!(story.then(parked_alone("plan_shipment", "paris")), ["plan_shipment berlin"], "the park is news for who was refused before");
    assert_eq!(story.then(story.refused("plan_shipment berlin")), ["park"]);
    assert_eq!(story.then(parked_alone("plan_shipment", "berlin")), NOTHING);
    assert_eq!(story.process.parked().len(), 2);
    assert_eq!(story.then(resumed()), ["plan_shipment berlin", "plan_shipment paris"]);
}

#[test]
fn what_people_did_in_the_place_of_a_stuck_step_lets_the_process_go_on() {
    let mut story = Story::of(paid_for());
    story.then(parked_alone("plan_shipment", "berlin"));
    let pack = format!("pack_shipment {BERLIN_PARCEL}");
    assert_eq!(story.then(planned(BERLIN_PARCEL, "berlin", ShipmentMethod::Pickup)), [pack.as_str(), "resume"]);
    assert_eq!(story.then(resumed()), NOTHING, "the parcel is being packed");
    assert_eq!(story.process.parked(), []);
}

#[test]
fn an_order_that_is_called_off_goes_back_at_once_whatever_is_stuck_on_the_way_forward() {
    let mut story = Story::of(paid_for_in(&["berlin", "paris"]));
    story.then(parked_alone("plan_shipment", "berlin"));
    story.then(parked_alone("plan_shipment", "paris"));
    assert_eq!(story.then(canceling()), [format!("void_payment {PAYMENT}"), "resume".to_owned()]);
    assert_eq!(story.then(void_requested()), [format!("void {PAYMENT}")]);
    assert_eq!(story.then(parked_alone("void", &PAYMENT.to_string())), NOTHING, "money that cannot be let go is for people");
    assert_eq!(story.then(resumed()), [format!("void {PAYMENT}")]);
}

#[test]
fn an_order_that_is_not_paid_in_time_gives_its_stock_back_lets_go_of_money_that_comes_late_and_tries_once_more() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    assert_eq!(waited_for(&story), ["reservation", "gateway_silent"]);
    assert_eq!(story.then(overdue()), ["lapse_reservation"], "the gateway has not answered");
    assert_eq!(waited_for(&story), ["gateway_silent"]);
    assert_eq!(story.then(lapsed()), NOTHING, "money that was asked for is waited for");
    assert_eq!(story.then(authorized()), [format!("void_payment {PAYMENT}")]);
    story.then(void_requested());
    assert_eq!(story.then(voided()), [settle()]);
    assert_eq!(story.then(order_voided()), ["allocate_stock"]);
    assert_eq!(story.then(reserved(&["berlin"])), ["start_payment"]);
    assert_eq!(story.then(overdue()), ["lapse_reservation"]);
    assert_eq!(story.then(lapsed()), ["cancel_order"]);
    let cancel: CancelOrder = story.decision();
    assert_eq!((cancel.outcome, cancel.reason.code.as_str()), (CancelationOutcome::Expired, "reservation_lapsed"));
    assert_eq!(story.then(canceling()), ["finish_cancelation"]);
}

#[test]
fn what_is_paid_does_not_lapse() {
    let mut story = Story::of(paid_for().into_iter().take(6));
    assert_eq!(story.then(overdue()), NOTHING, "it is about to be confirmed");
    assert_eq!(story.then(order_authorized()), ["confirm_order"]);
    let mut story = Story::of(paid_for());
    assert_eq!(waited_for(&story), NOTHING);
    assert_eq!(story.then(overdue()), NOTHING);
    let mut story = Story::of([placed(pickup(), "0.00"), reserved(&["berlin"])]);
    assert_eq!(story.then(overdue()), NOTHING, "there is nothing to pay");
}

#[test]
fn a_deadline_of_reservations_that_stand_no_more_is_no_news() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    assert_eq!(story.then(overdue_since(at(-1))), NOTHING);
    story.then(overdue());
    story.then(lapsed());
    assert_eq!(story.then(overdue()), NOTHING);
}

#[test]
fn a_parked_order_does_not_hold_its_stock_until_a_person_acts() {
    for park in [parked("authorize"), parked_alone("authorize", &PAYMENT.to_string())] {
        let mut story = Story::of(paid_for().into_iter().take(5));
        story.then(park);
        assert_eq!(story.then(overdue()), ["lapse_reservation"]);
        assert_eq!(story.then(lapsed()), NOTHING, "whether there is money is for people to find out");
        assert_eq!(story.then(resumed()), [authorize()]);
    }
    let mut story = Story::of([placed(pickup(), "20.00"), reserved(&["berlin"]), parked("start_payment")]);
    assert_eq!(story.then(overdue()), ["lapse_reservation"]);
    assert_eq!(story.then(lapsed()), ["resume"], "what was parked is not to be done any more");
    assert_eq!(story.then(resumed()), ["allocate_stock"]);
}

/// When the gateway was asked first, and whether it may have been asked before.
fn asking(story: &Story) -> (chrono::DateTime<chrono::Utc>, bool) {
    let action = &story.last[0].action;
    let Action::Call(Call::Gateway { requested_at, again, .. }) = action else { panic!("a call to the gateway, not {action:?}") };
    (*requested_at, *again)
}

#[test]
fn a_call_is_as_old_as_its_request_however_late_it_is_asked_for_again() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    let requested = at(story.position);
    assert_eq!(asking(&story), (requested, false));
    story.then(parked("authorize"));
    assert_eq!(story.then(resumed()), [authorize()]);
    assert_eq!(asking(&story), (requested, true));

    let mut story = Story::of(shipped_in_berlin());
    story.then(capture_requested(BERLIN_PARCEL, true));
    let requested = at(story.position);
    assert_eq!(asking(&story), (requested, false));
    story.then(parked("capture"));
    story.then(resumed());
    assert_eq!(asking(&story), (requested, true));

    let mut story = Story::of(paid_for());
    story.then(canceling());
    story.then(void_requested());
    let requested = at(story.position);
    story.then(parked("void"));
    story.then(resumed());
    assert_eq!(asking(&story), (requested, true));
}

#[test]
fn money_that_a_gateway_holds_after_all_is_voided_though_the_order_has_ended() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    for event in [declined(), order_declined(), canceling(), rejected()] {
        story.then(event);
    }
    assert!(story.process.is_over());
    assert_eq!(story.then(anomaly(aggregates::payment::AUTHORIZED_AFTER_DECLINE)), [format!("void_payment {PAYMENT}")]);
    assert!(!story.process.is_over(), "money is held");
    assert_eq!(story.then(void_requested()), [format!("void {PAYMENT}")]);
    assert_eq!(story.then(void_failed()), [format!("void_payment {PAYMENT}")]);
    story.then(void_requested());
    assert_eq!(story.then(voided()), NOTHING);
    assert!(story.process.is_over());
}

#[test]
fn what_a_completed_order_has_paid_is_not_voided() {
    let mut story = Story::of(shipped_in_berlin());
    for event in [capture_requested(BERLIN_PARCEL, true), captured(BERLIN_PARCEL), delivered(BERLIN_PARCEL), completed()] {
        story.then(event);
    }
    assert!(story.process.is_over());
    assert_eq!(story.then(anomaly(aggregates::payment::CONTRADICTING_OUTCOME)), NOTHING);
    assert!(story.process.is_over());
}

fn shipped_in_berlin() -> Vec<Happened> {
    let parcel = [
        planned(BERLIN_PARCEL, "berlin", ShipmentMethod::Pickup),
        packed(BERLIN_PARCEL),
        dispatched(BERLIN_PARCEL),
        shipped(BERLIN_PARCEL, &["20.00"]),
    ];
    paid_for().into_iter().chain(parcel).collect()
}

#[test]
fn a_failed_capture_is_requested_anew_and_parks_when_it_fails_too_often() {
    let mut story = Story::of(shipped_in_berlin());
    assert_eq!(story.last[0].failures, 0);
    for failures in 1..=2 {
        story.then(capture_requested(BERLIN_PARCEL, true));
        assert_eq!(story.then(capture_failed(BERLIN_PARCEL)), [format!("capture_payment {PAYMENT}/{BERLIN_PARCEL}")]);
        assert_eq!(story.last[0].failures, failures, "the more often it failed, the longer the next try waits");
    }
    story.then(capture_requested(BERLIN_PARCEL, true));
    assert_eq!(story.then(capture_failed(BERLIN_PARCEL)), ["park"]);
    story.then(parked("capture"));
    assert_eq!(story.then(resumed()), [format!("capture_payment {PAYMENT}/{BERLIN_PARCEL}")]);
}

#[test]
fn a_failed_void_is_requested_anew() {
    let mut story = Story::of(paid_for());
    story.then(canceling());
    story.then(void_requested());
    assert_eq!(story.then(void_failed()), [format!("void_payment {PAYMENT}")]);
    assert_eq!(story.last[0].failures, 1);
}

#[test]
fn a_command_id_follows_from_its_cause_so_a_rebuilt_process_asks_under_the_same_ids() {
    let one = Story::of(paid_for());
    let other = Story::of(paid_for());
    assert_eq!(format!("{:?}", one.last), format!("{:?}", other.last));
    assert_eq!(one.process, other.process);
}

fn find_out() -> String {
    format!("find_out {PAYMENT}")
}

#[test]
fn an_authorization_that_is_never_answered_is_looked_up_and_let_go_of_and_the_order_ends() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    let asked_at = at(story.position);
    let silence = story.process.deadlines(&rules()).into_iter().find(|deadline| deadline.which.name() == "gateway_silent").unwrap();
    assert_eq!((silence.due_at, silence.subject), (asked_at + chrono::TimeDelta::minutes(2), PAYMENT.to_string()));
    assert_eq!(story.then(silent_at(silence.due_at)), [find_out()], "and it is sent no more");
    let Action::Call(Call::FindOut(call, let_go)) = &story.last[0].action else { panic!("{:?}", story.last) };
    assert_eq!((call.operation, let_go.payment), (AUTHORIZE, PAYMENT));
    assert_eq!(story.then(void_requested()), [format!("void {PAYMENT}")], "the gateway knows nothing of it");
    assert_eq!(story.then(voided()), [settle()]);
    assert_eq!(story.then(order_voided()), ["cancel_order"]);
    assert_eq!(story.decision::<CancelOrder>().reason.code, "payment_ended");
    assert_eq!(story.then(canceling()), ["finish_cancelation"]);
}

#[test]
fn what_is_found_out_counts_as_if_it_had_been_answered() {
    for (answer, next) in [(authorized(), settle()), (declined(), settle())] {
        let mut story = Story::of(paid_for().into_iter().take(5));
        assert_eq!(story.then(silent_at(at(story.position))), [find_out()]);
        assert_eq!(story.then(answer), [next]);
    }
}

#[test]
fn an_order_that_is_called_off_while_the_gateway_is_silent_comes_to_its_end() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    let asked_at = at(story.position);
    assert_eq!(story.then(canceling()), NOTHING, "the call is under way");
    assert_eq!(waited_for(&story), ["gateway_silent"]);
    assert_eq!(story.then(silent_at(asked_at)), [find_out()]);
    story.then(void_requested());
    assert_eq!(story.then(voided()), [settle()]);
    assert_eq!(story.then(order_voided()), ["finish_cancelation"]);
}

#[test]
fn money_that_comes_while_it_is_being_let_go_of_confirms_nothing() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    story.then(silent_at(at(story.position)));
    story.then(void_requested());
    for late in [authorized(), anomaly(aggregates::payment::OTHER_AMOUNT_AUTHORIZED)] {
        assert_eq!(story.then(late), NOTHING, "the void is under way");
    }
    assert_eq!(story.then(voided()), [settle()]);
}

#[test]
fn that_a_gateway_was_silent_before_it_was_asked_is_no_news() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    assert_eq!(story.then(silent_at(at(story.position - 1))), NOTHING);
    let mut story = Story::of(paid_for().into_iter().take(6));
    assert_eq!(story.then(silent_at(at(story.position))), NOTHING, "it has answered");
}

#[test]
fn what_was_parked_because_nobody_answered_is_found_out_all_the_same() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    story.then(parked_alone("authorize", &PAYMENT.to_string()));
    assert_eq!(story.then(silent_at(at(story.position))), [find_out(), "resume".to_owned()]);
}

#[test]
fn a_decline_that_comes_while_a_void_is_under_way_counts_when_the_void_fails() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    story.then(silent_at(at(story.position)));
    story.then(void_requested());
    assert_eq!(story.then(declined()), NOTHING, "the void is under way");
    assert_eq!(story.then(void_failed()), [settle()], "nothing is held");
}

#[test]
fn money_that_comes_after_it_could_not_be_let_go_of_confirms_nothing_either() {
    let mut story = Story::of(paid_for().into_iter().take(5));
    story.then(silent_at(at(story.position)));
    story.then(void_requested());
    assert_eq!(story.then(void_failed()), [format!("void_payment {PAYMENT}")]);
    assert_eq!(story.then(authorized()), NOTHING, "it is being let go of");
    story.then(void_requested());
    assert_eq!(story.then(voided()), [settle()]);
}
