use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::Utc;
use gateways::{BookCall, Booking, BookingOutcome, CancelBookingCall, CancelBookingOutcome, Carrier, CarrierEvent, GatewayError, webhook};
use uuid::Uuid;

use crate::outside::Outside;

const SECRET: &str = "the carrier and the shop know it";

fn parcel() -> BookCall {
    BookCall {
        operation: Uuid::now_v7(),
        shipment: Uuid::now_v7(),
        order: Uuid::now_v7(),
        warehouse: "berlin".to_owned(),
        country: Some("DE".to_owned()),
        weight_grams: Some(1200),
    }
}

fn booked(outcome: Result<BookingOutcome, GatewayError>) -> Booking {
    match outcome {
        Ok(BookingOutcome::Booked(booking)) => booking,
        other => panic!("not booked: {other:?}"),
    }
}

fn cancel(call: &BookCall) -> CancelBookingCall {
    CancelBookingCall { operation: call.operation, shipment: call.shipment }
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
    let booking = booked(first);
    assert_eq!(booking, booked(second));
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
    let numbers: std::collections::HashSet<_> = bookings.into_iter().map(|booking| booked(booking).tracking).collect();
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

const SLOW: &[&str] = &["--carrier-delivery-ms", "600000"];

#[tokio::test]
async fn a_booking_is_looked_up_and_called_off_by_its_operation() {
    let outside = Outside::with(SLOW).await;
    let (carrier, call) = (&outside.carrier, parcel());
    assert_eq!(carrier.look_up(call.operation).await.unwrap(), None);
    let booking = booked(carrier.book(call.clone()).await);
    assert_eq!(carrier.look_up(call.operation).await.unwrap(), Some(BookingOutcome::Booked(booking)));
    for _ in 0..2 {
        assert_eq!(carrier.cancel(cancel(&call)).await.unwrap(), CancelBookingOutcome::Canceled);
    }
    assert_eq!(carrier.look_up(call.operation).await.unwrap(), Some(BookingOutcome::Canceled));
    assert_eq!(carrier.book(call.clone()).await.unwrap(), BookingOutcome::Canceled, "sent again it is what it was");
    until_all_is_reported(&outside).await;
    booked(carrier.book(BookCall { operation: Uuid::now_v7(), ..call }).await);
}

#[tokio::test]
async fn a_booking_that_was_called_off_before_it_arrived_finds_the_door_shut() {
    let outside = Outside::with(SLOW).await;
    let call = parcel();
    assert_eq!(outside.carrier.cancel(cancel(&call)).await.unwrap(), CancelBookingOutcome::Canceled);
    assert_eq!(outside.carrier.book(call).await.unwrap(), BookingOutcome::Canceled);
    until_all_is_reported(&outside).await;
}

#[tokio::test]
async fn a_parcel_that_has_arrived_is_not_called_off() {
    let (ear, url) = Ear::deaf_for(0).await;
    let outside = Outside::with(&reporting_to(&url)).await;
    let call = parcel();
    booked(outside.carrier.book(call.clone()).await);
    ear.heard(1).await;
    let too_late = CancelBookingOutcome::Failed { code: "already_delivered".to_owned() };
    assert_eq!(outside.carrier.cancel(cancel(&call)).await.unwrap(), too_late);
    assert!(matches!(outside.carrier.look_up(call.operation).await.unwrap(), Some(BookingOutcome::Booked(_))));
}

#[tokio::test]
async fn a_parcel_has_one_booking_at_a_time_and_is_called_off_whatever_its_operation_was() {
    let outside = Outside::with(SLOW).await;
    let call = parcel();
    let other = BookCall { operation: Uuid::now_v7(), ..call.clone() };
    let booking = booked(outside.carrier.book(call.clone()).await);
    assert_eq!(booked(outside.carrier.book(other.clone()).await), booking);
    assert_eq!(outside.carrier.cancel(cancel(&other)).await.unwrap(), CancelBookingOutcome::Canceled);
    assert_eq!(outside.carrier.look_up(call.operation).await.unwrap(), Some(BookingOutcome::Canceled));
}

#[tokio::test]
async fn booked_and_called_off_at_the_same_moment_a_parcel_is_never_half_booked() {
    let outside = Outside::with(SLOW).await;
    let carrier = &outside.carrier;
    for _ in 0..30 {
        let call = parcel();
        let (sent, called_off) = tokio::join!(carrier.book(call.clone()), carrier.cancel(cancel(&call)));
        let after = carrier.look_up(call.operation).await.unwrap();
        match called_off {
            Ok(CancelBookingOutcome::Canceled) => assert_eq!(after, Some(BookingOutcome::Canceled)),
            Ok(CancelBookingOutcome::Failed { code }) => panic!("it has not arrived: {code}"),
            Err(error) => assert!(matches!(error, GatewayError::Transient { .. }), "{error}"),
        }
        assert!(sent.is_ok_and(|sent| matches!(sent, BookingOutcome::Booked(_) | BookingOutcome::Canceled)));
    }
}

#[tokio::test]
async fn a_booking_whose_answer_is_lost_is_found_and_one_that_never_arrived_is_not() {
    for (flag, is_found) in [("--simulator-timeout-after-per-mille=1000", true), ("--simulator-timeout-before-per-mille=1000", false)] {
        let outside = Outside::with(&[flag, "--simulator-silence-ms=20", "--carrier-delivery-ms=600000"]).await;
        let (carrier, call) = (&outside.carrier, parcel());
        assert!(matches!(carrier.book(call.clone()).await, Err(GatewayError::Unknown { .. })), "{flag}");
        assert_eq!(carrier.look_up(call.operation).await.unwrap().is_some(), is_found, "{flag}");
        let booking = booked(carrier.book(call.clone()).await);
        assert!(matches!(carrier.cancel(cancel(&call)).await, Err(GatewayError::Unknown { .. })), "{flag}");
        let state = if is_found { BookingOutcome::Canceled } else { BookingOutcome::Booked(booking) };
        assert_eq!(carrier.look_up(call.operation).await.unwrap(), Some(state), "{flag}");
        assert_eq!(carrier.cancel(cancel(&call)).await.unwrap(), CancelBookingOutcome::Canceled);
    }
}

#[tokio::test]
async fn a_slow_carrier_has_done_its_work_before_it_says_so() {
    let outside = Outside::with(&["--carrier-latency-ms=2500", "--carrier-delivery-ms=600000"]).await;
    let call = parcel();
    assert!(matches!(outside.carrier.book(call.clone()).await, Err(GatewayError::Unknown { .. })), "it is not waited for");
    let pool = gateways::simulator::connect(&outside.database).await.unwrap();
    let standing: i64 =
        sqlx::query_scalar("select count(*) from simulator.bookings where canceled_at is null").fetch_one(&pool).await.unwrap();
    assert_eq!(standing, 1);
}
