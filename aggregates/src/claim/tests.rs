use super::*;

fn claim(events: impl IntoIterator<Item = ClaimEvent>) -> Claim {
    let mut claim = Claim::default();
    events.into_iter().for_each(|event| claim.evolve(event));
    claim
}

fn taken(holder: &str, content: Option<&str>) -> ClaimTaken {
    ClaimTaken { holder: holder.to_owned(), content: content.map(str::to_owned) }
}

#[test]
fn what_nobody_holds_can_be_taken() {
    assert_eq!(claim([]).take("order-1", None), Ok(Some(taken("order-1", None))));
}

#[test]
fn taken_twice_by_the_same_holder_nothing_new_happened() {
    assert_eq!(claim([taken("order-1", Some("10")).into()]).take("order-1", Some("10".to_owned())), Ok(None));
}

#[test]
fn what_another_holds_cannot_be_taken() {
    let held = Held { holder: "order-1".to_owned() };
    assert_eq!(claim([taken("order-1", None).into()]).take("order-2", None), Err(held));
}

#[test]
fn the_same_holder_cannot_claim_it_with_another_content() {
    let held = Held { holder: "stock_item-berlin/A".to_owned() };
    assert_eq!(claim([taken("stock_item-berlin/A", Some("10")).into()]).take("stock_item-berlin/A", Some("11".to_owned())), Err(held));
}

#[test]
fn what_was_given_up_is_free_again() {
    let claim = claim([taken("order-1", None).into(), ClaimReleased {}.into()]);
    assert_eq!(claim.holder(), None);
    assert_eq!(claim.take("order-2", None), Ok(Some(taken("order-2", None))));
}
