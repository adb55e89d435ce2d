//! Values at their bounds, and times that no clock ever shows: accepted or refused, and nothing panics.

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::asked::delivery;
use super::mostly::mostly;
use crate::decisions::ending::CompleteOrder;
use crate::decisions::paying::SettleAuthorization;
use crate::decisions::placing::{ConfirmOrder, PlaceOrder};
use crate::decisions::shipping::{DispatchShipment, PlanShipment, RecordDelivery};
use crate::decisions::stocking::AllocateStock;
use crate::order::OrderedLine;
use crate::payment::{AuthorizationOutcome, CapturePayment, RecordAuthorization};
use crate::shipment::PackShipment;
use crate::values::{LineNumber, Money, Quantity};
use crate::world::*;

const MOST_MINOR: i64 = 1_000_000_000_000_000;

fn money() -> impl Strategy<Value = Money> {
    let minor = prop_oneof![Just(0), Just(1), Just(-1), Just(MOST_MINOR), Just(MOST_MINOR - 1), Just(-MOST_MINOR), -MOST_MINOR..MOST_MINOR];
    minor.prop_map(eur)
}

fn quantity() -> impl Strategy<Value = Quantity> {
    prop_oneof![Just(1), Just(Quantity::MAX), 1..=Quantity::MAX].prop_map(units)
}

fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    prop_oneof![Just(DateTime::<Utc>::MIN_UTC), Just(DateTime::<Utc>::MAX_UTC), Just(instant(0)), Just(instant(30)), Just(instant(20_000))]
}

/// Amounts that have nothing to do with each other.
fn any_line() -> impl Strategy<Value = OrderedLine> {
    (quantity(), money(), money(), money(), money()).prop_map(|(quantity, unit_price, discount, net, tax)| OrderedLine {
        quantity,
        unit_price,
        discount,
        net,
        tax,
        ..line(1, "A", 1, 0)
    })
}

fn any_order() -> impl Strategy<Value = PlaceOrder> {
    (prop::collection::vec(any_line(), 0..6), money(), money(), prop::option::of(money()), any_instant()).prop_map(
        |(lines, shipping, shipping_tax, expected_total, placed_at)| {
            let lines = (1..).zip(lines).map(|(number, line)| OrderedLine { line: LineNumber::new(number), ..line }).collect();
            PlaceOrder { lines, shipping, shipping_tax, expected_total, placed_at, ..place(1, &[]) }
        },
    )
}

/// As much as can be ordered, at prices that add up to what can be told.
fn large_order() -> impl Strategy<Value = PlaceOrder> {
    prop::collection::vec((quantity(), 0..MOST_MINOR / 8_000_000), 1..6).prop_map(|lines| {
        let line = |(number, (quantity, price)): (u32, (Quantity, i64))| line(number, "A", quantity.get(), price);
        PlaceOrder { lines: (1..).zip(lines).map(line).collect(), ..place(1, &[]) }
    })
}

/// The whole life of an order, whatever becomes of its steps.
fn live(world: &mut World, placing: &PlaceOrder, held: Option<Money>, [until, expires_at, at, delivered_at]: [DateTime<Utc>; 4]) {
    let (id, parcel) = (order(1), shipment(1));
    drop(world.ask(placing));
    drop(world.ask(&AllocateStock { until, ..allocate(id) }));
    drop(world.ask(&start_payment(id, 1)));
    let amount = held.or(world.order(id).due()).unwrap_or(eur(1));
    let outcome = AuthorizationOutcome::Authorized { amount, expires_at: Some(expires_at), gateway_reference: "auth".to_owned() };
    drop(world.ask(&RecordAuthorization { payment: payment(1), operation: operation(1), outcome }));
    drop(world.ask(&SettleAuthorization { order: id, payment: payment(1) }));
    drop(world.ask(&ConfirmOrder { order: id }));
    drop(world.ask(&PlanShipment { order: id, shipment: parcel, warehouse: warehouse("berlin") }));
    drop(world.ask(&PackShipment { shipment: parcel }));
    drop(world.ask(&DispatchShipment { at, ..dispatch(id, parcel) }));
    drop(world.ask(&RecordDelivery { delivered_at, ..delivery(id, parcel) }));
    for (shipment, payment, amount) in world.shares(id) {
        let operation = operation(20);
        drop(world.ask(&CapturePayment { payment, shipment, operation, amount, r#final: true }));
        drop(world.ask(&captured(payment, operation, held.unwrap_or(amount))));
    }
    drop(world.ask(&cancel(id)));
    drop(world.ask(&CompleteOrder { order: id }));
}

#[test]
fn nothing_panics_at_the_bounds() {
    let orders = prop_oneof![any_order(), large_order()];
    let times = prop::array::uniform4(any_instant());
    mostly(10, 1_000, (orders, 1..8usize, prop::option::of(money()), times), |(placing, receipts, held, times)| {
        let mut world = World::with_stock(&[("berlin", "A", 1)]);
        for _ in 0..receipts {
            world.must(&receive("berlin", "A", None, Quantity::MAX));
        }
        live(&mut world, &placing, held, times);
        world.assert_whole();
        Ok(world.order(order(1)).is_dispatched())
    });
}
