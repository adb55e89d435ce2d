use decider::Changes;

use crate::decisions::placing::ConfirmOrder;
use crate::decisions::shipping::PlanShipment;
use crate::decisions::stocking::AllocateStock;
use crate::order::{Order, OrderConfirmed};
use crate::stock_item::{ReservationConfirmed, StockItem};
use crate::values::{Hold, LineNumber, StockItemId};
use crate::world::*;

fn on_hand_and_reserved(world: &World) -> (u64, u64) {
    let item = world.stock("berlin", "A");
    (item.on_hand(), item.reserved())
}

#[test]
fn received_units_are_available() {
    let world = World::with_stock(&[("berlin", "A", 7)]);
    assert_eq!(world.stock("berlin", "A").available(), 7);
}

#[test]
fn a_document_received_twice_is_received_once() {
    let mut world = World::with_stock(&[("berlin", "A", 1)]);
    assert_eq!(world.must(&receive("berlin", "A", Some("DN-1"), 5)), 2);
    assert_eq!(world.must(&receive("berlin", "A", Some("DN-1"), 5)), 0);
    assert_eq!(world.stock("berlin", "A").on_hand(), 6);
}

#[test]
fn a_document_with_another_quantity_is_refused() {
    let mut world = World::with_stock(&[("berlin", "A", 1)]);
    world.must(&receive("berlin", "A", Some("DN-1"), 5));
    assert_eq!(world.refused(&receive("berlin", "A", Some("DN-1"), 6)), "duplicate_document");
}

#[test]
fn one_document_may_name_several_stock_items() {
    let mut world = World::with_stock(&[("berlin", "A", 1), ("berlin", "B", 1)]);
    world.must(&receive("berlin", "A", Some("DN-1"), 5));
    assert_eq!(world.must(&receive("berlin", "B", Some("DN-1"), 6)), 2);
    assert_eq!(world.must(&receive("munich", "A", Some("DN-1"), 7)), 2);
}

#[test]
fn without_a_document_each_receipt_counts() {
    let mut world = World::with_stock(&[("berlin", "A", 1)]);
    world.must(&receive("berlin", "A", None, 5));
    world.must(&receive("berlin", "A", None, 5));
    assert_eq!(world.stock("berlin", "A").on_hand(), 11);
}

#[test]
fn stock_is_received_of_known_products_in_known_warehouses() {
    let mut world = World::with_stock(&[("berlin", "A", 1)]);
    assert_eq!(world.refused(&receive("berlin", "Z", None, 1)), "product_not_found");
    assert_eq!(world.refused(&receive("paris", "A", None, 1)), "warehouse_not_found");
}

#[test]
fn a_reservation_is_held_until_its_order_is_confirmed_and_the_shelf_is_not_told() {
    let mut world = World::with_stock(&[("berlin", "A", 7)]);
    let id = world.settled(1, &[("A", 3, 100)]);
    let held = |world: &World| world.stock("berlin", "A").reservation(id, LineNumber::new(1)).cloned().unwrap();
    assert_eq!((held(&world).quantity(), held(&world).until()), (3, instant(30)));
    world.confirmed(2, &[("A", 1, 100)]);
    let before = world.log.len();
    world.must(&ConfirmOrder { order: id });
    assert_eq!(world.names_since(before), ["order.confirmed"]);
    assert_eq!((held(&world).quantity(), on_hand_and_reserved(&world)), (3, (7, 4)));
    assert_eq!(world.stock("berlin", "A").reservations().count(), 2);
}

#[test]
fn a_log_in_which_shelves_were_told_is_continued() {
    let mut world = World::with_stock(&[("berlin", "A", 7)]);
    let [leaves, stays] = [1, 2].map(|n| {
        let id = world.settled(n, &[("A", 2, 100)]);
        let told = ReservationConfirmed { order: id, line: LineNumber::new(1), quantity: units(2) };
        let mut confirmed = Changes::of::<StockItem>("berlin/A", [told.into()]);
        confirmed.push::<Order>(id.to_string(), OrderConfirmed {}.into());
        assert_eq!(world.append(confirmed), 2);
        assert_eq!(world.must(&ConfirmOrder { order: id }), 0);
        id
    });
    let after = world.confirmed(3, &[("A", 1, 100)]);
    assert_eq!(on_hand_and_reserved(&world), (7, 5));
    world.send(leaves, 1, "berlin");
    world.send(after, 3, "berlin");
    world.must(&cancel(stays));
    assert_eq!(on_hand_and_reserved(&world), (4, 0));
    world.assert_whole();
}

#[test]
fn nothing_leaves_the_shelf_before_its_order_is_confirmed() {
    let mut world = World::with_stock(&[("berlin", "A", 7)]);
    let id = world.settled(1, &[("A", 2, 100)]);
    let plan = PlanShipment { order: id, shipment: shipment(1), warehouse: warehouse("berlin") };
    assert_eq!(world.refused(&plan), "wrong_order_status");
    assert_eq!(world.refused(&dispatch(id, shipment(1))), "shipment_not_found");
    world.must(&ConfirmOrder { order: id });
    world.send(id, 1, "berlin");
    world.assert_whole();
}

#[test]
fn the_state_of_a_stock_item_is_never_longer_than_its_units() {
    let mut world = World::with_stock(&[("berlin", "A", 5)]);
    let empty = serde_json::to_string(&world.stock("berlin", "A")).unwrap().len();
    for n in 1..=5 {
        let id = world.confirmed(n, &[("A", 1, 100)]);
        world.send(id, n, "berlin");
    }
    for n in 6..=9 {
        world.must(&receive("berlin", "A", Some(&format!("DN-{n}")), 1));
        let id = world.allocated(n, &[("A", 1, 100)]);
        world.must(&cancel(id));
    }
    assert_eq!(world.stock("berlin", "A").reservations().count(), 0);
    assert_eq!(serde_json::to_string(&world.stock("berlin", "A")).unwrap().len(), empty);
    world.assert_whole();
}

#[test]
fn vendure_1738_two_orders_never_reserve_more_than_there_is() {
    let mut world = World::with_stock(&[("berlin", "A", 5)]);
    for n in 1..=4 {
        world.allocated(n, &[("A", 2, 100)]);
    }
    assert_eq!(on_hand_and_reserved(&world), (5, 4));
    world.assert_whole();
}

#[test]
fn medusa_16569_two_reservations_at_once_are_both_counted() {
    let mut world = World::with_stock(&[("berlin", "A", 5)]);
    world.allocated(1, &[("A", 1, 100), ("A", 2, 100)]);
    world.allocated(2, &[("A", 2, 100)]);
    let held: u64 = world.stock("berlin", "A").reservations().map(|(_, _, held)| u64::from(held.quantity())).sum();
    assert_eq!(held, world.stock("berlin", "A").reserved());
    assert_eq!(held, 5);
    world.assert_whole();
}

#[test]
fn two_lines_of_one_sku_do_not_both_take_the_last_unit() {
    let mut world = World::with_stock(&[("berlin", "A", 3)]);
    let id = world.allocated(1, &[("A", 2, 100), ("A", 2, 100)]);
    assert_eq!(world.order(id).missing()[0].wanted, 4);
    assert_eq!(on_hand_and_reserved(&world), (3, 0));
}

#[test]
fn a_closed_warehouse_is_not_among_those_that_serve() {
    let mut world = World::with_stock(&[("berlin", "A", 3), ("munich", "A", 3)]);
    let id = world.place(1, &[("A", 2, 100)]);
    world.must(&AllocateStock { warehouses: vec![(warehouse("munich"), 2)], ..allocate(id) });
    assert_eq!((world.stock("berlin", "A").reserved(), world.stock("munich", "A").reserved()), (0, 2));
}

#[test]
fn a_stock_item_itself_refuses_what_it_has_not() {
    let world = World::with_stock(&[("berlin", "A", 2)]);
    let item = StockItemId { warehouse: warehouse("berlin"), sku: sku("A") };
    let hold = Hold { item, order: order(1), line: LineNumber::new(1), quantity: units(3) };
    let refusal = world.stock("berlin", "A").reserve(&hold, instant(30)).unwrap_err();
    assert_eq!(refusal.to_string(), "only 2 of sku A left in berlin, 3 wanted");
    assert!(world.stock("berlin", "A").dispatch(&hold, shipment(1)).is_err());
    assert_eq!(world.stock("berlin", "A").release(&hold, super::ReleaseReason::OrderCanceling), None);
}
