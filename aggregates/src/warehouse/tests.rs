use super::*;
use crate::decisions::stocking::CloseWarehouse;
use crate::values::{StockItemId, WarehouseCode};
use crate::world::*;

fn open() -> OpenWarehouse {
    OpenWarehouse { warehouse: warehouse("berlin"), name: "Berlin".to_owned(), priority: 1 }
}

fn opened() -> World {
    let mut world = World::default();
    world.must(&open());
    world
}

fn close(code: &WarehouseCode, items: &[&str]) -> CloseWarehouse {
    let item = |text: &&str| StockItemId { warehouse: code.clone(), sku: sku(text) };
    CloseWarehouse { warehouse: code.clone(), items: items.iter().map(item).collect() }
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
    assert_eq!(world.must(&close(&code, &[])), 1);
    assert_eq!(world.must(&close(&code, &[])), 0);
    assert_eq!(world.refused(&EndMaintenance { warehouse: code.clone() }), "warehouse_not_open");
    assert_eq!(world.refused(&StartMaintenance { warehouse: code }), "warehouse_not_open");
    assert_eq!(world.refused(&close(&warehouse("paris"), &[])), "warehouse_not_found");
}

#[test]
fn a_warehouse_in_which_something_lies_is_not_closed() {
    let mut world = World::with_stock(&[("berlin", "A", 2)]);
    let berlin = warehouse("berlin");
    assert_eq!(world.refused(&close(&berlin, &["A"])), "warehouse_not_empty");
    let id = world.confirmed(1, &[("A", 2, 1000)]);
    assert_eq!(world.refused(&close(&berlin, &["A"])), "warehouse_not_empty", "a parcel is still to leave");
    world.send(id, 1, "berlin");
    assert_eq!(world.must(&close(&berlin, &["A"])), 1, "it has left");
    assert_eq!(world.must(&close(&berlin, &["A"])), 0);
}

#[test]
fn a_closed_warehouse_takes_nothing_in_and_what_it_took_in_before_is_no_news() {
    let mut world = World::with_stock(&[("berlin", "A", 1)]);
    world.must(&receive("munich", "A", Some("DN-1"), 1));
    let id = world.confirmed(1, &[("A", 2, 1000)]);
    world.send(id, 1, "berlin");
    world.send(id, 2, "munich");
    world.must(&close(&warehouse("munich"), &["A"]));
    assert_eq!(world.refused(&receive("munich", "A", Some("DN-2"), 1)), "warehouse_closed");
    assert_eq!(world.refused(&receive("munich", "A", None, 1)), "warehouse_closed");
    assert_eq!(world.must(&receive("munich", "A", Some("DN-1"), 1)), 0);
}
