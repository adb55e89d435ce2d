use super::*;
use crate::order::{
    CaptureShare, OrderCompleted, OrderConfirmed, OrderLinesDelivered, OrderLinesReleased, OrderLinesShipped, OrderPlaced,
    OrderStockReserved, ShippedLine,
};
use crate::payment::{CaptureRequested, PaymentAuthorized, PaymentCaptured, PaymentInitiated};
use crate::shipment::{ShipmentDelivered, ShipmentDispatched};
use crate::stock_item::{ReleaseReason, ReservationConfirmed, ReservationReleased, StockDispatched, StockReceived, StockReserved};
use crate::values::{LineNumber, LineQuantity, LineReservation, Money, Tier};
use crate::world::*;

/// The rules that are violated by these events, each an append of its own stream.
fn rules(events: impl IntoIterator<Item = (StreamId, DomainEvent)>) -> Vec<&'static str> {
    let mut invariants = Invariants::default();
    let mut violations = Vec::new();
    for (position, (stream, event)) in (1..).zip(events) {
        violations.extend(invariants.apply(position, &stream, &event));
    }
    violations.extend(invariants.finish(|_| true));
    violations.into_iter().map(|violation| violation.rule).collect()
}

fn item(event: impl Into<crate::stock_item::StockItemEvent>) -> (StreamId, DomainEvent) {
    (StreamId::new("stock_item", "berlin/A"), event.into().into())
}

fn on_order(event: impl Into<crate::order::OrderEvent>) -> (StreamId, DomainEvent) {
    (StreamId::new("order", order(1).to_string()), event.into().into())
}

fn paying(event: impl Into<crate::payment::PaymentEvent>) -> (StreamId, DomainEvent) {
    (StreamId::new("payment", payment(1).to_string()), event.into().into())
}

fn parcel(event: impl Into<crate::shipment::ShipmentEvent>) -> (StreamId, DomainEvent) {
    (StreamId::new("shipment", shipment(1).to_string()), event.into().into())
}

fn line_one(quantity: u32) -> LineQuantity {
    LineQuantity { line: LineNumber::new(1), quantity: units(quantity) }
}

fn received(n: u32) -> StockReceived {
    StockReceived { document: None, quantity: units(n) }
}

fn reserved(n: u32) -> StockReserved {
    StockReserved { order: order(1), line: LineNumber::new(1), quantity: units(n), until: instant(30) }
}

fn held_by_order(n: u32) -> OrderStockReserved {
    let held = LineReservation { line: LineNumber::new(1), sku: sku("A"), warehouse: warehouse("berlin"), quantity: units(n) };
    OrderStockReserved { reservations: vec![held], until: instant(30) }
}

/// An order of two units for 10.00 each with 2.00 tax, without shipping.
fn placed() -> OrderPlaced {
    let placing = place(1, &[("A", 2, 1000)]);
    OrderPlaced {
        order_number: placing.order_number,
        customer: placing.customer,
        tier: Tier::Bronze,
        currency: placing.currency,
        lines: placing.lines,
        goods: eur(2000),
        shipping: eur(0),
        shipping_tax: eur(0),
        total: eur(2200),
        delivery: placing.delivery,
        billing_address: None,
        channel_reference: None,
        placed_at: placing.placed_at,
        payment: placing.payment,
        policy: placing.policy,
    }
}

fn released(n: u32) -> OrderLinesReleased {
    OrderLinesReleased { shipment: shipment(1), warehouse: warehouse("berlin"), lines: vec![line_one(n)] }
}

fn shipped(n: u32, net: Money, tax: Money, captured: Money) -> OrderLinesShipped {
    let line = ShippedLine { line: LineNumber::new(1), sku: sku("A"), category: "Grocery".to_owned(), quantity: units(n), net, tax };
    OrderLinesShipped {
        shipment: shipment(1),
        warehouse: warehouse("berlin"),
        lines: vec![line],
        shipping: eur(0),
        shipping_tax: eur(0),
        captures: vec![CaptureShare { payment: payment(1), amount: captured }],
        placed_at: instant(0),
    }
}

fn initiated() -> PaymentInitiated {
    let purpose = crate::values::PaymentPurpose::Order;
    PaymentInitiated { order: order(1), purpose, amount: eur(2200), gateway: "simulator".to_owned(), method: None }
}

fn authorized_for(amount: Money) -> PaymentAuthorized {
    let gateway_reference = "auth-1".to_owned();
    PaymentAuthorized { order: order(1), operation: operation(1), amount, expires_at: None, gateway_reference }
}

fn requested(n: u128, amount: Money) -> CaptureRequested {
    CaptureRequested { order: order(1), shipment: shipment(1), operation: operation(n), amount, r#final: false }
}

fn captured_by(n: u128, amount: Money) -> PaymentCaptured {
    let gateway_reference = "cap-1".to_owned();
    PaymentCaptured { order: order(1), shipment: shipment(1), operation: operation(n), amount, gateway_reference }
}

#[test]
fn more_reserved_than_on_hand_is_found() {
    assert_eq!(rules([item(received(2)), on_order(placed()), item(reserved(3)), on_order(held_by_order(3))]), ["reserved_within_on_hand"]);
}

#[test]
fn a_reservation_that_the_order_does_not_know_is_found() {
    assert_eq!(rules([item(received(2)), item(reserved(1))]), ["reserved_as_orders_say"]);
    assert_eq!(rules([item(received(9)), on_order(placed()), item(reserved(1)), on_order(held_by_order(2))]), ["reserved_as_orders_say"]);
}

#[test]
fn a_release_of_more_than_was_held_is_found() {
    let release =
        ReservationReleased { order: order(1), line: LineNumber::new(1), quantity: units(1), reason: ReleaseReason::OrderCanceling };
    assert_eq!(rules([item(received(2)), item(release)]), ["reservation_never_below_zero", "reserved_as_orders_say"]);
}

#[test]
fn a_dispatch_of_what_was_not_confirmed_is_found() {
    let dispatched = StockDispatched { order: order(1), line: LineNumber::new(1), shipment: shipment(1), quantity: units(1) };
    let found = rules([item(received(2)), item(reserved(1)), item(dispatched.clone())]);
    assert_eq!(found, ["dispatched_from_confirmed_reservation"]);
    let held = [item(received(2)), on_order(placed()), item(reserved(1)), on_order(held_by_order(1))];
    let told = ReservationConfirmed { order: order(1), line: LineNumber::new(1), quantity: units(1) };
    let by_the_shelf_alone = held.clone().into_iter().chain([item(told), item(dispatched.clone())]);
    assert!(rules(by_the_shelf_alone).contains(&"dispatched_from_confirmed_reservation"));
    let confirmed = held.into_iter().chain([on_order(OrderConfirmed {}), item(dispatched)]);
    assert!(!rules(confirmed).contains(&"dispatched_from_confirmed_reservation"));
}

#[test]
fn a_total_that_is_not_the_sum_is_found() {
    assert_eq!(rules([on_order(OrderPlaced { total: eur(2201), ..placed() })]), ["total_is_sum_of_lines"]);
    assert_eq!(rules([on_order(OrderPlaced { goods: eur(2001), ..placed() })]), ["total_is_sum_of_lines"]);
    assert_eq!(rules([on_order(placed())]), [""; 0]);
}

#[test]
fn more_units_in_parcels_than_were_ordered_are_found() {
    assert_eq!(rules([on_order(placed()), on_order(OrderConfirmed {}), on_order(released(3))]), ["quantities_within_ordered"]);
}

#[test]
fn a_part_that_is_charged_wrongly_is_found() {
    let wrong = shipped(1, eur(1001), eur(100), eur(1101));
    let found = rules([on_order(placed()), on_order(OrderConfirmed {}), on_order(released(1)), on_order(wrong)]);
    assert!(found.contains(&"charged_as_shipped"), "{found:?}");
}

#[test]
fn captures_that_are_not_what_is_charged_are_found() {
    let wrong = shipped(1, eur(1000), eur(100), eur(1099));
    let found = rules([on_order(placed()), on_order(OrderConfirmed {}), on_order(released(1)), on_order(wrong)]);
    assert!(found.contains(&"captures_as_charged"), "{found:?}");
}

#[test]
fn more_delivered_than_shipped_is_found() {
    let delivered = OrderLinesDelivered { shipment: shipment(1), lines: vec![line_one(1)], delivered_at: instant(1) };
    assert_eq!(rules([on_order(placed()), on_order(OrderConfirmed {}), on_order(delivered)]), ["delivered_within_shipped"]);
}

#[test]
fn an_order_that_is_completed_too_early_or_unpaid_is_found() {
    let completed = |captured| on_order(OrderCompleted { captured });
    assert_eq!(rules([on_order(placed()), on_order(OrderConfirmed {}), completed(eur(0))]), ["completed_when_delivered"]);
    assert_eq!(
        rules([on_order(placed()), on_order(OrderConfirmed {}), completed(eur(5))]),
        ["completed_when_delivered", "completed_when_paid"]
    );
}

#[test]
fn an_order_whose_life_goes_backward_is_found() {
    assert_eq!(rules([on_order(placed()), on_order(placed())]), ["life_goes_forward"]);
    assert_eq!(rules([on_order(OrderConfirmed {})]), ["life_goes_forward"]);
}

#[test]
fn more_captured_than_authorized_is_found() {
    let found = rules([
        paying(initiated()),
        paying(authorized_for(eur(100))),
        paying(requested(2, eur(60))),
        paying(requested(3, eur(60))),
        paying(captured_by(2, eur(60))),
    ]);
    assert_eq!(found, ["captures_within_authorization", "captures_within_authorization"]);
}

#[test]
fn a_shipment_that_is_captured_twice_is_found() {
    let found = rules([
        paying(initiated()),
        paying(authorized_for(eur(100))),
        paying(requested(2, eur(10))),
        paying(captured_by(2, eur(10))),
        paying(requested(3, eur(10))),
        paying(captured_by(3, eur(10))),
    ]);
    assert_eq!(found, ["shipment_captured_once"]);
}

#[test]
fn a_second_currency_on_a_payment_is_found() {
    let dollars = Money::from_minor(1, "USD".parse().unwrap()).unwrap();
    assert_eq!(rules([paying(initiated()), paying(authorized_for(dollars))]), ["one_currency"]);
}

#[test]
fn a_parcel_that_leaves_before_it_was_planned_is_found() {
    let dispatched = ShipmentDispatched { order: order(1), carrier: None };
    let delivered = ShipmentDelivered { order: order(1), delivered_at: instant(1) };
    assert_eq!(rules([parcel(dispatched), parcel(delivered)]), ["shipment_stages_in_order"]);
}

#[test]
fn at_the_end_an_open_call_or_an_unfinished_cancelation_is_found() {
    let mut world = World::with_stock(&[("berlin", "A", 2)]);
    let id = world.paying(1, &[("A", 1, 100)]);
    let left = |world: &World| rules(world.log.clone());
    assert_eq!(left(&world), ["no_call_without_outcome"]);
    world.authorize(1);
    world.must(&cancel(id));
    assert_eq!(left(&world), ["cancelation_ends"]);
}

#[test]
fn at_the_end_money_that_left_with_no_parcel_or_did_not_follow_one_is_found() {
    let mut world = World::with_stock(&[("berlin", "A", 2)]);
    let id = world.confirmed(1, &[("A", 1, 100)]);
    world.send(id, 1, "berlin");
    assert_eq!(rules(world.log.clone()), ["captured_as_charged"]);
}

#[test]
fn at_the_end_an_undone_order_that_holds_money_is_found() {
    let mut world = World::with_stock(&[("berlin", "A", 2)]);
    let id = world.place(1, &[("A", 1, 100)]);
    world.must(&cancel(id));
    world.must(&crate::decisions::ending::FinishCancelation { order: id });
    let log = world.log.into_iter().chain([paying(initiated()), paying(authorized_for(eur(100)))]);
    assert_eq!(rules(log), ["final_order_holds_no_money"]);
}

#[test]
fn at_the_end_money_that_a_gateway_holds_after_its_decline_is_found_until_it_is_voided() {
    let mut world = World::with_stock(&[("berlin", "A", 2)]);
    let id = world.paying(1, &[("A", 1, 100)]);
    world.must(&declined(1));
    world.must(&crate::decisions::paying::SettleAuthorization { order: id, payment: payment(1) });
    world.must(&cancel(id));
    world.must(&crate::decisions::ending::FinishCancelation { order: id });
    assert_eq!(rules(world.log.clone()), [""; 0]);
    world.must(&authorized(1, eur(110)));
    assert_eq!(rules(world.log.clone()), ["final_order_holds_no_money"]);
    world.must(&void(1, 90));
    world.must(&voided(1, 90));
    assert_eq!(rules(world.log.clone()), [""; 0]);
}

#[test]
fn a_violation_names_stream_position_and_rule() {
    let mut invariants = Invariants::default();
    let (stream, event) = on_order(OrderConfirmed {});
    let violation = invariants.apply(7, &stream, &event).remove(0);
    assert_eq!((violation.position, violation.rule), (7, "life_goes_forward"));
    assert_eq!(violation.to_string(), format!("{stream} at position 7: order.confirmed of an order that was unknown (life_goes_forward)"));
}

#[test]
fn a_difference_between_streams_is_told_once() {
    let mut invariants = Invariants::default();
    let (stream, event) = item(reserved(1));
    invariants.apply(1, &stream, &event);
    assert_eq!(invariants.end_of_append().len(), 1);
    assert_eq!(invariants.end_of_append().len(), 0);
}
