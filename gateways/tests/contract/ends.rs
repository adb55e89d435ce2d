use std::time::Duration;

use gateways::simulator::{self, Simulator, SimulatorError};
use gateways::{GatewayArgs, GatewayError, PaymentGateway, SimulatorGateway};
use tokio_util::sync::CancellationToken;

use crate::outside::{Outside, authorization, database, is_authorized, settings};

#[tokio::test]
async fn a_shutdown_answers_what_is_in_flight_and_waits_for_nobody_who_is_silent() {
    let pool = simulator::connect(&database().await).await.unwrap();
    let shutdown = CancellationToken::new();
    let simulator = Simulator::bind(&settings(&["--simulator-latency-ms", "300"]), pool, shutdown.clone()).await.unwrap();
    let gateway = SimulatorGateway::new(&GatewayArgs::at(&format!("http://{}", simulator.address()))).unwrap();
    let running = tokio::spawn(simulator.run());
    gateway.ledger().await.unwrap();

    let (slow, silent) = (authorization("card"), authorization("card_silent"));
    let shut_down_meanwhile = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        shutdown.cancel();
    };
    let (slow, silent, ()) = tokio::join!(gateway.authorize(slow), gateway.authorize(silent), shut_down_meanwhile);
    assert!(is_authorized(&slow.unwrap()));
    assert!(matches!(silent, Err(GatewayError::Unknown { .. })), "{silent:?}");
    let ended = tokio::time::timeout(Duration::from_secs(5), running).await.expect("the simulator ends within 5 s");
    assert!(ended.unwrap().is_ok());
    assert!(matches!(gateway.ledger().await, Err(GatewayError::Transient { .. })));
}

#[tokio::test]
async fn a_simulator_that_cannot_start_says_why() {
    let outside = Outside::with(&[]).await;
    let pool = simulator::connect(&outside.database).await.unwrap();
    let mut taken = settings(&[]);
    taken.simulator_listen = outside.address;
    let refusal = Simulator::bind(&taken, pool.clone(), CancellationToken::new()).await.unwrap_err();
    assert!(refusal.to_string().contains(&outside.address.to_string()), "{refusal}");

    let speechless = settings(&["--carrier-webhook-url", "http://127.0.0.1:1"]);
    let refusal = Simulator::bind(&speechless, pool, CancellationToken::new()).await.unwrap_err();
    assert!(matches!(refusal, SimulatorError::NoWebhookSecret), "{refusal}");
}
