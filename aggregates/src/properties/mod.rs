//! What holds after any sequence of commands, facts and their repetitions over a small world; and that every order still ends, clean.

mod act;
mod asked;
mod driving;
mod extremes;
mod mostly;

use proptest::prelude::*;

use self::act::{Act, any_act, fact, nth};
use self::mostly::mostly_clean;
use crate::claim::Claim;
use crate::customer::Customer;
use crate::order::Order;
use crate::payment::{Payment, UNKNOWN_OPERATION};
use crate::product::Product;
use crate::shipment::Shipment;
use crate::stock_item::StockItem;
use crate::warehouse::Warehouse;
use crate::world::*;

const ORDERS: u128 = 4;
const WAREHOUSES: [&str; 2] = ["berlin", "munich"];
const SKUS: [&str; 3] = ["A", "B", "C"];

fn stocked() -> World {
    World::with_stock(&[("berlin", "A", 3), ("munich", "A", 2), ("berlin", "B", 2), ("munich", "C", 3), ("munich", "B", 1)])
}

fn after(acts: Vec<Act>) -> World {
    let mut world = stocked();
    for act in acts {
        world.act(&act);
    }
    world
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    prop::collection::vec(any_act(), 1..80)
}

#[test]
fn after_any_acts_everything_holds_and_asked_twice_nothing_new_happens() {
    mostly_clean(400, acts(), |acts| {
        let world = after(acts);
        world.assert_whole();
        Ok(!world.any_needs_an_operator())
    });
}

#[test]
fn after_any_acts_every_order_still_ends_and_leaves_nothing_behind() {
    mostly_clean(400, acts(), |acts| {
        let mut world = after(acts);
        world.drive_to_the_end();
        world.assert_whole();
        let mut clean = true;
        for n in 1..=ORDERS {
            let order = world.order(order(n));
            let ended = !order.exists() || order.status().is_final();
            prop_assert!(ended || world.needs_an_operator(n), "order {n} is stuck: {order:#?}");
            clean &= ended && !world.needs_an_operator(n);
        }
        if clean {
            world.assert_settled();
        }
        Ok(clean)
    });
}

/// An allocation and a settlement have none of their own: where stock came in, or money was let go of, since, each is a new question.
fn has_identity(act: &Act) -> bool {
    !matches!(act, Act::Allocate { .. } | Act::Settle { .. })
}

/// Whether it tells of a call that was never made: that is an anomaly, and once the call is made the same words are its outcome.
fn comes_before_its_call(world: &World, act: &Act) -> bool {
    if let Act::CalledOff { order, parcel, call, .. } = *act {
        return !world.was_asked(order, parcel, call);
    }
    let (Act::Captured { order, attempt, .. }
    | Act::CaptureFailed { order, attempt, .. }
    | Act::Voided { order, attempt, .. }
    | Act::VoidFailed { order, attempt, .. }) = *act
    else {
        return false;
    };
    world.attempt(nth(order, attempt)).anomalies().any(|(code, _)| code == UNKNOWN_OPERATION)
}

#[test]
fn what_was_accepted_once_adds_nothing_when_it_comes_again_however_late() {
    mostly_clean(400, prop::collection::vec((any_act(), any::<prop::sample::Index>()), 1..80), |acts| {
        let (mut world, mut accepted) = (stocked(), Vec::new());
        for (act, earlier) in acts {
            match world.asked(&act).filter(|_| has_identity(&act)) {
                Some(asked) if world.ask(&*asked).is_ok() && !comes_before_its_call(&world, &act) => accepted.push((act, asked)),
                Some(_) => {}
                None => world.act(&act),
            }
            if !accepted.is_empty() {
                let (act, again) = &accepted[earlier.index(accepted.len())];
                let added = world.ask(&**again).unwrap_or(0);
                prop_assert_eq!(added, 0, "{:?} came again and added {:?}", act, &world.log[world.log.len() - added..]);
            }
        }
        world.assert_whole();
        Ok(!world.any_needs_an_operator())
    });
}

#[test]
fn a_command_that_another_overtakes_breaks_nothing() {
    mostly_clean(400, prop::collection::vec((any_act(), prop::option::of(any_act())), 1..60), |acts| {
        let mut world = stocked();
        for (act, overtaking) in acts {
            let both = (world.asked(&act), overtaking.and_then(|overtaking| world.asked(&overtaking)));
            match both {
                (Some(asked), Some(overtaking)) => world.ask_overtaken(&*asked, &*overtaking),
                (Some(_), None) | (None, _) => world.act(&act),
            }
        }
        world.drive_to_the_end();
        world.assert_whole();
        Ok(!world.any_needs_an_operator())
    });
}

#[test]
fn a_restart_from_snapshots_changes_nothing() {
    mostly_clean(200, prop::collection::vec((any_act(), any::<bool>()), 1..60), |acts| {
        let (mut restarted, mut steady) = (stocked(), stocked());
        for (act, restarts) in acts {
            if restarts {
                restarted.memory.restore_from_snapshots();
            }
            restarted.act(&act);
            steady.act(&act);
        }
        prop_assert_eq!(&restarted.log, &steady.log);
        follows_from_events(&restarted);
        follows_from_events(&steady);
        Ok(!steady.any_needs_an_operator())
    });
}

fn follows_from_events(world: &World) {
    let log = &world.memory;
    log.assert_follows_from_events::<Order>();
    log.assert_follows_from_events::<Payment>();
    log.assert_follows_from_events::<Shipment>();
    log.assert_follows_from_events::<StockItem>();
    log.assert_follows_from_events::<Customer>();
    log.assert_follows_from_events::<Product>();
    log.assert_follows_from_events::<Warehouse>();
    log.assert_follows_from_events::<Claim>();
}

#[test]
fn facts_are_accepted_in_every_state() {
    mostly_clean(400, (acts(), prop::collection::vec(fact(), 1..20)), |(acts, facts)| {
        let mut world = after(acts);
        let clean = !world.any_needs_an_operator();
        for fact in facts {
            let told = world.told(&fact).filter(|_| world.knows(&fact));
            if let Some(Err(refusal)) = told.map(|told| world.ask(&*told)) {
                return Err(TestCaseError::fail(format!("{fact:?} was refused: {refusal}")));
            }
        }
        world.assert_whole();
        Ok(clean)
    });
}
