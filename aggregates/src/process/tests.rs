use super::*;
use crate::world::*;

fn refusal(n: u128) -> RecordRefusal {
    let (step, code, message) = ("confirm_order".to_owned(), "stock_not_reserved".to_owned(), "2 units are not reserved".to_owned());
    RecordRefusal { order: order(1), command_id: operation(n), step, code, message }
}

fn park(cause: &str) -> ParkProcess {
    ParkProcess { order: order(1), step: "confirm_order".to_owned(), cause: cause.to_owned() }
}

fn resume() -> ResumeProcess {
    ResumeProcess { order: order(1), reason: "stock was counted".to_owned() }
}

#[test]
fn a_refusal_is_recorded_once_per_command() {
    let mut world = World::default();
    assert_eq!(world.must(&refusal(1)), 1);
    assert_eq!(world.must(&refusal(1)), 0);
    assert_eq!(world.must(&refusal(2)), 1);
    assert_eq!(world.state::<Process>(&order(1).to_string()).refusals(), 2);
}

#[test]
fn a_parked_process_waits_until_it_is_resumed() {
    let mut world = World::default();
    assert_eq!(world.refused(&resume()), "not_parked");
    assert_eq!(world.must(&park("refused three times")), 1);
    assert_eq!(world.must(&park("refused three times")), 0);
    assert_eq!(
        world.state::<Process>(&order(1).to_string()).parked().map(|parked| parked.cause.clone()),
        Some("refused three times".to_owned())
    );
    world.must(&resume());
    assert_eq!(world.state::<Process>(&order(1).to_string()).parked(), None);
    assert_eq!(world.refused(&resume()), "not_parked");
}
