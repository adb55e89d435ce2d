use super::*;
use crate::world::*;

fn refusal(n: u128) -> RecordRefusal {
    let (step, code, message) = ("confirm_order".to_owned(), "stock_not_reserved".to_owned(), "2 units are not reserved".to_owned());
    RecordRefusal { order: order(1), command_id: operation(n), step, code, message }
}

fn park(cause: &str) -> ParkProcess {
    ParkProcess { order: order(1), step: "confirm_order".to_owned(), subject: None, cause: cause.to_owned() }
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

#[test]
fn steps_are_parked_one_by_one_and_resumed_together() {
    let mut world = World::default();
    let plan = |code: &str| ParkProcess { step: "plan_shipment".to_owned(), subject: Some(code.to_owned()), ..park("refused three times") };
    assert_eq!(world.must(&plan("berlin")), 1);
    assert_eq!(world.must(&plan("munich")), 1);
    assert_eq!(world.must(&plan("berlin")), 0);
    world.must(&resume());
    assert_eq!(world.refused(&resume()), "not_parked");
}

#[test]
fn a_park_is_stored_with_its_subject_and_one_without_as_it_always_was() {
    let stored = |subject: Option<&str>| {
        let (step, cause) = ("plan_shipment".to_owned(), "no".to_owned());
        serde_json::to_string(&ProcessEvent::from(ProcessParked { step, subject: subject.map(str::to_owned), cause })).unwrap()
    };
    assert_eq!(stored(None), r#"{"process.parked":{"step":"plan_shipment","cause":"no"}}"#);
    assert_eq!(stored(Some("berlin")), r#"{"process.parked":{"step":"plan_shipment","subject":"berlin","cause":"no"}}"#);
    for text in [stored(None), stored(Some("berlin"))] {
        assert_eq!(serde_json::to_string(&serde_json::from_str::<ProcessEvent>(&text).unwrap()).unwrap(), text);
    }
}

#[test]
fn a_deadline_passes_once() {
    let mut world = World::default();
    let deadline = DeadlinePassed { which: "reservation".to_owned(), subject: String::new(), due_at: instant(1800) };
    assert_eq!(world.must(&PassDeadline { order: order(1), deadline: deadline.clone() }), 1);
    assert_eq!(world.must(&PassDeadline { order: order(1), deadline: deadline.clone() }), 0);
    let later = DeadlinePassed { due_at: instant(3600), ..deadline };
    assert_eq!(world.must(&PassDeadline { order: order(1), deadline: later }), 1);
}
