use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use sqlx::PgPool;
use tokio::sync::Notify;
use uuid::Uuid;

use super::reports::Report;
use crate::simulator::operation::{Fingerprint, fingerprint};
use crate::simulator::{NAME, SimulatorArgs, chance};
use crate::{BookCall, Booking, BookingOutcome, CancelBookingCall, CancelBookingOutcome, CarrierEvent, DeliveryStatus};

/// The carrier's desk. Cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::simulator) struct Parcels {
    pool: PgPool,
    /// Rings where the reports are sent.
    bell: Arc<Notify>,
    habits: Habits,
}

/// How the carrier delivers and reports.
#[derive(Debug, Clone)]
struct Habits {
    seed: u64,
    delivery: TimeDelta,
    twice_every: u64,
    late_every: u64,
    late: TimeDelta,
}

/// Why a parcel is not booked, or not called off.
#[derive(Debug, thiserror::Error)]
pub(in crate::simulator) enum BookingError {
    #[error("the operation was sent before with other content")]
    Reused,
    #[error("bookings and their ends overtake each other")]
    Restless,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What the books have of an operation.
type Entry = (Option<Fingerprint>, Option<String>, bool);

impl Parcels {
    pub(in crate::simulator) fn new(pool: PgPool, bell: Arc<Notify>, args: &SimulatorArgs) -> Self {
        let habits = Habits {
            seed: args.simulator_seed,
            delivery: milliseconds(args.carrier_delivery_ms),
            twice_every: args.carrier_twice_every,
            late_every: args.carrier_late_every,
            late: milliseconds(args.carrier_late_ms),
        };
        Self { pool, bell, habits }
    }

    pub(in crate::simulator) async fn book(&self, call: &BookCall) -> Result<BookingOutcome, BookingError> {
        let (asked, own) = (fingerprint(call), tracking(call.operation));
        if self.insert(call, &asked, &own).await? {
            self.bell.notify_one();
            return Ok(booked(own));
        }
        match self.entry(call.operation).await? {
            Some((_, _, true)) => Ok(BookingOutcome::Canceled),
            Some((Some(before), Some(tracking), false)) if before == asked => Ok(booked(tracking)),
            Some((_, _, false)) => Err(BookingError::Reused),
            // The parcel is booked under another operation.
            None => self.standing(call.shipment).await?.map(booked).ok_or(BookingError::Restless),
        }
    }

    pub(in crate::simulator) async fn look_up(&self, operation: Uuid) -> Result<Option<BookingOutcome>, BookingError> {
        Ok(match self.entry(operation).await? {
            None => None,
            Some((_, Some(tracking), false)) => Some(booked(tracking)),
            Some((_, _, true) | (_, None, false)) => Some(BookingOutcome::Canceled),
        })
    }

    pub(in crate::simulator) async fn cancel(&self, call: &CancelBookingCall) -> Result<CancelBookingOutcome, BookingError> {
        let stands = sqlx::query_scalar(include_str!("cancel.sql")).bind(call.operation).bind(call.shipment);
        if stands.fetch_one(&self.pool).await? {
            return Ok(CancelBookingOutcome::Failed { code: "already_delivered".to_owned() });
        }
        // It may have been booked at this very moment.
        match self.entry(call.operation).await? {
            Some((_, _, true)) => Ok(CancelBookingOutcome::Canceled),
            Some((_, _, false)) | None => Err(BookingError::Restless),
        }
    }

    /// The booking and the report that it will cause, both or none; nothing if the operation or the parcel is known.
    async fn insert(&self, call: &BookCall, asked: &Fingerprint, tracking: &str) -> Result<bool, sqlx::Error> {
        let report = self.habits.delivery_of(call, tracking);
        let inserted = sqlx::query(include_str!("book.sql"))
            .bind(call.operation)
            .bind(call.shipment)
            .bind(call.order)
            .bind(asked.as_slice())
            .bind(tracking)
            .bind(self.habits.delivery.num_milliseconds())
            .bind(report.event_id)
            .bind(report.body)
            .bind(report.due_in.num_milliseconds())
            .bind(report.copies);
        Ok(inserted.execute(&self.pool).await?.rows_affected() == 1)
    }

    async fn entry(&self, operation: Uuid) -> Result<Option<Entry>, sqlx::Error> {
        let entry = "select fingerprint, tracking, canceled_at is not null from simulator.bookings where operation = $1";
        sqlx::query_as(entry).bind(operation).fetch_optional(&self.pool).await
    }

    /// The number of a parcel that is booked.
    async fn standing(&self, shipment: Uuid) -> Result<Option<String>, sqlx::Error> {
        let standing = "select tracking from simulator.bookings where shipment = $1 and canceled_at is null";
        sqlx::query_scalar(standing).bind(shipment).fetch_optional(&self.pool).await
    }
}

fn booked(tracking: String) -> BookingOutcome {
    BookingOutcome::Booked(Booking { carrier: NAME.to_owned(), tracking })
}

impl Habits {
    fn delivery_of(&self, call: &BookCall, tracking: &str) -> Report {
        let drawn = |question, every| chance::every(every, chance::draw(self.seed, question, call.operation, 0));
        let event = CarrierEvent {
            event_id: Uuid::new_v5(&call.operation, b"delivered"),
            tracking: tracking.to_owned(),
            shipment: call.shipment,
            order: call.order,
            status: DeliveryStatus::Delivered,
            at: Utc::now() + self.delivery,
        };
        Report {
            event_id: event.event_id,
            body: serde_json::to_string(&event).expect("an event of plain fields has a JSON form"),
            due_in: self.delivery + if drawn("late", self.late_every) { self.late } else { TimeDelta::zero() },
            copies: if drawn("twice", self.twice_every) { 2 } else { 1 },
        }
    }
}

/// From the operation, so a booking has one number whoever sends it and however often.
fn tracking(operation: Uuid) -> String {
    format!("SIM{:020}", chance::draw(0, "tracking", operation, 0))
}

fn milliseconds(number: u64) -> TimeDelta {
    const LONGEST: u64 = 365 * 24 * 3600 * 1000;
    TimeDelta::milliseconds(i64::try_from(number.min(LONGEST)).unwrap_or(i64::MAX))
}
