use gateways::{
    AuthorizeCall, AuthorizeOutcome, CaptureCall, CaptureOutcome, GatewayError, OperationOutcome, PaymentGateway, SimulatorGateway,
    VoidOutcome,
};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::outside::{Outside, authorization, capture, eur, is_authorized, void};

fn failed(outcome: CaptureOutcome) -> String {
    match outcome {
        CaptureOutcome::Failed { code } => code,
        CaptureOutcome::Captured { .. } => "captured".to_owned(),
    }
}

#[tokio::test]
async fn an_operation_sent_twice_is_carried_out_once() {
    let outside = Outside::with(&[]).await;
    let (authorize, let_go) = (authorization("card"), authorization("card"));
    let (capture, void) = (capture(&authorize, 60), void(&let_go));
    outside.gateway.authorize(let_go.clone()).await.unwrap();
    for _ in 0..2 {
        assert!(is_authorized(&outside.gateway.authorize(authorize.clone()).await.unwrap()));
        let captured = outside.gateway.capture(capture.clone()).await.unwrap();
        assert!(matches!(&captured, CaptureOutcome::Captured { amount, .. } if *amount == eur(60)), "{captured:?}");
        assert_eq!(outside.gateway.void(void.clone()).await.unwrap(), VoidOutcome::Voided);
    }
    assert_eq!(outside.gateway.authorize(authorize.clone()).await, outside.gateway.authorize(authorize.clone()).await);
    assert_eq!(outside.booked("authorized").await, (2, eur(200)));
    assert_eq!(outside.booked("captured").await, (1, eur(60)));
    assert_eq!(outside.booked("voided").await, (1, eur(100)));
}

#[tokio::test]
async fn the_same_id_with_other_content_is_refused() {
    let outside = Outside::with(&[]).await;
    let call = authorization("card");
    outside.gateway.authorize(call.clone()).await.unwrap();

    let mut spelled_otherwise = call.clone();
    spelled_otherwise.amount = "100.0000".parse().unwrap();
    assert!(outside.gateway.authorize(spelled_otherwise).await.is_ok());

    let mut other = call.clone();
    other.amount = eur(99);
    let refusal = outside.gateway.authorize(other).await.unwrap_err();
    assert!(matches!(&refusal, GatewayError::Permanent { code, .. } if code == "operation_reused"), "{refusal:?}");
    let other_kind = CaptureCall { operation: call.operation, ..capture(&call, 1) };
    assert!(matches!(outside.gateway.capture(other_kind).await, Err(GatewayError::Permanent { .. })));
    assert_eq!(outside.booked("authorized").await, (1, eur(100)));
}

#[tokio::test]
async fn one_operation_from_many_sides_at_once_has_one_answer() {
    let outside = Outside::with(&[]).await;
    let call = authorization("card");
    let answers = futures::future::join_all((0..40).map(|_| outside.gateway.authorize(call.clone()))).await;
    let first = answers[0].clone().unwrap();
    assert!(is_authorized(&first));
    assert!(answers.into_iter().all(|answer| answer.unwrap() == first));
    assert_eq!(outside.booked("authorized").await, (1, eur(100)));
}

#[tokio::test]
async fn captures_from_many_sides_never_take_more_than_is_held() {
    let outside = Outside::with(&[]).await;
    let held = authorization("card");
    outside.gateway.authorize(held.clone()).await.unwrap();
    let answers = futures::future::join_all((0..15).map(|_| outside.gateway.capture(capture(&held, 10)))).await;
    let refused: Vec<_> = answers.into_iter().map(|answer| failed(answer.unwrap())).filter(|code| code != "captured").collect();
    assert_eq!(refused, ["capture_exceeds_authorized"; 5]);
    assert_eq!(outside.booked("captured").await, (10, eur(100)));
    assert_eq!(outside.booked("capture_failed").await, (5, eur(50)));
}

#[tokio::test]
async fn two_simulators_on_the_same_books_agree() {
    let one = Outside::with(&[]).await;
    let mut other = Outside::with(&[]).await;
    other.kill();
    other.database.clone_from(&one.database);
    other.start_again(&[]).await;
    let held = authorization("card");
    one.gateway.authorize(held.clone()).await.unwrap();
    let clients = (0..16).map(|number| take_ten_times(if number % 2 == 0 { &one.gateway } else { &other.gateway }, &held));
    let taken: usize = futures::future::join_all(clients).await.into_iter().sum();
    assert_eq!(taken, 25);
    assert_eq!(one.booked("captured").await, (25, eur(100)));
    assert_eq!(one.booked("capture_failed").await, (135, eur(540)));
}

async fn take_ten_times(gateway: &SimulatorGateway, held: &AuthorizeCall) -> usize {
    let mut taken = 0;
    for _ in 0..10 {
        let outcome = gateway.capture(capture(held, 4)).await.unwrap();
        taken += usize::from(matches!(outcome, CaptureOutcome::Captured { .. }));
    }
    taken
}

#[tokio::test]
async fn money_that_is_not_held_is_neither_captured_nor_voided() {
    let outside = Outside::with(&["--simulator-single-capture"]).await;
    let (voided, captured) = (authorization("card"), authorization("card"));
    outside.gateway.authorize(voided.clone()).await.unwrap();
    outside.gateway.authorize(captured.clone()).await.unwrap();

    assert_eq!(failed(outside.gateway.capture(capture(&voided, 101)).await.unwrap()), "capture_exceeds_authorized");
    assert_eq!(outside.gateway.void(void(&voided)).await.unwrap(), VoidOutcome::Voided);
    assert_eq!(failed(outside.gateway.capture(capture(&voided, 1)).await.unwrap()), "already_voided");

    assert_eq!(failed(outside.gateway.capture(capture(&captured, 1)).await.unwrap()), "captured");
    assert_eq!(failed(outside.gateway.capture(capture(&captured, 1)).await.unwrap()), "authorization_released");
    let refused = outside.gateway.void(void(&captured)).await.unwrap();
    assert_eq!(refused, VoidOutcome::Failed { code: "already_captured".to_owned() });
}

#[tokio::test]
async fn a_declined_card_is_declined_and_found_so() {
    let outside = Outside::with(&[]).await;
    let call = authorization("card_declined");
    let declined = AuthorizeOutcome::Declined { code: "card_declined".to_owned() };
    assert_eq!(outside.gateway.authorize(call.clone()).await.unwrap(), declined);
    assert_eq!(outside.gateway.look_up(call.operation).await.unwrap(), Some(OperationOutcome::Authorization(declined)));
    assert_eq!(outside.booked("declined").await, (1, eur(100)));
    assert_eq!(outside.booked("authorized").await, (0, Decimal::ZERO));
}

#[tokio::test]
async fn about_every_third_order_is_declined_the_same_ones_each_time() {
    let flags = ["--simulator-decline-every", "3"];
    let (outside, elsewhere) = (Outside::with(&flags).await, Outside::with(&flags).await);
    let mut declined = 0;
    for number in 0..60 {
        let mut call = authorization("card");
        call.order = Uuid::from_u128(number);
        let mut in_another_run = call.clone();
        (in_another_run.payment, in_another_run.operation) = (Uuid::now_v7(), Uuid::now_v7());
        let (here, there) = (outside.gateway.authorize(call).await.unwrap(), elsewhere.gateway.authorize(in_another_run).await.unwrap());
        assert_eq!(is_authorized(&here), is_authorized(&there));
        declined += usize::from(!is_authorized(&here));
    }
    assert!((10..30).contains(&declined), "{declined} of 60");
}

#[tokio::test]
async fn a_declined_order_that_is_tried_again_draws_anew() {
    let outside = Outside::with(&["--simulator-decline-every", "2"]).await;
    let order = Uuid::from_u128(7);
    let mut outcomes = Vec::new();
    for _ in 0..24 {
        let mut call = authorization("card");
        call.order = order;
        outcomes.push(is_authorized(&outside.gateway.authorize(call).await.unwrap()));
    }
    assert!(outcomes.contains(&true) && outcomes.contains(&false), "{outcomes:?}");
}

#[tokio::test]
async fn what_was_never_asked_is_not_found() {
    let outside = Outside::with(&[]).await;
    outside.gateway.authorize(authorization("card")).await.unwrap();
    assert_eq!(outside.gateway.look_up(Uuid::now_v7()).await.unwrap(), None);
}
