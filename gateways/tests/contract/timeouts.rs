use std::time::Duration;

use gateways::{
    AuthorizeCall, AuthorizeOutcome, CaptureOutcome, GatewayArgs, GatewayError, OperationOutcome, PaymentGateway, SimulatorGateway,
    VoidOutcome,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::outside::{Outside, authorization, capture, eur, is_authorized, void};

fn assert_unknown<T: std::fmt::Debug>(answer: Result<T, GatewayError>) {
    assert!(matches!(answer, Err(GatewayError::Unknown { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_time_out_before_the_effect_leaves_nothing_and_is_sent_again() {
    let outside = Outside::with(&[]).await;
    let call = authorization("card_timeout_before");
    assert_unknown(outside.gateway.authorize(call.clone()).await);
    assert_eq!(outside.gateway.look_up(call.operation).await.unwrap(), None);
    assert!(is_authorized(&outside.gateway.authorize(call).await.unwrap()));
}

#[tokio::test]
async fn a_time_out_after_the_effect_is_found_by_looking_it_up() {
    let outside = Outside::with(&[]).await;
    let call = authorization("card_timeout_after");
    assert_unknown(outside.gateway.authorize(call.clone()).await);
    let found = outside.gateway.look_up(call.operation).await.unwrap();
    assert!(matches!(&found, Some(OperationOutcome::Authorization(outcome)) if is_authorized(outcome)), "{found:?}");
    let again = outside.gateway.authorize(call).await.unwrap();
    assert_eq!(found, Some(OperationOutcome::Authorization(again)));
    assert_eq!(outside.booked("authorized").await, (1, eur(100)));
}

#[tokio::test]
async fn captures_and_voids_that_time_out_after_their_effect_are_found_too() {
    let outside = Outside::with(&["--simulator-timeout-after-per-mille", "1000"]).await;
    let (captured, voided) = (authorization("card"), authorization("card"));
    for call in [&captured, &voided] {
        assert_unknown(outside.gateway.authorize(call.clone()).await);
    }
    let (capture, void) = (capture(&captured, 30), void(&voided));
    assert_unknown(outside.gateway.capture(capture.clone()).await);
    assert_unknown(outside.gateway.void(void.clone()).await);
    let found = outside.gateway.look_up(capture.operation).await.unwrap();
    assert!(matches!(found, Some(OperationOutcome::Capture(CaptureOutcome::Captured { amount, .. })) if amount == eur(30)));
    assert_eq!(outside.gateway.look_up(void.operation).await.unwrap(), Some(OperationOutcome::Void(VoidOutcome::Voided)));
}

#[tokio::test]
async fn a_gateway_that_turns_calls_away_says_when_to_come_back() {
    let outside = Outside::with(&[]).await;
    let call = authorization("card_unavailable");
    let refusal = outside.gateway.authorize(call.clone()).await.unwrap_err();
    assert!(matches!(&refusal, GatewayError::Transient { retry_after: Some(wait), .. } if *wait == Duration::from_secs(1)), "{refusal:?}");
    assert_eq!(outside.gateway.look_up(call.operation).await.unwrap(), None);
    assert!(is_authorized(&outside.gateway.authorize(call).await.unwrap()));
}

#[tokio::test]
async fn a_silent_authorization_is_shut_out_by_its_void() {
    let outside = Outside::with(&[]).await;
    let silent = authorization("card_silent");
    for _ in 0..2 {
        assert_unknown(outside.gateway.authorize(silent.clone()).await);
    }
    assert_eq!(outside.gateway.look_up(silent.operation).await.unwrap(), None);
    assert_eq!(outside.gateway.void(void(&silent)).await.unwrap(), VoidOutcome::Voided);
    let late = AuthorizeCall { method: None, operation: uuid::Uuid::now_v7(), ..silent };
    assert_eq!(outside.gateway.authorize(late).await.unwrap(), AuthorizeOutcome::Declined { code: "already_voided".to_owned() });
}

#[tokio::test]
async fn every_operation_ends_however_many_of_them_stumble() {
    let flags =
        ["--simulator-timeout-before-per-mille=200", "--simulator-timeout-after-per-mille=200", "--simulator-unavailable-per-mille=200"];
    let outside = Outside::with(&[&flags[..], &["--simulator-silence-ms=20"]].concat()).await;
    let calls: Vec<_> = (0..60).map(|_| authorization("card")).collect();
    let tries = futures::future::join_all(calls.into_iter().map(|call| until_authorized(&outside.gateway, call))).await;
    let stumbled = tries.iter().filter(|tries| **tries > 1).count();
    assert!((15..=55).contains(&stumbled), "{stumbled} of 60 stumbled");
    assert!(tries.iter().all(|tries| *tries <= 2), "{tries:?}");
    assert_eq!(outside.booked("authorized").await, (60, eur(6000)));
}

async fn until_authorized(gateway: &SimulatorGateway, call: AuthorizeCall) -> usize {
    for tries in 1..=10 {
        match gateway.authorize(call.clone()).await {
            Ok(outcome) => {
                assert!(is_authorized(&outcome), "{outcome:?}");
                return tries;
            }
            Err(GatewayError::Transient { .. } | GatewayError::Unknown { .. }) => {}
            Err(error @ GatewayError::Permanent { .. }) => panic!("{error}"),
        }
    }
    panic!("no answer in ten tries");
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let gateway = SimulatorGateway::new(&GatewayArgs::at(&format!("http://{nobody}"))).unwrap();
    let answer = gateway.authorize(authorization("card")).await;
    assert!(matches!(answer, Err(GatewayError::Transient { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_call_was_sent_leaves_the_outcome_unknown() {
    for half_an_answer in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"kind\""] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway = SimulatorGateway::new(&GatewayArgs::at(&format!("http://{}", listener.local_addr().unwrap()))).unwrap();
        let cut = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection.read_exact(&mut [0; 100]).await.unwrap();
            connection.write_all(half_an_answer.as_bytes()).await.unwrap();
        };
        let (answer, ()) = tokio::join!(gateway.authorize(authorization("card")), cut);
        assert_unknown(answer);
    }
}
