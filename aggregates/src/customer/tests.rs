use super::*;
use crate::decisions::registering::RegisterCustomer;
use crate::values::{PersonName, Personal};
use crate::world::*;

fn the(world: &World) -> Customer {
    world.state(&customer(1).to_string())
}

#[test]
fn registered_twice_nothing_new_happened() {
    let mut world = World::default();
    assert_eq!(world.must(&register(1)), 2);
    assert_eq!(world.must(&register(1)), 0);
    assert!(the(&world).exists());
    assert_eq!(the(&world).channel_reference().map(|reference| reference.reference.clone()), Some("1".to_owned()));
}

#[test]
fn registered_again_with_other_data_is_refused() {
    let mut world = World::default();
    world.must(&register(1));
    assert_eq!(world.refused(&RegisterCustomer { tier: Tier::Gold, ..register(1) }), "customer_exists");
    assert_eq!(world.refused(&RegisterCustomer { phone: Some(sealed()), ..register(1) }), "customer_exists");
    assert_eq!(world.refused(&RegisterCustomer { email_claim: Some("other".to_owned()), ..register(1) }), "customer_exists");
}

#[test]
fn an_email_address_belongs_to_one_customer() {
    let mut world = World::default();
    world.must(&register(1));
    assert_eq!(world.refused(&RegisterCustomer { email_claim: Some("hash-1".to_owned()), ..register(2) }), "email_taken");
    world.must(&register(2));
}

#[test]
fn a_customer_without_an_email_address_claims_nothing() {
    let mut world = World::default();
    assert_eq!(world.must(&RegisterCustomer { email: None, email_claim: None, ..register(1) }), 1);
}

#[test]
fn a_customer_is_suspended_and_reinstated() {
    let mut world = World::default();
    world.must(&register(1));
    let suspend = SuspendCustomer { customer: customer(1), reason: "fraud".to_owned() };
    assert_eq!(world.must(&suspend), 1);
    assert_eq!(world.must(&suspend), 0);
    assert_eq!(the(&world).status().as_str(), "suspended");
    assert_eq!(world.must(&ReinstateCustomer { customer: customer(1) }), 1);
    assert_eq!(world.must(&ReinstateCustomer { customer: customer(1) }), 0);
    assert_eq!(world.must(&register(1)), 0);
}

#[test]
fn a_tier_given_twice_is_no_news() {
    let mut world = World::default();
    world.must(&register(1));
    assert_eq!(world.must(&ChangeTier { customer: customer(1), tier: Tier::Gold }), 1);
    assert_eq!(world.must(&ChangeTier { customer: customer(1), tier: Tier::Gold }), 0);
    assert_eq!(the(&world).tier(), Tier::Gold);
    assert_eq!(world.must(&register(1)), 0, "what was registered is compared, not what became of it");
}

#[test]
fn who_was_never_registered_is_not_found() {
    let mut world = World::default();
    assert_eq!(world.refused(&ReinstateCustomer { customer: customer(1) }), "customer_not_found");
    assert_eq!(world.refused(&ChangeTier { customer: customer(1), tier: Tier::Gold }), "customer_not_found");
}

#[test]
fn the_state_keeps_no_personal_data() {
    let mut world = World::default();
    let name: PersonName = "Ada Lovelace".parse().unwrap();
    world.must(&RegisterCustomer { name: Some(Personal::of(customer(1).to_string(), name)), ..register(1) });
    assert!(!serde_json::to_string(&the(&world)).unwrap().contains("Lovelace"));
}
