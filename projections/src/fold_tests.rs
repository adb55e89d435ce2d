//! Given these events, then these rows: plain folds, without a database.

use std::collections::{BTreeMap, HashMap};

use aggregates::process::{CommandRefused, Process, ProcessEvent, ProcessParked, ProcessResumed};
use aggregates::shipment::{
    AnomalyDetected, CarrierBooking, Shipment, ShipmentBooked, ShipmentBookingCancelFailed, ShipmentBookingCanceled, ShipmentBookingFailed,
    ShipmentBookingRequested, ShipmentDispatched, ShipmentEvent,
};
use aggregates::status::{AttemptStage, BookingStage, FulfillmentStatus, PaidStatus};
use chrono::TimeDelta;
use decider::{Change, Changes};
use event_store::{Metadata, Recorded, RecordedEvent};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::changing::TableChanges;
use crate::customers::{CustomerRow, CustomerStatus, Customers};
use crate::discards::{Discards, Scope};
use crate::fold::{Folder, Reading};
use crate::letter::Letter;
use crate::opened::Opened;
use crate::orders::{OrderRow, OrderStatus, Orders, Rows, ShipmentState};
use crate::products::{ProductRow, ProductStatus, Products};
use crate::projection::Projection;
use crate::sales::{Sales, SalesRow};
use crate::samples::{FIRST, SECOND, Sample, THIRD, at, shop};
use crate::stock::{Stock, StockRow};
use crate::warehouses::{WarehouseRow, WarehouseStatus, Warehouses};

/// The shop's events as a log would hold them, from position 1.
fn recorded() -> Vec<RecordedEvent> {
    recorded_of(&shop())
}

fn recorded_of(samples: &[Sample]) -> Vec<RecordedEvent> {
    let mut changes = Changes::none();
    samples.iter().for_each(|sample| (sample.push)(&mut changes));
    let mut sequences = HashMap::new();
    let next_in_stream = |sample: &Sample| {
        let sequence = sequences.entry(sample.needed.stream.clone()).or_insert(0);
        *sequence += 1;
        *sequence
    };
    let sequences: Vec<i64> = samples.iter().map(next_in_stream).collect();
    (1..).zip(changes.iter()).zip(sequences).map(|((position, change), sequence)| record(position, sequence, change)).collect()
}

fn record(position: i64, sequence: i64, change: &Change) -> RecordedEvent {
    let (event_type, event_version) = change.event().name_and_version();
    let recorded = Recorded {
        position,
        event_id: Uuid::from_u128(position as u128),
        stream: change.stream().clone(),
        sequence,
        partition_key: change.partition_key().into_owned(),
        event_type,
        event_version,
        payload: change.event().to_json().unwrap(),
        metadata: Metadata { actor: "service:tests".to_owned(), ..Metadata::default() },
        recorded_at: at("2026-11-21T10:00:00Z") + TimeDelta::seconds(position),
    };
    recorded.into()
}

/// What a read model sees of the shop.
fn events_for<P: Projection>() -> Vec<Opened> {
    recorded().into_iter().filter(follows::<P>).map(Opened::clear).collect()
}

fn follows<P: Projection>(event: &RecordedEvent) -> bool {
    <P::Event as crate::recorded::Followed>::TYPES.contains(&event.stream.aggregate_type())
}

/// The tables as a database would hold them: rows as JSON by table, key and what tells them apart.
type Stored = BTreeMap<(usize, String, String), Value>;

/// The tables and the letters after folding in batches of these sizes, over and over.
fn folded<P: Projection>(events: &[Opened], sizes: &[usize]) -> (Stored, Vec<Letter>) {
    let nothing = Discards::default();
    let (mut stored, mut letters, mut rest) = (Stored::new(), Vec::<Letter>::new(), events);
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (batch, behind) = rest.split_at((*size).clamp(1, rest.len()));
        let readings: Vec<Reading<'_, P>> = batch.iter().map(|opened| Reading::of(opened, Scope::all(&nothing))).collect();
        let mut folder = begin::<P>(&stored, &letters, &readings);
        letters.extend(folder.fold(&readings, None));
        folder.tables.iter().enumerate().for_each(|(table, changing)| apply(&mut stored, table, changing.changes().unwrap()));
        rest = behind;
    }
    (stored, letters)
}

/// Loads what each table says that it needs, and nothing else.
fn begin<P: Projection>(stored: &Stored, letters: &[Letter], readings: &[Reading<'_, P>]) -> Folder<P> {
    let mut folder = Folder::<P>::new();
    let needed = folder.needed(readings, None);
    for ((table, key, part), row) in stored {
        if needed[*table].contains(key) {
            folder.take(*table, key.clone(), part, &row.to_string());
        }
    }
    letters.iter().for_each(|letter| folder.park(letter.key.clone()));
    folder
}

fn apply(stored: &mut Stored, table: usize, changes: TableChanges) {
    for (key, part) in changes.gone {
        stored.remove(&(table, key, part));
    }
    let rows: Vec<Value> = changes.rows.map(|rows| serde_json::from_str(&rows).unwrap()).unwrap_or_default();
    for row in rows {
        let text = |field: &str| row.get(field).and_then(Value::as_str).map(str::to_owned);
        let part = text("part").or_else(|| row.get("position").map(Value::to_string)).unwrap_or_default();
        stored.insert((table, text("key").unwrap(), part), row);
    }
}

/// The rows of a table whose groups have one each.
fn rows<P: Projection, R: DeserializeOwned>(table: &str) -> BTreeMap<String, R> {
    let (stored, letters) = folded::<P>(&events_for::<P>(), &[usize::MAX]);
    assert_eq!(letters, []);
    let number = P::MODEL.tables.iter().position(|shape| shape.name == table).unwrap();
    let of_table = stored.into_iter().filter(|((table, _, _), _)| *table == number);
    of_table.map(|((_, key, _), row)| (key, serde_json::from_value(row).unwrap())).collect()
}

/// An order as a read puts it together.
fn order(id: uuid::Uuid) -> OrderRow {
    let (stored, letters) = folded::<Orders>(&events_for::<Orders>(), &[usize::MAX]);
    assert_eq!(letters, []);
    whole(&stored, &id.to_string())
}

fn whole(stored: &Stored, id: &str) -> OrderRow {
    let of = |table: usize| stored.iter().filter(move |((number, key, _), _)| (*number, key.as_str()) == (table, id)).map(|(_, row)| row);
    let [state, terms] = [0, 1].map(|table| of(table).next().unwrap());
    let [payments, shipments, alerts, timeline] = [2, 3, 5, 6].map(|table| of(table).collect::<Vec<_>>());
    let parked = of(4).next().map(|row| row["steps"].clone());
    let rows = json!({ "id": id, "state": state, "terms": terms, "payments": payments, "shipments": shipments, "parked": parked,
        "alerts": alerts, "timeline": timeline });
    serde_json::from_value::<Rows>(rows).unwrap().into()
}

#[test]
fn a_delivered_order_is_captured_and_tells_its_story() {
    let row = order(FIRST);
    let states = (row.status, row.payment_status, row.fulfillment_status);
    assert_eq!(states, (OrderStatus::Completed, PaidStatus::Captured, FulfillmentStatus::Delivered));
    assert_eq!((row.captured.to_string().as_str(), row.authorized.to_string().as_str()), ("13.10", "0.00"));
    assert_eq!((row.shipments[0].state, row.shipments[0].tracking.as_deref()), (ShipmentState::Delivered, Some("T-1")));
    assert!(row.lines.iter().all(|line| line.delivered == line.quantity && line.reserved == 0 && line.in_fulfillment == 0));
    let story: Vec<&str> = row.timeline.iter().map(|entry| entry.event.as_str()).collect();
    assert_eq!((story.first(), story.last(), story.len()), (Some(&"order.placed"), Some(&"shipment.anomaly_detected"), 19));
    assert_eq!(row.version, 9);
    assert!(row.delivery.address.is_some());
}

#[test]
fn a_declined_order_holds_nothing_and_says_why() {
    let row = order(SECOND);
    let states = (row.status, row.payment_status, row.fulfillment_status);
    assert_eq!(states, (OrderStatus::Rejected, PaidStatus::Declined, FulfillmentStatus::Canceled));
    assert_eq!(row.reason_code.as_deref(), Some("payment_declined"));
    assert_eq!((row.payments[0].state, row.payments[0].failure_code.as_deref()), (AttemptStage::Declined, Some("insufficient_funds")));
    assert!(row.lines.iter().all(|line| line.reserved == 0));
}

#[test]
fn a_placed_order_is_unpaid_and_unfulfilled() {
    let row = order(THIRD);
    let states = (row.status, row.payment_status, row.fulfillment_status);
    assert_eq!(states, (OrderStatus::Placed, PaidStatus::Unpaid, FulfillmentStatus::Unfulfilled));
    assert_eq!((row.channel.as_deref(), row.reference.as_deref()), (Some("web"), Some("r-3")));
}

#[test]
fn what_people_must_see_to_stands_with_the_order_until_it_is_seen_to() {
    let parked = |step: &str, cause: &str| {
        let parked = ProcessParked { step: step.to_owned(), subject: Some("p-1".to_owned()), cause: cause.to_owned() };
        Sample::of::<Process>(FIRST, ProcessEvent::from(parked))
    };
    let shipment = uuid::Uuid::from_u128(0x21);
    let order = aggregates::values::OrderId::new(FIRST);
    let told = AnomalyDetected { order, code: "kept_after_cancel".to_owned(), message: "the carrier keeps it".to_owned() };
    let refused = CommandRefused { command_id: FIRST, step: "book".to_owned(), code: "no".to_owned(), message: "no".to_owned() };
    let more = vec![
        parked("capture", "no"),
        parked("book", "no"),
        Sample::of::<Process>(FIRST, ProcessEvent::from(refused)),
        parked("capture", "still no"),
        Sample::of::<Shipment>(shipment, ShipmentEvent::from(told)),
    ];
    let seen = |more: Vec<Sample>| {
        let events: Vec<Opened> = recorded_of(&[shop(), more].concat()).into_iter().filter(follows::<Orders>).map(Opened::clear).collect();
        let (stored, letters) = folded::<Orders>(&events, &[3]);
        assert_eq!(letters, []);
        let row = whole(&stored, &FIRST.to_string());
        let parked: Vec<String> = row.parked.iter().map(|parked| format!("{}: {}", parked.step, parked.cause)).collect();
        let alerts: Vec<String> = row.alerts.iter().map(|alert| format!("{} {}", alert.about, alert.code)).collect();
        (parked, alerts, row.version)
    };
    let alerts = ["delivered_after_cancel", "kept_after_cancel"].map(|code| format!("shipment-{shipment} {code}")).to_vec();
    assert_eq!(seen(more.clone()), (vec!["book: no".to_owned(), "capture: still no".to_owned()], alerts.clone(), 9));
    let resumed = Sample::of::<Process>(FIRST, ProcessEvent::from(ProcessResumed { reason: "mended".to_owned() }));
    assert_eq!(seen([more, vec![resumed]].concat()), (vec![], alerts, 9), "an alert is not undone by going on");
}

#[test]
fn how_far_a_parcel_is_with_its_carrier_stands_beside_where_it_is() {
    let (shipment, order, operation) = (uuid::Uuid::from_u128(0x21), aggregates::values::OrderId::new(FIRST), FIRST);
    let carrier = || CarrierBooking { carrier: "simulator".to_owned(), tracking: "T-1".to_owned() };
    let at_the_carrier = |event: ShipmentEvent| Sample::of::<Shipment>(shipment, event);
    let requested = at_the_carrier(ShipmentBookingRequested { order, operation, carrier: "simulator".to_owned() }.into());
    let stage_after = |more: Vec<Sample>| {
        let events: Vec<Opened> = recorded_of(&[shop(), more].concat()).into_iter().filter(follows::<Orders>).map(Opened::clear).collect();
        whole(&folded::<Orders>(&events, &[usize::MAX]).0, &FIRST.to_string()).shipments[0].booking
    };
    assert_eq!(stage_after(vec![]), BookingStage::None);
    assert_eq!(stage_after(vec![requested.clone()]), BookingStage::Requested);
    for (event, stage) in [
        (ShipmentBooked { order, operation, carrier: carrier() }.into(), BookingStage::Booked),
        (ShipmentBookingFailed { order, operation, code: "no".to_owned() }.into(), BookingStage::Failed),
        (ShipmentBookingCanceled { order, operation }.into(), BookingStage::Canceled),
        (ShipmentBookingCancelFailed { order, operation, code: "no".to_owned() }.into(), BookingStage::Kept),
        (ShipmentDispatched { order, carrier: Some(carrier()) }.into(), BookingStage::Booked),
    ] {
        assert_eq!(stage_after(vec![requested.clone(), at_the_carrier(event)]), stage);
    }
}

#[test]
fn stock_is_what_came_less_what_left_and_what_is_held() {
    let rows = rows::<Stock, StockRow>("stock");
    let of = |key: &str| (rows[key].on_hand, rows[key].reserved, rows[key].available, rows[key].dispatched);
    assert_eq!(of("berlin/A-1"), (6, 0, 6, 4));
    assert_eq!(of("berlin/B-2"), (4, 0, 4, 1));
    assert_eq!(of("paris/B-2"), (1, 0, 1, 0));
}

#[test]
fn a_sale_is_what_left_by_category() {
    let rows = rows::<Sales, SalesRow>("sales");
    assert_eq!(rows.keys().collect::<Vec<_>>(), [&FIRST.to_string()]);
    let row = &rows[&FIRST.to_string()];
    assert_eq!((row.day.to_string().as_str(), row.units, row.net.to_string().as_str()), ("2017-01-01", 5, "13.10"));
    assert_eq!((row.categories["fruit"].units, row.categories["fruit"].net.to_string().as_str()), (4, "10.00"));
    assert_eq!(row.categories["bakery"].net.to_string(), "3.10");
}

#[test]
fn customers_products_and_warehouses_are_as_they_were_last() {
    let customers = rows::<Customers, CustomerRow>("customers");
    let ben = &customers[&crate::samples::BEN.to_string()];
    assert_eq!((ben.status, ben.suspension_reason.as_deref(), ben.version), (CustomerStatus::Suspended, Some("did not pay"), 3));
    assert_eq!(ben.email.as_ref().map(|email| email.as_str()), Some("ben@example.com"));
    let products = rows::<Products, ProductRow>("products");
    assert_eq!((products["A-1"].status, products["B-2"].status), (ProductStatus::Active, ProductStatus::Paused));
    assert_eq!(products["A-1"].prices["EUR"], "2.50");
    assert_eq!(rows::<Warehouses, WarehouseRow>("warehouses")["paris"].status, WarehouseStatus::Open);
}

#[test]
fn an_event_that_cannot_be_read_parks_its_row_and_what_follows_there() {
    let mut events = events_for::<Orders>();
    let second = SECOND.to_string();
    let broken = events.iter().position(|opened| opened.event.partition_key == second).unwrap() + 1;
    events[broken].event.event_version = "99".to_owned();
    let (rows, letters) = folded::<Orders>(&events, &[3]);
    assert!(letters.iter().all(|letter| letter.key == second));
    assert_eq!(letters.iter().filter(|letter| letter.cause.is_some()).count(), 1);
    assert_eq!(letters[0].position, events[broken].event.position);
    let status = |id: &str| rows[&(0, id.to_owned(), String::new())]["status"].clone();
    assert_eq!((status(&second), status(&FIRST.to_string())), ("placed".into(), "completed".into()));
}

#[test]
fn an_event_before_its_row_is_parked_and_not_ignored() {
    let events: Vec<Opened> = events_for::<Orders>().into_iter().skip(1).take(2).collect();
    let (rows, letters) = folded::<Orders>(&events, &[1]);
    assert!(rows.is_empty());
    assert_eq!(letters.len(), 2);
    assert!(letters[0].cause.as_deref().unwrap().contains("comes before what makes the row"));
}

#[test]
fn an_event_that_one_table_cannot_take_changes_none_of_them() {
    let mut events = events_for::<Orders>();
    events.retain(|opened| opened.event.event_type != "shipment.planned");
    let (stored, letters) = folded::<Orders>(&events, &[5]);
    let first = FIRST.to_string();
    assert_eq!((letters[0].event_type.as_str(), letters[0].key.as_str()), ("shipment.packed", first.as_str()));
    assert!(letters[0].cause.as_deref().unwrap().contains("comes before what makes the row"), "{:?}", letters[0].cause);
    let row = whole(&stored, &first);
    assert_eq!(row.timeline.last().map(|entry| entry.event.as_str()), Some("order.lines_released"));
    assert_eq!((row.updated_at, row.fulfillment_status), (row.timeline.last().unwrap().at, FulfillmentStatus::InFulfillment));
}

#[test]
fn tables_have_names_of_their_own() {
    let tables = || crate::READ_MODELS.all().flat_map(|model| model.tables).map(|table| table.name);
    assert_eq!(tables().collect::<std::collections::BTreeSet<_>>().len(), tables().count());
}

fn same_in_any_batches<P: Projection>(sizes: &[usize]) {
    let mut events = events_for::<P>();
    if let Some(event) = events.iter_mut().rev().nth(3) {
        event.event.event_version = "99".to_owned();
    }
    let (rows, letters) = folded::<P>(&events, &[usize::MAX]);
    assert_eq!(folded::<P>(&events, sizes), (rows, letters));
}

proptest! {
    #[test]
    fn folding_in_batches_of_any_size_gives_the_same_rows(sizes in prop::collection::vec(1_usize..12, 1..8)) {
        same_in_any_batches::<Orders>(&sizes);
        same_in_any_batches::<Customers>(&sizes);
        same_in_any_batches::<Products>(&sizes);
        same_in_any_batches::<Stock>(&sizes);
        same_in_any_batches::<Sales>(&sizes);
        same_in_any_batches::<Warehouses>(&sizes);
    }
}
