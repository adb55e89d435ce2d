use super::*;
use crate::world::*;

fn draft() -> World {
    let mut world = World::default();
    world.must(&AddProduct { activate: false, weight_grams: None, prices: vec![], ..add_product("A") });
    world
}

fn the(world: &World) -> Product {
    world.state("A")
}

#[test]
fn a_product_is_added_with_everything_at_once() {
    let mut world = World::default();
    assert_eq!(world.must(&add_product("A")), 4);
    let product = the(&world);
    assert!(product.is_orderable() && product.is_shippable() && product.exists());
    assert_eq!((product.price_in(currency()), product.weight_grams()), (Some(eur(1999)), Some(250)));
    assert_eq!((product.name(), product.category()), (Some("Product A"), Some("Grocery")));
    assert_eq!(product.prices().collect::<Vec<_>>(), [eur(1999)]);
}

#[test]
fn added_twice_nothing_new_happened_even_after_its_price_changed() {
    let mut world = World::default();
    world.must(&add_product("A"));
    world.must(&PriceProduct { sku: sku("A"), price: eur(1) });
    world.must(&WeighProduct { sku: sku("A"), weight_grams: 1 });
    assert_eq!(world.must(&add_product("A")), 0);
}

#[test]
fn a_product_is_added_with_one_price_in_a_currency() {
    let mut world = World::default();
    assert_eq!(world.refused(&AddProduct { prices: vec![eur(1), eur(2)], ..add_product("A") }), "currency_given_twice");
    assert_eq!(world.refused(&AddProduct { prices: vec![eur(1), eur(1)], ..add_product("A") }), "currency_given_twice");
}

#[test]
fn a_sku_belongs_to_one_product() {
    let mut world = World::default();
    world.must(&add_product("A"));
    assert_eq!(world.refused(&AddProduct { name: "another".to_owned(), ..add_product("A") }), "sku_taken");
    assert_eq!(world.refused(&AddProduct { prices: vec![eur(1)], ..add_product("A") }), "sku_taken");
    assert_eq!(world.refused(&AddProduct { weight_grams: Some(1), ..add_product("A") }), "sku_taken");
}

#[test]
fn nothing_is_sold_for_nothing() {
    let mut world = draft();
    assert_eq!(world.refused(&PriceProduct { sku: sku("A"), price: eur(0) }), "price_not_positive");
    assert_eq!(world.refused(&AddProduct { prices: vec![eur(-1)], ..add_product("B") }), "price_not_positive");
}

#[test]
fn what_a_carrier_brings_needs_a_weight_before_it_can_be_ordered() {
    let mut world = draft();
    assert_eq!(world.refused(&ActivateProduct { sku: sku("A") }), "missing_weight");
    assert_eq!(world.refused(&AddProduct { weight_grams: None, ..add_product("B") }), "missing_weight");
    world.must(&WeighProduct { sku: sku("A"), weight_grams: 100 });
    world.must(&ActivateProduct { sku: sku("A") });
    assert!(the(&world).is_orderable());
    world.must(&AddProduct { weight_grams: None, shippable: false, ..add_product("C") });
}

#[test]
fn a_product_is_paused_activated_again_and_discontinued_for_ever() {
    let mut world = World::default();
    world.must(&add_product("A"));
    assert_eq!(world.must(&PauseProduct { sku: sku("A") }), 1);
    assert_eq!(world.must(&PauseProduct { sku: sku("A") }), 0);
    assert!(!the(&world).is_orderable());
    assert_eq!(world.must(&ActivateProduct { sku: sku("A") }), 1);
    assert_eq!(world.must(&ActivateProduct { sku: sku("A") }), 0);
    assert_eq!(world.must(&DiscontinueProduct { sku: sku("A") }), 1);
    assert_eq!(world.must(&DiscontinueProduct { sku: sku("A") }), 0);
    assert_eq!(world.refused(&ActivateProduct { sku: sku("A") }), "wrong_product_status");
    assert_eq!(world.refused(&PriceProduct { sku: sku("A"), price: eur(1) }), "wrong_product_status");
    assert_eq!(the(&world).status().as_str(), "discontinued");
}

#[test]
fn a_price_and_a_weight_given_twice_are_no_news() {
    let mut world = World::default();
    world.must(&add_product("A"));
    assert_eq!(world.must(&PriceProduct { sku: sku("A"), price: eur(1999) }), 0);
    assert_eq!(world.must(&WeighProduct { sku: sku("A"), weight_grams: 250 }), 0);
}

#[test]
fn a_draft_cannot_be_paused_and_what_was_never_added_is_not_found() {
    let mut world = draft();
    assert_eq!(world.refused(&PauseProduct { sku: sku("A") }), "wrong_product_status");
    assert_eq!(world.refused(&PauseProduct { sku: sku("Z") }), "product_not_found");
    assert_eq!(world.refused(&DiscontinueProduct { sku: sku("Z") }), "product_not_found");
}

fn describe(name: Option<&str>, shippable: Option<bool>) -> DescribeProduct {
    DescribeProduct { sku: sku("A"), name: name.map(str::to_owned), category: None, shippable }
}

#[test]
fn what_a_draft_is_can_be_put_right_and_what_was_not_said_stays() {
    let mut world = draft();
    assert_eq!(world.must(&describe(Some("Kettle"), None)), 1);
    assert_eq!((the(&world).name(), the(&world).category(), the(&world).is_shippable()), (Some("Kettle"), Some("Grocery"), true));
    assert_eq!(world.must(&describe(Some("Kettle"), Some(true))), 0, "it is no news");
    assert_eq!(world.must(&describe(None, Some(false))), 1);
    assert_eq!((the(&world).name(), the(&world).is_shippable()), (Some("Kettle"), false));
    world.must(&ActivateProduct { sku: sku("A") });
    assert_eq!(world.refused(&describe(Some("Teapot"), None)), "wrong_product_status");
    world.must(&PauseProduct { sku: sku("A") });
    assert_eq!(world.refused(&describe(Some("Teapot"), None)), "wrong_product_status");
    assert_eq!(world.refused(&DescribeProduct { sku: sku("Z"), ..describe(None, None) }), "product_not_found");
}

#[test]
fn added_again_after_it_was_described_it_is_the_same_product() {
    let mut world = draft();
    world.must(&describe(Some("Kettle"), Some(false)));
    let as_it_was = AddProduct { activate: false, weight_grams: None, prices: vec![], ..add_product("A") };
    assert_eq!(world.must(&as_it_was), 0);
    assert_eq!(world.refused(&AddProduct { name: "Kettle".to_owned(), ..as_it_was }), "sku_taken");
}

#[test]
fn a_draft_that_turns_out_to_be_sent_needs_a_weight_before_it_is_orderable() {
    let mut world = draft();
    world.must(&describe(None, Some(false)));
    world.must(&describe(None, Some(true)));
    assert_eq!(world.refused(&ActivateProduct { sku: sku("A") }), "missing_weight");
}
