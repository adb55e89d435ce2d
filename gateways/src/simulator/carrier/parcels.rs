use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use sqlx::PgPool;
use tokio::sync::Notify;
use uuid::Uuid;

use super::reports::Report;
use crate::simulator::operation::{Fingerprint, fingerprint};
use crate::simulator::{NAME, SimulatorArgs, chance};
use crate::{BookCall, Booking, CarrierEvent, DeliveryStatus};

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

/// Why a parcel is not booked.
#[derive(Debug, thiserror::Error)]
pub(in crate::simulator) enum BookingError {
    #[error("the shipment was booked before with other content")]
    Reused,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

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

    pub(in crate::simulator) async fn book(&self, call: &BookCall) -> Result<Booking, BookingError> {
        let asked = fingerprint(call);
        let tracking = tracking(call.shipment);
        if self.insert(call, &asked, &tracking).await? {
            self.bell.notify_one();
        } else if self.booked(call.shipment).await? != asked {
            return Err(BookingError::Reused);
        }
        Ok(Booking { carrier: NAME.to_owned(), tracking })
    }

    /// The parcel and the report that it will cause, both or none.
    async fn insert(&self, call: &BookCall, asked: &Fingerprint, tracking: &str) -> Result<bool, sqlx::Error> {
        let report = self.habits.delivery_of(call, tracking);
        let inserted = sqlx::query(include_str!("book.sql"))
            .bind(call.shipment)
            .bind(call.order)
            .bind(asked.as_slice())
            .bind(tracking)
            .bind(report.event_id)
            .bind(report.body)
            .bind(report.due_in.num_milliseconds())
            .bind(report.copies);
        Ok(inserted.execute(&self.pool).await?.rows_affected() == 1)
    }

    async fn booked(&self, shipment: Uuid) -> Result<Fingerprint, sqlx::Error> {
        let row = sqlx::query_scalar("select fingerprint from simulator.parcels where shipment = $1").bind(shipment);
        row.fetch_one(&self.pool).await
    }
}

impl Habits {
    fn delivery_of(&self, call: &BookCall, tracking: &str) -> Report {
        let drawn = |question, every| chance::every(every, chance::draw(self.seed, question, call.shipment, 0));
        let event = CarrierEvent {
            event_id: Uuid::new_v5(&call.shipment, b"delivered"),
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

/// From the shipment, so a parcel has one number whoever books it and however often.
fn tracking(shipment: Uuid) -> String {
    format!("SIM{:020}", chance::draw(0, "tracking", shipment, 0))
}

fn milliseconds(number: u64) -> TimeDelta {
    const LONGEST: u64 = 365 * 24 * 3600 * 1000;
    TimeDelta::milliseconds(i64::try_from(number.min(LONGEST)).unwrap_or(i64::MAX))
}
