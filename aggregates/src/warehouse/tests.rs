use super::*;
use crate::world::*;

fn open() -> OpenWarehouse {
    OpenWarehouse { warehouse: warehouse("berlin"), name: "Berlin".to_owned(), priority: 1 }
}

fn opened() -> World {
    let mut world = World::default();
    world.must(&open());
    world
}

#[test]
fn opened_twice_nothing_new_happened() {
    let mut world = opened();
    assert_eq!(world.must(&open()), 0);
    assert_eq!(world.refused(&OpenWarehouse { priority: 2, ..open() }), "warehouse_exists");
    let berlin: Warehouse = world.state("berlin");
    assert_eq!((berlin.name(), berlin.priority(), berlin.status()), (Some("Berlin"), Some(1), WarehouseStatus::Open));
}

#[test]
fn a_warehouse_goes_into_maintenance_and_back() {
    let mut world = opened();
    let code = warehouse("berlin");
    assert_eq!(world.must(&EndMaintenance { warehouse: code.clone() }), 0);
    assert_eq!(world.must(&StartMaintenance { warehouse: code.clone() }), 1);
    assert_eq!(world.must(&StartMaintenance { warehouse: code.clone() }), 0);
    assert_eq!(world.state::<Warehouse>("berlin").status().as_str(), "maintenance");
    assert_eq!(world.must(&EndMaintenance { warehouse: code }), 1);
}

#[test]
fn closed_is_for_ever() {
    let mut world = opened();
    let code = warehouse("berlin");
    assert_eq!(world.must(&CloseWarehouse { warehouse: code.clone() }), 1);
    assert_eq!(world.must(&CloseWarehouse { warehouse: code.clone() }), 0);
    assert_eq!(world.refused(&EndMaintenance { warehouse: code.clone() }), "warehouse_not_open");
    assert_eq!(world.refused(&StartMaintenance { warehouse: code }), "warehouse_not_open");
    assert_eq!(world.refused(&CloseWarehouse { warehouse: warehouse("paris") }), "warehouse_not_found");
}
