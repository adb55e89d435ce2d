use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::Utc;
use gateways::{BookCall, Carrier, CarrierEvent, GatewayError, webhook};
use uuid::Uuid;

use crate::outside::Outside;

const SECRET: &str = "the carrier and the shop know it";

fn parcel() -> BookCall {
    BookCall {
        shipment: Uuid::now_v7(),
        order: Uuid::now_v7(),
        warehouse: "berlin".to_owned(),
        country: Some("DE".to_owned()),
        weight_grams: Some(1200),
    }
}

/// The shop's end of the webhook: refuses the first few, then listens.
#[derive(Clone, Default)]
struct Ear {
    heard: Arc<Mutex<Vec<CarrierEvent>>>,
    deaf_for: Arc<Mutex<usize>>,
}

impl Ear {
    async fn deaf_for(times: usize) -> (Self, String) {
        let ear = Self { deaf_for: Arc::new(Mutex::new(times)), ..Self::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1/webhooks/simulator", listener.local_addr().unwrap());
        let router = Router::new().route("/v1/webhooks/simulator", post(hear)).with_state(ear.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (ear, url)
    }

    fn times(&self, shipment: Uuid) -> usize {
        self.heard.lock().unwrap().iter().filter(|event| event.shipment == shipment).count()
    }

    async fn heard(&self, count: usize) -> Vec<CarrierEvent> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.heard.lock().unwrap().len() < count {
            assert!(Instant::now() < deadline, "waited 20 s for {count} reports, heard {:?}", self.heard.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.heard.lock().unwrap().clone()
    }
}

async fn hear(State(ear): State<Ear>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let event = webhook::verify(&SECRET.parse().unwrap(), &headers, &body, Utc::now(), Duration::from_secs(60)).unwrap();
    {
        let mut deaf_for = ear.deaf_for.lock().unwrap();
        if *deaf_for > 0 {
            *deaf_for -= 1;
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    ear.heard.lock().unwrap().push(event);
    StatusCode::NO_CONTENT
}

fn reporting_to(url: &str) -> Vec<&str> {
    vec!["--carrier-webhook-url", url, "--carrier-webhook-secret", SECRET, "--carrier-delivery-ms", "1"]
}

/// Nothing is left to be reported.
async fn until_all_is_reported(outside: &Outside) {
    let pool = gateways::simulator::connect(&outside.database).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    let left =
        || async { sqlx::query_scalar::<_, i64>("select coalesce(sum(copies_left), 0) from simulator.reports").fetch_one(&pool).await };
    while left().await.unwrap() > 0 {
        assert!(Instant::now() < deadline, "waited 20 s for the last report");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_parcel_booked_twice_has_one_number_and_one_delivery() {
    let (ear, url) = Ear::deaf_for(0).await;
    let outside = Outside::with(&reporting_to(&url)).await;
    let call = parcel();
    let (first, second) = tokio::join!(outside.carrier.book(call.clone()), outside.carrier.book(call.clone()));
    let booking = first.unwrap();
    assert_eq!(booking, second.unwrap());
    assert_eq!(booking.carrier, outside.carrier.name());

    let heard = ear.heard(1).await;
    assert_eq!((heard[0].shipment, heard[0].order, heard[0].tracking.as_str()), (call.shipment, call.order, booking.tracking.as_str()));
    until_all_is_reported(&outside).await;
    assert_eq!(ear.times(call.shipment), 1);
}

#[tokio::test]
async fn a_shipment_booked_with_other_content_is_refused() {
    let outside = Outside::with(&[]).await;
    let call = parcel();
    outside.carrier.book(call.clone()).await.unwrap();
    let refusal = outside.carrier.book(BookCall { warehouse: "munich".to_owned(), ..call }).await.unwrap_err();
    assert!(matches!(&refusal, GatewayError::Permanent { code, .. } if code == "operation_reused"), "{refusal:?}");
}

#[tokio::test]
async fn different_parcels_have_different_numbers() {
    let outside = Outside::with(&[]).await;
    let bookings = futures::future::join_all((0..50).map(|_| outside.carrier.book(parcel()))).await;
    let numbers: std::collections::HashSet<_> = bookings.into_iter().map(|booking| booking.unwrap().tracking).collect();
    assert_eq!(numbers.len(), 50);
}

#[tokio::test]
async fn a_delivery_is_reported_until_somebody_hears_it() {
    let (ear, url) = Ear::deaf_for(3).await;
    let outside = Outside::with(&reporting_to(&url)).await;
    let call = parcel();
    outside.carrier.book(call.clone()).await.unwrap();
    ear.heard(1).await;
    until_all_is_reported(&outside).await;
    assert_eq!(ear.times(call.shipment), 1);
    assert_eq!(*ear.deaf_for.lock().unwrap(), 0);
}

#[tokio::test]
async fn by_setting_reports_come_twice_and_late() {
    let (ear, url) = Ear::deaf_for(0).await;
    let habits = ["--carrier-twice-every", "1", "--carrier-late-every", "1", "--carrier-late-ms", "400"];
    let outside = Outside::with(&[&reporting_to(&url)[..], &habits].concat()).await;
    let booked = Instant::now();
    for _ in 0..5 {
        outside.carrier.book(parcel()).await.unwrap();
    }
    let heard = ear.heard(10).await;
    assert!(booked.elapsed() >= Duration::from_millis(400), "heard after {:?}", booked.elapsed());
    let mut times = HashMap::<Uuid, usize>::new();
    for event in heard {
        assert!(event.at < Utc::now() - chrono::TimeDelta::milliseconds(300), "reported late, but happened in time");
        *times.entry(event.event_id).or_default() += 1;
    }
    assert_eq!(times.into_values().collect::<Vec<_>>(), [2; 5]);
    until_all_is_reported(&outside).await;
}

#[tokio::test]
async fn a_carrier_killed_before_it_reported_reports_after_it_is_back() {
    let mut outside = Outside::with(&["--carrier-delivery-ms", "1"]).await;
    let calls = [parcel(), parcel()];
    for call in &calls {
        outside.carrier.book(call.clone()).await.unwrap();
    }
    outside.kill();
    let (ear, url) = Ear::deaf_for(0).await;
    outside.start_again(&reporting_to(&url)).await;
    ear.heard(2).await;
    until_all_is_reported(&outside).await;
    assert!(calls.iter().all(|call| ear.times(call.shipment) == 1));
}
