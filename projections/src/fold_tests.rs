//! Given these events, then these rows: plain folds, without a database.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::TimeDelta;
use decider::{Change, Changes};
use event_store::{Metadata, Recorded, RecordedEvent};
use proptest::prelude::*;
use uuid::Uuid;

use crate::customers::{CustomerStatus, Customers};
use crate::fold::{Reading, fold};
use crate::letter::Letter;
use crate::opened::Opened;
use crate::orders::{FulfillmentStatus, OrderRow, OrderStatus, Orders, PaymentState, PaymentStatus, ShipmentState};
use crate::products::{ProductStatus, Products};
use crate::projection::Projection;
use crate::sales::Sales;
use crate::samples::{FIRST, SECOND, Sample, THIRD, at, shop};
use crate::stock::Stock;
use crate::table::Loaded;
use crate::warehouses::{WarehouseStatus, Warehouses};

/// The shop's events as a log would hold them, from position 1.
fn recorded() -> Vec<RecordedEvent> {
    let mut changes = Changes::none();
    shop().iter().for_each(|sample| (sample.push)(&mut changes));
    let mut sequences = HashMap::new();
    let next_in_stream = |sample: &Sample| {
        let sequence = sequences.entry(sample.needed.stream.clone()).or_insert(0);
        *sequence += 1;
        *sequence
    };
    let sequences: Vec<i64> = shop().iter().map(next_in_stream).collect();
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
    let follows =
        |event: &event_store::RecordedEvent| <P::Event as crate::projection::Followed>::TYPES.contains(&event.stream.aggregate_type());
    recorded().into_iter().filter(follows).map(Opened::clear).collect()
}

/// The rows and the letters after folding in batches of these sizes, over and over.
fn folded<P: Projection>(events: &[Opened], sizes: &[usize]) -> (BTreeMap<String, P::Row>, Vec<Letter>) {
    let (mut rows, mut letters, mut rest) = (BTreeMap::new(), Vec::<Letter>::new(), events);
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (batch, behind) = rest.split_at((*size).clamp(1, rest.len()));
        let readings: Vec<Reading<'_, P>> = batch.iter().map(Reading::of).collect();
        let loaded = rows.iter().map(|(key, row): (&String, &P::Row)| (key.clone(), row.clone())).collect();
        let parked: HashSet<String> = letters.iter().map(|letter| letter.key.clone()).collect();
        let done = fold::<P>(Loaded { rows: loaded, parked, broken: HashMap::new() }, &readings);
        for (key, row) in done.changed {
            match row {
                Some(row) => rows.insert(key, row),
                None => rows.remove(&key),
            };
        }
        letters.extend(done.letters);
        rest = behind;
    }
    (rows, letters)
}

fn rows<P: Projection>() -> BTreeMap<String, P::Row> {
    let (rows, letters) = folded::<P>(&events_for::<P>(), &[usize::MAX]);
    assert_eq!(letters, []);
    rows
}

fn order(id: uuid::Uuid) -> OrderRow {
    rows::<Orders>().remove(&id.to_string()).unwrap()
}

#[test]
fn a_delivered_order_is_captured_and_tells_its_story() {
    let row = order(FIRST);
    let states = (row.status, row.payment_status, row.fulfillment_status);
    assert_eq!(states, (OrderStatus::Completed, PaymentStatus::Captured, FulfillmentStatus::Delivered));
    assert_eq!((row.captured.to_string().as_str(), row.authorized.to_string().as_str()), ("13.10", "0.00"));
    assert_eq!((row.shipments[0].state, row.shipments[0].tracking.as_deref()), (ShipmentState::Delivered, Some("T-1")));
    assert!(row.lines.iter().all(|line| line.delivered == line.quantity && line.reserved == 0 && line.in_fulfillment == 0));
    let story: Vec<&str> = row.timeline.iter().map(|entry| entry.event.as_str()).collect();
    assert_eq!((story.first(), story.last(), story.len()), (Some(&"order.placed"), Some(&"order.completed"), 18));
    assert_eq!(row.version, 9);
    assert!(row.delivery.address.is_some());
}

#[test]
fn a_declined_order_holds_nothing_and_says_why() {
    let row = order(SECOND);
    let states = (row.status, row.payment_status, row.fulfillment_status);
    assert_eq!(states, (OrderStatus::Rejected, PaymentStatus::Declined, FulfillmentStatus::Unfulfilled));
    assert_eq!(row.reason_code.as_deref(), Some("payment_declined"));
    assert_eq!((row.payments[0].state, row.payments[0].failure_code.as_deref()), (PaymentState::Declined, Some("insufficient_funds")));
    assert!(row.lines.iter().all(|line| line.reserved == 0));
}

#[test]
fn a_placed_order_is_unpaid_and_unfulfilled() {
    let row = order(THIRD);
    let states = (row.status, row.payment_status, row.fulfillment_status);
    assert_eq!(states, (OrderStatus::Placed, PaymentStatus::Unpaid, FulfillmentStatus::Unfulfilled));
    assert_eq!((row.channel.as_deref(), row.reference.as_deref()), (Some("web"), Some("r-3")));
}

#[test]
fn stock_is_what_came_less_what_left_and_what_is_held() {
    let rows = rows::<Stock>();
    let of = |key: &str| (rows[key].on_hand, rows[key].reserved, rows[key].available, rows[key].dispatched);
    assert_eq!(of("berlin/A-1"), (6, 0, 6, 4));
    assert_eq!(of("berlin/B-2"), (4, 0, 4, 1));
    assert_eq!(of("paris/B-2"), (1, 0, 1, 0));
}

#[test]
fn a_sale_is_what_left_by_category() {
    let rows = rows::<Sales>();
    assert_eq!(rows.keys().collect::<Vec<_>>(), [&FIRST.to_string()]);
    let row = &rows[&FIRST.to_string()];
    assert_eq!((row.day.to_string().as_str(), row.units, row.net.to_string().as_str()), ("2017-01-01", 5, "13.10"));
    assert_eq!((row.categories["fruit"].units, row.categories["fruit"].net.to_string().as_str()), (4, "10.00"));
    assert_eq!(row.categories["bakery"].net.to_string(), "3.10");
}

#[test]
fn customers_products_and_warehouses_are_as_they_were_last() {
    let customers = rows::<Customers>();
    let ben = &customers[&crate::samples::BEN.to_string()];
    assert_eq!((ben.status, ben.suspension_reason.as_deref(), ben.version), (CustomerStatus::Suspended, Some("did not pay"), 3));
    assert_eq!(ben.email.as_ref().map(|email| email.as_str()), Some("ben@example.com"));
    let products = rows::<Products>();
    assert_eq!((products["A-1"].status, products["B-2"].status), (ProductStatus::Active, ProductStatus::Paused));
    assert_eq!(products["A-1"].prices["EUR"], "2.50");
    assert_eq!(rows::<Warehouses>()["paris"].status, WarehouseStatus::Open);
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
    assert_eq!(rows[&second].status, OrderStatus::Placed);
    assert_eq!(rows[&FIRST.to_string()].status, OrderStatus::Completed);
}

#[test]
fn an_event_before_its_row_is_parked_and_not_ignored() {
    let events: Vec<Opened> = events_for::<Orders>().into_iter().skip(1).take(2).collect();
    let (rows, letters) = folded::<Orders>(&events, &[1]);
    assert!(rows.is_empty());
    assert_eq!(letters.len(), 2);
    assert!(letters[0].cause.as_deref().unwrap().contains("comes before what makes the row"));
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
