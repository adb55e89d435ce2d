use super::*;
use crate::world::*;

#[test]
fn an_act_is_recorded_once() {
    let mut world = World::default();
    let rebuild = RebuildRequested { projections: vec!["orders".to_owned()], reason: Some("new column".to_owned()) };
    let act = RecordAct { act: operation(1), what: rebuild.into() };
    assert_eq!(world.must(&act), 1);
    assert_eq!(world.must(&act), 0);
    let rollback = RollbackRequested { projection: "orders".to_owned(), reason: None };
    let other = RecordAct { act: operation(1), what: rollback.into() };
    assert_eq!(world.refused(&other), "act_exists");
    assert_eq!(world.must(&RecordAct { act: operation(2), ..other }), 1);
}

#[test]
fn a_discarded_letter_is_found_under_its_name() {
    assert!(OperatorActEvent::STORED.iter().any(|(name, _)| *name == LETTER_DISCARDED));
}
