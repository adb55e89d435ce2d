use crate::decisions::ending::{CancelOrder, CompleteOrder, FinishCancelation};
use crate::decisions::paying::SettleAuthorization;
use crate::decisions::placing::{ConfirmOrder, PlaceOrder};
use crate::decisions::shipping::{PlanShipment, RecordDelivery};
use crate::order::*;
use crate::payment::{CapturePayment, Payment};
use crate::product::Product;
use crate::shipment::{PackShipment, Shipment, ShipmentStatus};
use crate::status::FulfillmentStatus;
use crate::values::{LineNumber, Money, OrderId, ShipmentId, Tier};
use crate::world::*;

const TWO_LINES: &[(&str, u32, i64)] = &[("A", 2, 1000), ("B", 3, 333)];

fn well_stocked() -> World {
    World::with_stock(&[("berlin", "A", 10), ("berlin", "B", 10)])
}

fn delivered(id: OrderId, shipment: ShipmentId) -> RecordDelivery {
    RecordDelivery { shipment, order: id, delivered_at: instant(600), carrier: None }
}

#[test]
fn an_order_goes_from_placed_to_completed() {
    let mut world = well_stocked();
    let before = world.log.len();
    let id = world.confirmed(1, TWO_LINES);
    let shipment = world.send(id, 1, "berlin");
    world.must(&delivered(id, shipment));
    world.capture_all(id);
    world.must(&CompleteOrder { order: id });

    let order = world.order(id);
    assert_eq!(order.status(), OrderStatus::Completed);
    assert_eq!(order.captured(), Some(eur(2999 + 300 + 1100)));
    assert_eq!((order.charged(), order.due()), (order.captured(), order.captured()));
    assert_eq!(order.fulfillment_status(), FulfillmentStatus::Delivered);
    assert_eq!(
        world.names_since(before),
        [
            "order.placed",
            "stock_item.reserved",
            "stock_item.reserved",
            "order.stock_reserved",
            "order.payment_started",
            "payment.initiated",
            "payment.authorization_requested",
            "payment.authorized",
            "order.payment_authorized",
            "order.confirmed",
            "shipment.planned",
            "order.lines_released",
            "shipment.packed",
            "shipment.dispatched",
            "stock_item.dispatched",
            "stock_item.dispatched",
            "order.lines_shipped",
            "shipment.delivered",
            "order.lines_delivered",
            "payment.capture_requested",
            "payment.captured",
            "order.completed",
        ]
    );
    world.assert_settled();
}

#[test]
fn an_order_without_enough_stock_says_what_is_missing_and_ends_holding_nothing() {
    let mut world = World::with_stock(&[("berlin", "A", 10), ("berlin", "B", 2)]);
    let id = world.place(1, TWO_LINES);
    world.must(&allocate(id));
    assert_eq!(world.order(id).missing(), [MissingStock { sku: sku("B"), wanted: 3, available: 2 }]);
    assert_eq!(world.stock("berlin", "A").reserved(), 0);

    world.must(&CancelOrder { outcome: CancelationOutcome::Rejected, ..cancel(id) });
    world.must(&FinishCancelation { order: id });
    assert_eq!(world.order(id).status(), OrderStatus::Rejected);
    world.assert_settled();
}

#[test]
fn told_once_what_is_missing_an_order_is_not_told_again() {
    let mut world = World::with_stock(&[("berlin", "A", 1)]);
    let id = world.place(1, &[("A", 2, 100)]);
    assert_eq!(world.must(&allocate(id)), 1);
    assert_eq!(world.must(&allocate(id)), 0);
    world.must(&receive("berlin", "A", None, 1));
    assert_eq!(world.must(&allocate(id)), 2, "stock has come in the meantime");
}

#[test]
fn an_order_whose_payment_is_declined_ends_with_its_stock_given_back() {
    let mut world = well_stocked();
    let id = world.paying(1, TWO_LINES);
    world.must(&declined(1));
    world.must(&SettleAuthorization { order: id, payment: payment(1) });
    assert!(matches!(world.order(id).payments()[0].status, AttemptStatus::Declined { .. }));

    world.must(&CancelOrder { outcome: CancelationOutcome::Rejected, ..cancel(id) });
    assert_eq!(world.stock("berlin", "A").available(), 10);
    world.must(&FinishCancelation { order: id });
    assert_eq!(world.order(id).status(), OrderStatus::Rejected);
    world.assert_settled();
}

#[test]
fn canceling_an_authorized_order_ends_only_when_the_money_was_let_go_of() {
    let mut world = well_stocked();
    let id = world.confirmed(1, TWO_LINES);
    world.must(&cancel(id));
    assert_eq!(world.order(id).status(), OrderStatus::Canceling);
    assert_eq!(world.stock("berlin", "B").reserved(), 0);
    assert_eq!(world.refused(&FinishCancelation { order: id }), "money_held");

    world.must(&void(1, 90));
    assert_eq!(world.refused(&FinishCancelation { order: id }), "money_held", "the void has no outcome yet");
    world.must(&voided(1, 90));
    world.must(&SettleAuthorization { order: id, payment: payment(1) });
    world.must(&FinishCancelation { order: id });
    assert_eq!(world.order(id).status(), OrderStatus::Canceled);
    assert_eq!(world.order(id).due(), Some(eur(0)));
    world.assert_settled();
}

#[test]
fn canceling_takes_planned_and_packed_parcels_back() {
    let mut world = World::with_stock(&[("berlin", "A", 1), ("munich", "B", 1)]);
    let id = world.confirmed(1, &[("A", 1, 100), ("B", 1, 100)]);
    for (n, code) in [(1, "berlin"), (2, "munich")] {
        world.must(&PlanShipment { order: id, shipment: shipment(n), warehouse: warehouse(code) });
    }
    world.must(&PackShipment { shipment: shipment(2) });
    world.must(&cancel(id));

    assert_eq!(world.state::<Shipment>(&shipment(2).to_string()).status(), ShipmentStatus::Canceled);
    assert_eq!(world.stock("munich", "B").available(), 1);
    assert_eq!(world.refused(&dispatch(id, shipment(1))), "wrong_shipment_status");
    assert!(world.order(id).lines().all(|line| line.in_fulfillment() == 0 && line.canceled() == 1 && line.open() == 0));
    world.assert_whole();
}

#[test]
fn an_order_of_which_anything_has_left_cannot_be_canceled() {
    let mut world = World::with_stock(&[("berlin", "A", 1), ("munich", "B", 1)]);
    let id = world.confirmed(1, &[("A", 1, 100), ("B", 1, 100)]);
    world.send(id, 1, "berlin");
    assert_eq!(world.refused(&cancel(id)), "already_dispatched");
    world.assert_whole();
}

#[test]
fn canceled_twice_nothing_new_happened() {
    let mut world = well_stocked();
    let id = world.allocated(1, TWO_LINES);
    assert!(world.must(&cancel(id)) > 0);
    assert_eq!(world.must(&cancel(id)), 0);
    world.must(&FinishCancelation { order: id });
    assert_eq!(world.must(&FinishCancelation { order: id }), 0);
    assert_eq!(world.must(&cancel(id)), 0);
}

#[test]
fn each_parcel_charges_its_part_and_shipping_goes_with_the_first() {
    let mut world = World::with_stock(&[("berlin", "A", 2), ("munich", "A", 1)]);
    let id = world.confirmed(1, &[("A", 3, 333)]);
    world.send(id, 1, "berlin");
    assert_eq!(world.order(id).charged(), Some(eur(666 + 67 + 1100)));
    assert_ne!(world.order(id).charged(), world.order(id).due());
    assert_eq!(world.order(id).fulfillment_status(), FulfillmentStatus::PartiallyShipped);
    world.send(id, 2, "munich");

    let amounts: Vec<Money> = world.shares(id).into_iter().map(|(_, _, amount)| amount).collect();
    // 9.99 net, 1.00 tax: two units are 6.66 and 0.67, the third 3.33 and 0.33; shipping 10.00 and its tax 1.00.
    assert_eq!(amounts, [eur(666 + 67 + 1100), eur(333 + 33)]);
    world.capture_all(id);
    world.assert_settled();
}

#[test]
fn what_is_picked_up_has_arrived_when_it_leaves() {
    let mut world = World::with_stock(&[("berlin", "A", 2), ("munich", "A", 9)]);
    world.must(&PlaceOrder { delivery: Delivery::Pickup { warehouse: warehouse("munich") }, ..place(1, &[("A", 1, 500)]) });
    let id = order(1);
    world.must(&allocate(id));
    assert_eq!(world.stock("munich", "A").reserved(), 1, "an order that is picked up is served by its own warehouse");
    world.must(&start_payment(id, 1));
    world.authorize(1);
    world.must(&SettleAuthorization { order: id, payment: payment(1) });
    world.must(&ConfirmOrder { order: id });
    world.send(id, 1, "munich");
    assert_eq!(world.order(id).fulfillment_status(), FulfillmentStatus::Delivered);
    world.capture_all(id);
    world.must(&CompleteOrder { order: id });
    world.assert_settled();
}

#[test]
fn an_order_that_costs_nothing_is_confirmed_and_completed_without_a_payment() {
    let mut world = well_stocked();
    world.must(&PlaceOrder { shipping: eur(0), shipping_tax: eur(0), ..place(1, &[("A", 1, 0)]) });
    let id = order(1);
    world.must(&allocate(id));
    assert_eq!(world.refused(&start_payment(id, 1)), "nothing_outstanding");
    assert!(world.order(id).payments().is_empty());
    world.must(&ConfirmOrder { order: id });
    let parcel = world.send(id, 1, "berlin");
    world.must(&delivered(id, parcel));
    world.must(&CompleteOrder { order: id });
    assert_eq!(world.order(id).captured(), Some(eur(0)));
    world.assert_settled();
}

#[test]
fn an_order_is_completed_only_when_everything_arrived_and_is_paid() {
    let mut world = World::with_stock(&[("berlin", "A", 1), ("munich", "B", 1)]);
    let id = world.confirmed(1, &[("A", 1, 100), ("B", 1, 100)]);
    assert_eq!(world.refused(&CompleteOrder { order: id }), "open_quantity");
    let first = world.send(id, 1, "berlin");
    let second = world.send(id, 2, "munich");
    assert_eq!(world.refused(&CompleteOrder { order: id }), "not_delivered");
    world.must(&delivered(id, first));
    world.must(&delivered(id, second));
    assert_eq!(world.refused(&CompleteOrder { order: id }), "payment_unsettled");
    world.capture_all(id);
    world.must(&CompleteOrder { order: id });
    assert_eq!(world.must(&CompleteOrder { order: id }), 0);
    world.assert_settled();
}

#[test]
fn an_order_whose_capture_took_less_than_is_due_is_not_completed() {
    let mut world = well_stocked();
    let id = world.confirmed(1, TWO_LINES);
    let shipment = world.send(id, 1, "berlin");
    world.must(&delivered(id, shipment));
    let capture = CapturePayment { payment: payment(1), shipment, operation: operation(50), amount: eur(100), r#final: true };
    world.must(&capture);
    world.must(&captured(payment(1), operation(50), eur(100)));
    assert_eq!(world.refused(&CompleteOrder { order: id }), "payment_outstanding");
}

#[test]
fn a_unit_is_open_until_it_goes_into_a_parcel_or_is_canceled() {
    let mut world = World::with_stock(&[("berlin", "A", 1), ("munich", "A", 2)]);
    let id = world.confirmed(1, &[("A", 3, 100)]);
    let counts = |world: &World| {
        let order = world.order(id);
        let line = order.line(LineNumber::new(1)).unwrap();
        (line.open(), line.reserved(), line.in_fulfillment(), line.shipped(), line.charged())
    };
    assert_eq!(counts(&world), (3, 3, 0, 0, 0));
    world.must(&PlanShipment { order: id, shipment: shipment(1), warehouse: warehouse("munich") });
    assert_eq!(counts(&world), (1, 3, 2, 0, 0));
    world.must(&PackShipment { shipment: shipment(1) });
    world.must(&dispatch(id, shipment(1)));
    assert_eq!(counts(&world), (1, 1, 0, 2, 2));
}

#[test]
fn no_charge_without_a_reservation() {
    let mut world = well_stocked();
    let id = world.place(1, TWO_LINES);
    assert_eq!(world.refused(&start_payment(id, 1)), "stock_not_reserved");
    assert_eq!(world.refused(&ConfirmOrder { order: id }), "stock_not_reserved");
}

#[test]
fn an_order_is_not_confirmed_without_its_money() {
    let mut world = well_stocked();
    let id = world.paying(1, TWO_LINES);
    assert_eq!(world.refused(&ConfirmOrder { order: id }), "authorization_insufficient");
    world.authorize(1);
    assert_eq!(world.refused(&ConfirmOrder { order: id }), "authorization_insufficient", "the order does not count it yet");
    world.must(&SettleAuthorization { order: id, payment: payment(1) });
    world.must(&void(1, 90));
    assert_eq!(world.refused(&ConfirmOrder { order: id }), "authorization_insufficient", "a void is pending");
}

#[test]
fn there_is_one_live_attempt_to_pay() {
    let mut world = well_stocked();
    let id = world.paying(1, TWO_LINES);
    assert_eq!(world.must(&start_payment(id, 1)), 0);
    assert_eq!(world.refused(&start_payment(id, 2)), "payment_in_flight");
    world.must(&declined(1));
    world.must(&SettleAuthorization { order: id, payment: payment(1) });
    world.must(&start_payment(id, 2));
}

#[test]
fn after_five_declines_no_further_attempt_is_made() {
    let mut world = well_stocked();
    let id = world.allocated(1, TWO_LINES);
    for n in 1..=5 {
        world.must(&start_payment(id, n));
        world.must(&declined(n));
        world.must(&SettleAuthorization { order: id, payment: payment(n) });
    }
    assert_eq!(world.refused(&start_payment(id, 6)), "retry_limit_reached");
}

#[test]
fn an_attempt_without_an_outcome_cannot_be_settled() {
    let mut world = well_stocked();
    let id = world.paying(1, TWO_LINES);
    assert_eq!(world.refused(&SettleAuthorization { order: id, payment: payment(1) }), "payment_undecided");
    assert_eq!(world.refused(&SettleAuthorization { order: id, payment: payment(9) }), "payment_not_found");
    world.authorize(1);
    assert_eq!(world.must(&SettleAuthorization { order: id, payment: payment(1) }), 1);
    assert_eq!(world.must(&SettleAuthorization { order: id, payment: payment(1) }), 0);
}

#[test]
fn an_order_needs_a_line_a_known_customer_and_amounts_that_add_up() {
    let mut world = well_stocked();
    assert_eq!(world.refused(&place(1, &[])), "empty_order");
    assert_eq!(world.refused(&PlaceOrder { customer: customer(9), ..place(1, TWO_LINES) }), "customer_not_found");
    assert_eq!(world.refused(&PlaceOrder { expected_total: Some(eur(1)), ..place(1, TWO_LINES) }), "totals_mismatch");
    let mut wrong_net = place(1, TWO_LINES);
    wrong_net.lines[1].net = eur(1);
    assert_eq!(world.refused(&wrong_net), "totals_mismatch");
    let mut wrong_number = place(1, TWO_LINES);
    wrong_number.lines[1].line = LineNumber::new(1);
    assert_eq!(world.refused(&wrong_number), "line_numbers_invalid");
    let dollars = crate::values::Money::from_minor(100, "USD".parse().unwrap()).unwrap();
    assert_eq!(world.refused(&PlaceOrder { shipping: dollars, ..place(1, TWO_LINES) }), "currency_mismatch");
    let many: Vec<(&str, u32, i64)> = vec![("A", 1, 1); 501];
    assert_eq!(world.refused(&place(1, &many)), "too_many_lines");
}

#[test]
fn a_suspended_customer_may_not_order_and_what_was_ordered_goes_on() {
    let mut world = well_stocked();
    let id = world.place(1, TWO_LINES);
    world.must(&crate::customer::SuspendCustomer { customer: customer(1), reason: "fraud".to_owned() });
    assert_eq!(world.refused(&place(2, TWO_LINES)), "customer_inactive");
    assert_eq!(world.must(&place(1, TWO_LINES)), 0, "placed already");
    world.must(&allocate(id));
}

#[test]
fn a_price_by_the_list_is_the_customers_price_now() {
    let mut world = well_stocked();
    let silver = PlaceOrder { priced_for: Some(Tier::Silver), ..place(1, TWO_LINES) };
    assert_eq!(world.refused(&silver), "quote_stale");
    let other_total = PlaceOrder { priced_for: Some(Tier::Bronze), expected_total: Some(eur(1)), ..place(1, TWO_LINES) };
    assert_eq!(world.refused(&other_total), "quote_stale");
    world.must(&PlaceOrder { priced_for: Some(Tier::Bronze), expected_total: Some(eur(4399)), ..place(1, TWO_LINES) });
}

fn by_channel(n: u128, reference: &str) -> PlaceOrder {
    let channel_reference = Some(crate::values::ChannelReference::new("market", reference).unwrap());
    PlaceOrder { channel_reference, channel_claim: Some(format!("hash-{reference}")), ..place(n, TWO_LINES) }
}

#[test]
fn an_order_placed_twice_by_its_channel_is_placed_once() {
    let mut world = well_stocked();
    assert_eq!(world.must(&by_channel(1, "r-1")), 2);
    let later = PlaceOrder { order_number: "O-9".parse().unwrap(), placed_at: instant(9), ..by_channel(1, "r-1") };
    assert_eq!(world.must(&later), 0, "number and instant may be the edge's");
    world.assert_whole();
}

#[test]
fn an_order_at_list_prices_is_the_same_order_when_the_list_has_changed() {
    let mut world = well_stocked();
    let listed = PlaceOrder { priced_for: Some(Tier::Bronze), ..by_channel(1, "r-1") };
    world.must(&listed);
    let mut dearer = PlaceOrder { priced_for: Some(Tier::Gold), shipping: eur(9999), ..listed.clone() };
    dearer.lines.iter_mut().for_each(|line| line.unit_price = eur(1));
    assert_eq!(world.must(&dearer), 0);
    dearer.lines[0].quantity = 7.try_into().unwrap();
    assert_eq!(world.refused(&dearer), "duplicate_channel_reference");
}

#[test]
fn an_expected_total_is_in_the_orders_currency() {
    let mut world = well_stocked();
    let usd = Money::new(4399.into(), "USD".parse().unwrap()).unwrap();
    for priced_for in [None, Some(Tier::Bronze)] {
        assert_eq!(world.refused(&PlaceOrder { priced_for, expected_total: Some(usd), ..place(1, TWO_LINES) }), "currency_mismatch");
    }
}

#[test]
fn a_channel_reference_names_one_order_for_ever() {
    let mut world = well_stocked();
    world.must(&by_channel(1, "r-1"));
    assert_eq!(world.refused(&by_channel(2, "r-1")), "duplicate_channel_reference");
    let other_content = PlaceOrder { shipping: eur(0), ..by_channel(1, "r-1") };
    assert_eq!(world.refused(&other_content), "duplicate_channel_reference");
    world.must(&by_channel(2, "r-2"));
}

#[test]
fn another_order_under_the_same_id_is_refused() {
    let mut world = well_stocked();
    world.must(&place(1, TWO_LINES));
    assert_eq!(world.refused(&place(1, &[("A", 1, 1000)])), "order_exists");
}

#[test]
fn what_does_not_exist_is_not_found() {
    let mut world = well_stocked();
    let id = order(7);
    assert_eq!(world.refused(&allocate(id)), "order_not_found");
    assert_eq!(world.refused(&start_payment(id, 1)), "order_not_found");
    assert_eq!(world.refused(&SettleAuthorization { order: id, payment: payment(1) }), "order_not_found");
    assert_eq!(world.refused(&ConfirmOrder { order: id }), "order_not_found");
    assert_eq!(world.refused(&PlanShipment { order: id, shipment: shipment(1), warehouse: warehouse("berlin") }), "order_not_found");
    assert_eq!(world.refused(&cancel(id)), "order_not_found");
    assert_eq!(world.refused(&FinishCancelation { order: id }), "order_not_found");
    assert_eq!(world.refused(&CompleteOrder { order: id }), "order_not_found");
}

#[test]
fn an_order_that_is_being_undone_takes_no_stock_and_no_money() {
    let mut world = well_stocked();
    let id = world.place(1, TWO_LINES);
    world.must(&cancel(id));
    assert_eq!(world.refused(&allocate(id)), "wrong_order_status");
    assert_eq!(world.refused(&start_payment(id, 1)), "wrong_order_status");
    assert_eq!(world.refused(&ConfirmOrder { order: id }), "wrong_order_status");
    assert_eq!(world.refused(&CompleteOrder { order: id }), "wrong_order_status");
}

#[test]
fn allocated_confirmed_planned_packed_and_dispatched_twice_nothing_new_happened() {
    let mut world = well_stocked();
    let id = world.confirmed(1, TWO_LINES);
    let plan = PlanShipment { order: id, shipment: shipment(1), warehouse: warehouse("berlin") };
    assert_eq!(world.must(&allocate(id)), 0);
    assert_eq!(world.must(&ConfirmOrder { order: id }), 0);
    world.must(&plan);
    assert_eq!(world.must(&plan), 0);
    world.must(&PackShipment { shipment: shipment(1) });
    assert_eq!(world.must(&PackShipment { shipment: shipment(1) }), 0);
    world.must(&dispatch(id, shipment(1)));
    assert_eq!(world.must(&dispatch(id, shipment(1))), 0);
    assert_eq!(world.must(&plan), 0);
    assert_eq!(world.refused(&PlanShipment { shipment: shipment(2), ..plan.clone() }), "nothing_to_ship");
    assert_eq!(world.refused(&PlanShipment { warehouse: warehouse("munich"), ..plan }), "shipment_exists");
}

#[test]
fn a_state_survives_a_snapshot() {
    let mut world = World::with_stock(&[("berlin", "A", 2), ("munich", "A", 1), ("munich", "B", 2)]);
    let id = world.confirmed(1, &[("A", 3, 333), ("B", 1, 100)]);
    world.send(id, 1, "berlin");
    world.place(2, &[("A", 1, 100)]);
    world.must(&allocate(order(2)));
    world.must(&cancel(order(2)));
    let again = |json: String| serde_json::from_str::<Order>(&json).unwrap();
    for order in [world.order(id), world.order(order(2)), Order::default()] {
        assert_eq!(again(serde_json::to_string(&order).unwrap()), order);
    }
    let item = world.stock("munich", "B");
    assert_eq!(serde_json::from_str::<crate::stock_item::StockItem>(&serde_json::to_string(&item).unwrap()).unwrap(), item);
    let paid: Payment = world.state(&payment(1).to_string());
    assert_eq!(serde_json::from_str::<Payment>(&serde_json::to_string(&paid).unwrap()).unwrap(), paid);
    let product: Product = world.state("A");
    assert_eq!(serde_json::from_str::<Product>(&serde_json::to_string(&product).unwrap()).unwrap(), product);
}

// Bugs that others had, at the level where they happened.

#[test]
fn vendure_3065_the_last_unit_goes_to_one_buyer_and_the_other_is_not_charged() {
    let mut world = World::with_stock(&[("berlin", "A", 1)]);
    let (first, second) = (world.place(1, &[("A", 1, 100)]), world.place(2, &[("A", 1, 100)]));
    world.must(&allocate(first));
    world.must(&allocate(second));
    assert_eq!(world.order(first).fulfillment_status(), FulfillmentStatus::Reserved);
    assert_eq!(world.order(second).missing().len(), 1);
    assert_eq!(world.refused(&start_payment(second, 2)), "stock_not_reserved");
    world.assert_whole();
}

#[test]
fn vendure_1557_canceling_what_was_never_held_releases_nothing() {
    let mut world = well_stocked();
    let id = world.place(1, TWO_LINES);
    let before = world.log.len();
    world.must(&cancel(id));
    assert_eq!(world.names_since(before), ["order.cancelation_started"]);
    assert_eq!((world.stock("berlin", "A").on_hand(), world.stock("berlin", "A").reserved()), (10, 0));
}

#[test]
fn vendure_1558_units_that_were_shipped_are_not_canceled() {
    let mut world = well_stocked();
    let id = world.confirmed(1, TWO_LINES);
    world.send(id, 1, "berlin");
    assert_eq!(world.refused(&cancel(id)), "already_dispatched");
    assert!(world.order(id).lines().all(|line| line.canceled() == 0));
}

#[test]
fn medusa_13625_an_order_that_is_undone_gives_its_stock_back() {
    let mut world = well_stocked();
    let id = world.paying(1, TWO_LINES);
    world.must(&cancel(id));
    assert_eq!((world.stock("berlin", "A").available(), world.stock("berlin", "B").available()), (10, 10));
}

#[test]
fn medusa_12401_canceled_again_and_again_nothing_is_reserved_below_zero() {
    let mut world = World::with_stock(&[("berlin", "A", 3)]);
    for n in 1..=4 {
        let id = world.allocated(n, &[("A", 3, 100)]);
        world.must(&cancel(id));
        world.must(&cancel(id));
        assert_eq!((world.stock("berlin", "A").reserved(), world.stock("berlin", "A").available()), (0, 3));
    }
    world.assert_whole();
}

#[test]
fn vendure_3235_an_order_whose_payment_was_let_go_of_still_ends() {
    let mut world = well_stocked();
    let id = world.paying(1, TWO_LINES);
    world.must(&cancel(id));
    world.must(&void(1, 90));
    world.must(&voided(1, 90));
    world.must(&FinishCancelation { order: id });
    assert!(world.order(id).status().is_final());
    world.assert_settled();
}

#[test]
fn saleor_10925_a_late_notice_does_not_revive_an_order_that_is_being_undone() {
    let mut world = well_stocked();
    let id = world.paying(1, TWO_LINES);
    world.must(&cancel(id));
    world.authorize(1);
    world.must(&SettleAuthorization { order: id, payment: payment(1) });
    assert_eq!(world.order(id).status(), OrderStatus::Canceling);
    assert_eq!(world.refused(&ConfirmOrder { order: id }), "wrong_order_status");
    assert_eq!(world.refused(&FinishCancelation { order: id }), "money_held");
    world.must(&void(1, 90));
    world.must(&voided(1, 90));
    world.must(&FinishCancelation { order: id });
    world.assert_settled();
}

#[test]
fn vendure_3003_a_line_is_rounded_once_and_its_units_share_the_rest() {
    let mut world = World::with_stock(&[("berlin", "A", 1), ("munich", "A", 1), ("vienna", "A", 1)]);
    let id = world.confirmed(1, &[("A", 3, 15)]);
    for (n, code) in [(1, "berlin"), (2, "munich"), (3, "vienna")] {
        world.send(id, n, code);
    }
    // 0.45 net and 0.04 tax (0.045, half-even), not three times 0.02.
    assert_eq!(world.order(id).charged(), Some(eur(45 + 4 + 1100)));
    world.capture_all(id);
    world.assert_settled();
}

#[test]
fn what_a_command_creates_is_presumed_new_and_costs_no_read() {
    fn created(decision: &impl decider::Decision) -> Vec<String> {
        let needed = decision.streams(&decider::States::none());
        needed.iter().filter(|needed| needed.presumed_new).map(|needed| needed.stream.aggregate_type().to_owned()).collect()
    }
    assert_eq!(created(&place(1, &[("A", 1, 100)])), ["order"]);
    assert_eq!(created(&register(1)), ["customer", "claim"]);
    assert_eq!(created(&start_payment(order(1), 1)), ["payment"]);
    assert_eq!(created(&PlanShipment { order: order(1), shipment: shipment(1), warehouse: warehouse("berlin") }), ["shipment"]);
    assert_eq!(created(&receive("berlin", "A", Some("receipt-1"), 1)), ["claim"]);
}
