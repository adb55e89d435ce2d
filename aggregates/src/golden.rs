//! Events are for ever: of every version of every event that was ever released there is a golden file in `golden/`, added to and never edited. This
//! program must read each, and write those of the current versions as they stand there.
//!
//! A new event or version gets its file by `ORDERLY_WRITE_GOLDEN=1 cargo test -p aggregates golden`, which writes what is missing and touches nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use decider::StoredEvent;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::claim::{ClaimEvent, ClaimReleased};
use crate::customer::{ChangeTier, ReinstateCustomer, SuspendCustomer};
use crate::decisions::ending::{CancelOrder, CompleteOrder, FinishCancelation};
use crate::decisions::paying::SettleAuthorization;
use crate::decisions::placing::PlaceOrder;
use crate::decisions::shipping::{PlanShipment, RecordBooking, RecordBookingCancelation, RecordDelivery, RequestBooking};
use crate::decisions::stocking::CloseWarehouse;
use crate::operator_act::{
    ImportStarted, LetterDiscarded, LettersRetried, OperatorActEvent, ProjectionPaused, ProjectionResumed, RebuildCanceled,
    RebuildRequested, RecordAct, RollbackRequested,
};
use crate::order::{AnomalyDetected, CancelationOutcome, Delivery, OrderEvent};
use crate::payment::{CaptureOutcome, CapturePayment, RecordCapture, RecordVoid, VoidOutcome};
use crate::process::{DeadlinePassed, ParkProcess, PassDeadline, RecordRefusal, ResumeProcess};
use crate::product::{AddProduct, DescribeProduct, DiscontinueProduct, PauseProduct};
use crate::registry::{DomainEvent, events};
use crate::shipment::{BookingOutcome, CancelBookingOutcome, CarrierBooking, PackShipment};
use crate::stock_item::{ReservationConfirmed, StockItemEvent};
use crate::values::{ChannelReference, LineNumber, Tier};
use crate::warehouse::{EndMaintenance, StartMaintenance};
use crate::world::*;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn file_name(name: &str, version: &str) -> String {
    format!("{name}.v{version}.json")
}

/// The golden files, by name.
fn files() -> BTreeMap<String, String> {
    let entries =
        std::fs::read_dir(folder()).map(|entries| entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()).unwrap_or_default();
    entries
        .into_iter()
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn every_event_has_a_golden_file() {
    if std::env::var_os("ORDERLY_WRITE_GOLDEN").is_some() {
        write_missing();
    }
    let files = files();
    let missing: Vec<String> =
        events().map(|(_, name, version)| file_name(name, version)).filter(|file| !files.contains_key(file)).collect();
    assert!(missing.is_empty(), "write them with ORDERLY_WRITE_GOLDEN=1: {missing:?}");
}

#[test]
fn every_golden_file_is_read_and_the_current_ones_are_written_the_same() {
    let current: BTreeSet<String> = events().map(|(_, name, version)| file_name(name, version)).collect();
    for (file, text) in files() {
        let (name, version) =
            file.strip_suffix(".json").and_then(|stem| stem.rsplit_once(".v")).expect("golden files are named name.vN.json");
        let (aggregate_type, _) = name.split_once('.').expect("an event's name is aggregate.what_happened");
        let payload = RawValue::from_string(text.trim().to_owned()).unwrap();
        let stored = StoredEvent { event_type: name, event_version: version, payload: &payload };
        let event = DomainEvent::decode(aggregate_type, stored).unwrap_or_else(|error| panic!("{file}: {error}"));
        if current.contains(&file) {
            let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(json(&event.to_json().unwrap()), json(&text), "{file} is written differently now: a new version is needed");
        }
    }
}

#[test]
fn the_layout_of_snapshots_is_known_by_a_state_after_each_event() {
    for (aggregate_type, states, events) in crate::registry::golden_states() {
        assert_eq!(states, events, "{aggregate_type}");
    }
}

#[test]
fn an_event_of_a_newer_program_is_named() {
    let payload = RawValue::from_string("{}".to_owned()).unwrap();
    let stored = |event_type, event_version| StoredEvent { event_type, event_version, payload: &payload };
    let unknown = DomainEvent::decode("order", stored("order.teleported", "1")).unwrap_err();
    assert_eq!(unknown.to_string(), "unknown event type order.teleported (version 1) on a order stream");
    assert!(DomainEvent::decode("order", stored("order.placed", "99")).is_err());
    assert!(DomainEvent::decode("spaceship", stored("spaceship.launched", "1")).is_err());
    assert!(DomainEvent::decode("order", stored("order.placed", "1")).unwrap_err().to_string().contains("cannot be decoded"));
}

#[test]
fn a_stored_name_begins_with_its_aggregate_and_versions_are_whole_numbers() {
    for (aggregate_type, name, version) in events() {
        assert!(name.starts_with(&format!("{aggregate_type}.")), "{name} is no event of {aggregate_type}");
        assert!(version.parse::<u32>().is_ok_and(|version| version > 0), "{name} has version {version}");
        assert!(crate::registry::kind(aggregate_type).is_some());
    }
    assert!(crate::registry::kind("spaceship").is_none());
}

fn write_missing() {
    let mut samples = BTreeMap::new();
    for event in samples_of_all() {
        samples.entry(event.name()).or_insert(event);
    }
    std::fs::create_dir_all(folder()).unwrap();
    for (_, name, version) in events() {
        let path = folder().join(file_name(name, version));
        if !path.exists() {
            let sample = samples.get(name).unwrap_or_else(|| panic!("no sample of {name}: add one to samples_of_all"));
            let json: Box<RawValue> = RawValue::from_string(sample.to_json().unwrap()).unwrap();
            std::fs::write(path, format!("{json}\n")).unwrap();
        }
    }
}

fn samples_of_all() -> Vec<DomainEvent> {
    let mut worlds = [fulfilled(), without_stock(), declined_order(), canceled_order(), booked_and_called_off(), catalog(), machinery()];
    let mut samples: Vec<DomainEvent> =
        worlds.iter_mut().flat_map(|world| std::mem::take(&mut world.log)).map(|(_, event)| event).collect();
    let anomaly = AnomalyDetected { code: "delivered_twice".to_owned(), message: "line 1 was delivered twice".to_owned() };
    samples.push(OrderEvent::from(anomaly).into());
    samples.push(ClaimEvent::from(ClaimReleased {}).into());
    let confirmed = ReservationConfirmed { order: order(1), line: LineNumber::new(1), quantity: units(2) };
    samples.push(StockItemEvent::from(confirmed).into());
    samples
}

fn fulfilled() -> World {
    let mut world = World::with_stock(&[("berlin", "A-17", 10), ("munich", "B-4", 10)]);
    world.must(&receive("berlin", "A-17", Some("DN-2026-0117"), 20));
    let placed = PlaceOrder {
        billing_address: Some(sealed()),
        channel_reference: Some(ChannelReference::new("complete-journey", "31198570044").unwrap()),
        channel_claim: Some("9f2c7e1a44".to_owned()),
        ..place(1, &[("A-17", 2, 1999), ("B-4", 3, 333)])
    };
    world.must(&placed);
    world.must(&allocate(order(1)));
    world.must(&start_payment(order(1), 1));
    world.authorize(1);
    world.must(&SettleAuthorization { order: order(1), payment: payment(1) });
    world.must(&crate::decisions::placing::ConfirmOrder { order: order(1) });
    for (n, code) in [(1, "berlin"), (2, "munich")] {
        let parcel = world.send(order(1), n, code);
        world.must(&RecordDelivery { shipment: parcel, order: order(1), delivered_at: instant(600), carrier: None });
    }
    world.must(&CapturePayment { payment: payment(1), shipment: shipment(1), operation: operation(49), amount: eur(100), r#final: false });
    let failed = CaptureOutcome::Failed { code: "gateway_error".to_owned() };
    world.must(&RecordCapture { payment: payment(1), operation: operation(49), outcome: failed });
    world.capture_all(order(1));
    world.must(&CompleteOrder { order: order(1) });
    world
}

fn without_stock() -> World {
    let mut world = World::with_stock(&[("berlin", "A-17", 1)]);
    let id = world.place(1, &[("A-17", 2, 1999)]);
    world.must(&allocate(id));
    world.must(&CancelOrder { outcome: CancelationOutcome::Expired, ..cancel(id) });
    world.must(&FinishCancelation { order: id });
    world
}

fn declined_order() -> World {
    let mut world = World::with_stock(&[("berlin", "A-17", 9)]);
    let id = world.paying(1, &[("A-17", 2, 1999)]);
    world.must(&declined(1));
    world.must(&SettleAuthorization { order: id, payment: payment(1) });
    world.must(&CancelOrder { outcome: CancelationOutcome::Rejected, ..cancel(id) });
    world.must(&FinishCancelation { order: id });
    world.must(&authorized(1, eur(100)));
    let slow = world.allocated(2, &[("A-17", 2, 1999)]);
    world.must(&lapse(slow));
    world
}

fn canceled_order() -> World {
    let mut world = World::with_stock(&[("berlin", "A-17", 9)]);
    world.must(&PlaceOrder { delivery: Delivery::Pickup { warehouse: warehouse("berlin") }, ..place(2, &[("A-17", 1, 100)]) });
    let id = world.confirmed(1, &[("A-17", 2, 1999)]);
    world.must(&PlanShipment { order: id, shipment: shipment(1), warehouse: warehouse("berlin") });
    world.must(&cancel(id));
    world.must(&RecordDelivery { shipment: shipment(1), order: id, delivered_at: instant(600), carrier: None });
    world.must(&void(1, 90));
    let failed = VoidOutcome::Failed { code: "gateway_error".to_owned() };
    world.must(&RecordVoid { payment: payment(1), operation: operation(90), outcome: failed });
    world.must(&void(1, 91));
    world.must(&voided(1, 91));
    world.must(&SettleAuthorization { order: id, payment: payment(1) });
    world.must(&FinishCancelation { order: id });
    let second = world.confirmed(3, &[("A-17", 1, 1999)]);
    let parcel = world.send(second, 3, "berlin");
    world.must(&CapturePayment { payment: payment(3), shipment: parcel, operation: operation(50), amount: eur(1000), r#final: true });
    world.must(&captured(payment(3), operation(50), eur(1000)));
    world
}

fn booked_and_called_off() -> World {
    let mut world = World::with_stock(&[("berlin", "A-17", 9)]);
    let (parcel, at) = (shipment(1), instant(60));
    let id = world.confirmed(1, &[("A-17", 2, 1999)]);
    world.must(&PlanShipment { order: id, shipment: parcel, warehouse: warehouse("berlin") });
    world.must(&PackShipment { shipment: parcel });
    let carrier = || CarrierBooking { carrier: "simulator".to_owned(), tracking: "SIM0001".to_owned() };
    let ask = |call| RequestBooking { shipment: parcel, order: id, operation: operation(call), carrier: "simulator".to_owned(), at };
    let answer = |call, outcome| RecordBooking { shipment: parcel, order: id, operation: operation(call), outcome, at };
    let undo = |call, outcome| RecordBookingCancelation { shipment: parcel, order: id, operation: operation(call), outcome, at };
    world.must(&ask(1));
    world.must(&answer(1, BookingOutcome::Failed { code: "too_heavy".to_owned() }));
    world.must(&ask(2));
    world.must(&answer(2, BookingOutcome::Canceled));
    world.must(&ask(3));
    world.must(&cancel(id));
    world.must(&answer(3, BookingOutcome::Booked(carrier())));
    world.must(&undo(3, CancelBookingOutcome::Failed { code: "already_delivered".to_owned() }));
    world
}

fn catalog() -> World {
    let mut world = World::with_stock(&[("berlin", "A-17", 1)]);
    world.must(&AddProduct { activate: false, ..add_product("B-4") });
    let (name, category) = (Some("Kettle".to_owned()), Some("Kitchen".to_owned()));
    world.must(&DescribeProduct { sku: sku("B-4"), name, category, shippable: Some(false) });
    world.must(&PauseProduct { sku: sku("A-17") });
    world.must(&DiscontinueProduct { sku: sku("A-17") });
    world.must(&StartMaintenance { warehouse: warehouse("berlin") });
    world.must(&EndMaintenance { warehouse: warehouse("berlin") });
    world.must(&CloseWarehouse { warehouse: warehouse("vienna"), items: vec![] });
    world.must(&ChangeTier { customer: customer(1), tier: Tier::Gold });
    world.must(&SuspendCustomer { customer: customer(1), reason: "chargebacks".to_owned() });
    world.must(&ReinstateCustomer { customer: customer(1) });
    world
}

fn machinery() -> World {
    let mut world = World::default();
    let (step, code) = ("confirm_order".to_owned(), "stock_not_reserved".to_owned());
    let message = "2 units are not reserved".to_owned();
    world.must(&RecordRefusal { order: order(1), command_id: operation(1), step: step.clone(), code, message });
    world.must(&ParkProcess { order: order(1), step, subject: None, cause: "refused 5 times".to_owned() });
    world.must(&ResumeProcess { order: order(1), reason: "stock was counted".to_owned() });
    let deadline = DeadlinePassed { which: "reservation".to_owned(), subject: String::new(), due_at: instant(30) };
    world.must(&PassDeadline { order: order(1), deadline });
    let reason = Some("a new column".to_owned());
    let projection = "orders".to_owned();
    let key = "0192f0c1-0000-7000-8000-0000000000c4".to_owned();
    let discarded = LetterDiscarded {
        follower: "orders".to_owned(),
        key: key.clone(),
        position: 17,
        event_id: operation(17),
        event_type: "shipment.dispatched".to_owned(),
        reason: "its tracking cannot be stored".to_owned(),
    };
    let acts: [OperatorActEvent; 8] = [
        RebuildRequested { projections: vec![projection.clone()], reason: reason.clone() }.into(),
        RollbackRequested { projection: projection.clone(), reason: reason.clone() }.into(),
        RebuildCanceled { projection: projection.clone(), reason: reason.clone() }.into(),
        ProjectionPaused { projection: projection.clone(), reason: reason.clone() }.into(),
        ProjectionResumed { projection, reason: reason.clone() }.into(),
        ImportStarted { source: "postgres-es table events".to_owned(), reason: reason.clone() }.into(),
        LettersRetried {
            follower: "orders".to_owned(),
            key: Some(key.clone()),
            position: Some(17),
            cause: Some("unknown".to_owned()),
            reason,
        }
        .into(),
        discarded.into(),
    ];
    for (n, what) in (2..).zip(acts) {
        world.must(&RecordAct { act: operation(n), what });
    }
    world
}
