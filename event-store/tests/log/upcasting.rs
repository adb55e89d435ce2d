//! How an event gets a second version: the worked example of `docs/how-to/change-an-event.md`. The first release of this program recorded a
//! meter's reading as a bare value, in kilowatt-hours; this one also records the unit.

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::EventUpcaster;
use cqrs_es::{Aggregate, DomainEvent};
use decider::{Changes, Decision, EventSourced, Needed, States, Upcast};
use event_store::{Checkpoint, Filter, Subscription};
use serde::{Deserialize, Serialize};

use crate::accounts::Poor;
use crate::commands::once;
use crate::fixture::TestDatabase;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Meter {
    watt_hours: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum MeterEvent {
    #[serde(rename = "meter.read")]
    Read { value: i64, unit: Unit },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Unit {
    #[serde(rename = "Wh")]
    WattHours,
    #[serde(rename = "kWh")]
    KilowattHours,
}

impl DomainEvent for MeterEvent {
    fn event_type(&self) -> String {
        "meter.read".to_owned()
    }

    fn event_version(&self) -> String {
        "2".to_owned()
    }
}

impl EventSourced for Meter {
    const EVENTS: &'static [(&'static str, &'static str)] = &[("meter.read", "2")];

    fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
        vec![Upcast::boxed("meter.read", "1", "2", |body| body["unit"] = "kWh".into())]
    }
}

impl Aggregate for Meter {
    const TYPE: &'static str = "meter";
    type Command = ();
    type Event = MeterEvent;
    type Error = Poor;
    type Services = ();

    async fn handle(&mut self, (): (), (): &(), _sink: &EventSink<Self>) -> Result<(), Poor> {
        Ok(())
    }

    fn apply(&mut self, MeterEvent::Read { value, unit }: MeterEvent) {
        self.watt_hours = match unit {
            Unit::WattHours => value,
            Unit::KilowattHours => value * 1000,
        };
    }
}

/// The meter has used so much more.
struct Use {
    watt_hours: i64,
}

impl Decision for Use {
    type Refusal = Poor;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Meter>("m")]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, Poor> {
        let before = states.get::<Meter>("m").map_or(0, |meter| meter.watt_hours);
        Ok(Changes::of::<Meter>("m", [MeterEvent::Read { value: before + self.watt_hours, unit: Unit::WattHours }]))
    }
}

#[tokio::test]
async fn an_event_of_version_1_is_read_as_version_2_and_stays_what_it_was() {
    let database = TestDatabase::create().await;
    sqlx::raw_sql(
        "insert into log.events values (1, gen_random_uuid(), 'meter', 'm', 1, 'm', 'meter.read', '1', '{\"meter.read\":{\"value\":7}}', '{}', now())",
    )
    .execute(&mut database.connection().await)
    .await
    .unwrap();
    let store = database.open().await;
    store.execute(Use { watt_hours: 5 }, once()).await.unwrap().done().unwrap();
    assert_eq!(store.load::<Meter>("m").await.unwrap().state, Meter { watt_hours: 7005 });

    let batch = Subscription::new(store.clone(), Filter::all(), Checkpoint::START).next_batch(9).await.unwrap();
    let read: Vec<MeterEvent> = batch.events.iter().map(|event| event.stored().decode::<Meter>().unwrap()).collect();
    let expected = [(7, Unit::KilowattHours), (7005, Unit::WattHours)].map(|(value, unit)| MeterEvent::Read { value, unit });
    assert_eq!(read, expected);
    let stored = (batch.events[0].event_version.as_str(), batch.events[0].payload.get());
    assert_eq!(stored, ("1", r#"{"meter.read":{"value":7}}"#), "the log is never rewritten");
    store.close().await;
}
