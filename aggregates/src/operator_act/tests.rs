use super::*;
use crate::world::*;

#[test]
fn an_act_is_recorded_once() {
    let mut world = World::default();
    let rebuild = RequestRebuild { act: operation(1), projections: vec!["orders".to_owned()], reason: Some("new column".to_owned()) };
    assert_eq!(world.must(&rebuild), 1);
    assert_eq!(world.must(&rebuild), 0);
    let rollback = RequestRollback { act: operation(1), projection: "orders".to_owned(), reason: None };
    assert_eq!(world.refused(&rollback), "act_exists");
    assert_eq!(world.must(&RequestRollback { act: operation(2), ..rollback }), 1);
}
