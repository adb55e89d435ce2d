use super::*;
use crate::decisions::ending::CompleteOrder;
use crate::decisions::placing::PlaceOrder;
use crate::decisions::shipping::{DeliverShipment, DispatchShipment, PlanShipment, RecordDelivery};
use crate::order::Delivery;
use crate::status::FulfillmentStatus;
use crate::values::ShipmentId;
use crate::world::*;

fn planned() -> (World, OrderId, ShipmentId) {
    let mut world = World::with_stock(&[("berlin", "A", 5)]);
    let id = world.confirmed(1, &[("A", 2, 1000)]);
    world.must(&PlanShipment { order: id, shipment: shipment(1), warehouse: warehouse("berlin") });
    (world, id, shipment(1))
}

fn arrived(id: OrderId, shipment: ShipmentId) -> RecordDelivery {
    RecordDelivery { shipment, order: id, delivered_at: instant(600), carrier: None }
}

fn the(world: &World) -> Shipment {
    world.state(&shipment(1).to_string())
}

#[test]
fn a_parcel_is_packed_before_it_leaves() {
    let (mut world, id, parcel) = planned();
    assert_eq!(world.refused(&dispatch(id, parcel)), "wrong_shipment_status");
    world.must(&PackShipment { shipment: parcel });
    world.must(&dispatch(id, parcel));
    assert_eq!(the(&world).status(), ShipmentStatus::Dispatched);
    assert_eq!((world.stock("berlin", "A").on_hand(), world.stock("berlin", "A").reserved()), (3, 0));
    world.assert_whole();
}

#[test]
fn a_parcel_that_a_carrier_brings_needs_a_booking() {
    let (mut world, id, parcel) = planned();
    world.must(&PackShipment { shipment: parcel });
    assert_eq!(world.refused(&DispatchShipment { carrier: None, ..dispatch(id, parcel) }), "carrier_missing");
}

#[test]
fn a_parcel_leaves_once_and_with_one_carrier() {
    let (mut world, id, parcel) = planned();
    world.must(&PackShipment { shipment: parcel });
    world.must(&dispatch(id, parcel));
    assert_eq!(world.must(&dispatch(id, parcel)), 0);
    let other = Some(CarrierBooking { carrier: "ups".to_owned(), tracking: "2".to_owned() });
    assert_eq!(world.refused(&DispatchShipment { carrier: other, ..dispatch(id, parcel) }), "dispatched_otherwise");
}

#[test]
fn with_whom_a_parcel_left_is_not_told_after_it_left_without_anybody() {
    let (mut world, id, parcel) = planned();
    world.must(&arrived(id, parcel));
    assert_eq!(world.refused(&dispatch(id, parcel)), "dispatched_without_carrier", "nothing that is said is dropped");
}

#[test]
fn what_is_fetched_leaves_without_a_carrier() {
    let mut world = World::with_stock(&[("berlin", "A", 5)]);
    world.must(&PlaceOrder { delivery: Delivery::Pickup { warehouse: warehouse("berlin") }, ..place(1, &[("A", 1, 1000)]) });
    world.go_on(order(1), 1);
    world.must(&PlanShipment { order: order(1), shipment: shipment(1), warehouse: warehouse("berlin") });
    world.must(&PackShipment { shipment: shipment(1) });
    let with_nobody = DispatchShipment { carrier: None, ..dispatch(order(1), shipment(1)) };
    assert_eq!(world.refused(&dispatch(order(1), shipment(1))), "carrier_unexpected");
    world.must(&with_nobody);
    assert_eq!(world.refused(&dispatch(order(1), shipment(1))), "carrier_unexpected");
    assert_eq!(world.must(&with_nobody), 0);
}

#[test]
fn a_parcel_of_another_order_is_not_found() {
    let (mut world, _, parcel) = planned();
    assert_eq!(world.refused(&dispatch(order(2), parcel)), "shipment_not_found");
    assert_eq!(world.refused(&arrived(order(2), parcel)), "shipment_not_found");
    assert_eq!(world.refused(&PackShipment { shipment: shipment(9) }), "shipment_not_found");
}

#[test]
fn nothing_leaves_whose_money_could_be_gone_before_it_is_taken() {
    let (mut world, id, parcel) = planned();
    world.must(&PackShipment { shipment: parcel });
    let last_moment = DispatchShipment { at: instant(6 * 24 * 60), ..dispatch(id, parcel) };
    let too_late = DispatchShipment { at: instant(6 * 24 * 60 + 1), ..dispatch(id, parcel) };
    assert_eq!(world.refused(&too_late), "authorization_lapses");
    world.must(&last_moment);
}

#[test]
fn nothing_leaves_while_its_money_is_being_let_go_of() {
    let (mut world, id, parcel) = planned();
    world.must(&PackShipment { shipment: parcel });
    world.must(&void(1, 90));
    assert_eq!(world.refused(&dispatch(id, parcel)), "authorization_insufficient");
}

#[test]
fn a_delivery_told_twice_is_one_delivery() {
    let (mut world, id, parcel) = planned();
    world.must(&PackShipment { shipment: parcel });
    world.must(&dispatch(id, parcel));
    assert_eq!(world.must(&arrived(id, parcel)), 2);
    assert_eq!(world.must(&arrived(id, parcel)), 0);
    assert_eq!(world.must(&RecordDelivery { delivered_at: instant(700), ..arrived(id, parcel) }), 0);
    assert_eq!(world.order(id).fulfillment_status(), FulfillmentStatus::Delivered);
    world.assert_whole();
}

#[test]
fn a_parcel_that_arrived_has_left() {
    let (mut world, id, parcel) = planned();
    let before = world.log.len();
    world.must(&arrived(id, parcel));
    assert_eq!(
        world.names_since(before),
        ["shipment.dispatched", "stock_item.dispatched", "order.lines_shipped", "shipment.delivered", "order.lines_delivered"]
    );
    world.capture_all(id);
    world.must(&CompleteOrder { order: id });
    world.assert_settled();
}

#[test]
fn the_arrival_of_a_canceled_parcel_is_an_anomaly() {
    let (mut world, id, parcel) = planned();
    world.must(&cancel(id));
    let before = (world.stock("berlin", "A").on_hand(), world.log.len());
    world.must(&arrived(id, parcel));
    assert_eq!(world.names_since(before.1), ["shipment.anomaly_detected", "stock_item.reserved", "stock_item.dispatched"]);
    let stock = world.stock("berlin", "A");
    assert_eq!((stock.on_hand(), stock.reserved()), (before.0 - 2, 0), "what arrived is not on the shelf");
    assert_eq!(world.must(&arrived(id, parcel)), 0);
    assert_eq!(world.must(&RecordDelivery { delivered_at: instant(700), ..arrived(id, parcel) }), 0, "it left once");
    assert_eq!(the(&world).anomalies().map(|(code, _)| code.to_owned()).collect::<Vec<_>>(), [DELIVERED_AFTER_CANCEL]);
    assert_eq!(the(&world).status(), ShipmentStatus::Canceled);
    assert_eq!(world.refused(&PackShipment { shipment: parcel }), "wrong_shipment_status");
    world.assert_whole();
}

#[test]
fn what_others_hold_by_now_is_not_taken_from_them_by_a_canceled_parcel_that_arrived() {
    let (mut world, id, parcel) = planned();
    world.must(&cancel(id));
    let on_hand = world.stock("berlin", "A").on_hand();
    world.allocated(2, &[("A", u32::try_from(on_hand).unwrap(), 100)]);
    assert_eq!(world.must(&arrived(id, parcel)), 1, "the contradiction alone: a count will find it");
    assert_eq!(world.stock("berlin", "A").on_hand(), on_hand);
    world.assert_whole();
}

#[test]
fn a_parcel_that_arrived_without_a_dispatch_left_with_the_carrier_that_says_so() {
    let (mut world, id, parcel) = planned();
    let carrier = Some(CarrierBooking { carrier: "dhl".to_owned(), tracking: "00340".to_owned() });
    world.must(&RecordDelivery { carrier: carrier.clone(), ..arrived(id, parcel) });
    assert_eq!(the(&world).carrier().cloned(), carrier);
}

#[test]
fn events_of_a_shipment_stay_in_order_with_its_order() {
    let event = ShipmentEvent::from(ShipmentPacked { order: order(1) });
    assert_eq!(<Shipment as decider::EventSourced>::partition_key("some shipment", &event), order(1).to_string());
}

#[test]
fn people_say_that_a_parcel_arrived_once_it_left() {
    let mut world = World::with_stock(&[("berlin", "A", 5)]);
    let id = world.confirmed(1, &[("A", 1, 100)]);
    let deliver = DeliverShipment { shipment: shipment(1), order: id, delivered_at: Some(instant(90)), now: instant(100) };
    assert_eq!(world.refused(&deliver), "shipment_not_found");
    world.must(&PlanShipment { order: id, shipment: shipment(1), warehouse: warehouse("berlin") });
    assert_eq!(world.refused(&deliver), "wrong_shipment_status");
    world.must(&PackShipment { shipment: shipment(1) });
    assert_eq!(world.refused(&deliver), "wrong_shipment_status");
    world.must(&dispatch(id, shipment(1)));
    assert_eq!(world.must(&deliver), 2);
    assert_eq!(world.must(&deliver), 0);
    assert_eq!(world.must(&DeliverShipment { delivered_at: None, ..deliver.clone() }), 0, "it says nothing else");
    assert_eq!(world.refused(&DeliverShipment { delivered_at: Some(instant(91)), ..deliver }), "delivered_otherwise");
}
