use std::time::Duration;

use gateways::{AuthorizeCall, CaptureCall, CaptureOutcome, GatewayError, PaymentGateway, SimulatorGateway};

use crate::outside::{Outside, authorization, capture, eur, is_authorized};

const PAYMENTS: i64 = 120;

/// Kills land at any moment of an operation: each is sent again until it is answered, and in the end each has happened once.
#[tokio::test]
async fn killed_again_and_again_every_operation_still_happens_once() {
    let mut outside = Outside::with(&[]).await;
    let gateway = outside.gateway.clone();
    let paying = tokio::spawn(async move {
        let payments = (0..PAYMENTS).map(|_| pay(&gateway));
        futures::future::join_all(payments).await
    });
    for _ in 0..6 {
        until_some_more_is_booked(&outside).await;
        outside.kill();
        outside.start_again(&[]).await;
    }
    let interrupted: usize = paying.await.unwrap().into_iter().sum();
    assert!(interrupted > 0, "no operation met a kill");
    assert_eq!(outside.booked("authorized").await, (PAYMENTS, eur(100 * PAYMENTS)));
    assert_eq!(outside.booked("captured").await, (PAYMENTS * 4, eur(100 * PAYMENTS)));
    assert_eq!(outside.booked("capture_failed").await.0, 0);
}

async fn until_some_more_is_booked(outside: &Outside) {
    let before = outside.booked("captured").await.0;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while outside.booked("captured").await.0 < (before + 20).min(PAYMENTS * 4) {
        assert!(tokio::time::Instant::now() < deadline, "waited 20 s for captures after a restart");
        tokio::task::yield_now().await;
    }
}

/// Authorizes and captures in four parts; how often it had to try again.
async fn pay(gateway: &SimulatorGateway) -> usize {
    let authorize = authorization("card");
    let mut failures = insist_on_authorization(gateway, &authorize).await;
    for _ in 0..4 {
        failures += insist_on_capture(gateway, &capture(&authorize, 25)).await;
    }
    failures
}

async fn insist_on_authorization(gateway: &SimulatorGateway, call: &AuthorizeCall) -> usize {
    let mut failures = 0;
    loop {
        match gateway.authorize(call.clone()).await {
            Ok(outcome) => {
                assert!(is_authorized(&outcome), "{outcome:?}");
                return failures;
            }
            Err(error) => failures += again_after(error).await,
        }
    }
}

async fn insist_on_capture(gateway: &SimulatorGateway, call: &CaptureCall) -> usize {
    let mut failures = 0;
    loop {
        match gateway.capture(call.clone()).await {
            Ok(outcome) => {
                assert!(matches!(outcome, CaptureOutcome::Captured { .. }), "{outcome:?}");
                return failures;
            }
            Err(error) => failures += again_after(error).await,
        }
    }
}

async fn again_after(error: GatewayError) -> usize {
    assert!(!matches!(error, GatewayError::Permanent { .. }), "{error}");
    tokio::time::sleep(Duration::from_millis(20)).await;
    1
}
