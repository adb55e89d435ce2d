use proptest::prelude::*;

use super::{ORDERS, SKUS};

/// Something that somebody does, in any state.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Receive {
        warehouse: usize,
        sku: usize,
        document: u32,
        units: u32,
    },
    Place {
        order: u128,
        lines: Vec<(usize, u32, i64)>,
        pickup: Option<usize>,
        shipping: bool,
    },
    Allocate {
        order: u128,
    },
    Lapse {
        order: u128,
    },
    StartPayment {
        order: u128,
        attempt: u128,
    },
    Authorize {
        order: u128,
        attempt: u128,
        off_by: i64,
    },
    Decline {
        order: u128,
        attempt: u128,
    },
    Settle {
        order: u128,
        attempt: u128,
    },
    Confirm {
        order: u128,
    },
    Plan {
        order: u128,
        warehouse: usize,
        parcel: u128,
    },
    Pack {
        order: u128,
        parcel: u128,
    },
    Dispatch {
        order: u128,
        parcel: u128,
    },
    Deliver {
        order: u128,
        parcel: u128,
    },
    /// A carrier is asked.
    Request {
        order: u128,
        parcel: u128,
        call: u128,
    },
    /// It answers.
    Booked {
        order: u128,
        parcel: u128,
        call: u128,
        yes: bool,
    },
    /// It is told that it need not come.
    CalledOff {
        order: u128,
        parcel: u128,
        call: u128,
        yes: bool,
    },
    Capture {
        order: u128,
        attempt: u128,
        parcel: u128,
        call: u128,
        last: bool,
    },
    Captured {
        order: u128,
        attempt: u128,
        call: u128,
        off_by: i64,
    },
    CaptureFailed {
        order: u128,
        attempt: u128,
        call: u128,
    },
    Void {
        order: u128,
        attempt: u128,
        call: u128,
    },
    Voided {
        order: u128,
        attempt: u128,
        call: u128,
    },
    VoidFailed {
        order: u128,
        attempt: u128,
        call: u128,
    },
    Cancel {
        order: u128,
    },
    Finish {
        order: u128,
    },
    Complete {
        order: u128,
    },
    /// The next step of the order's life, whatever it is: so that random sequences get far.
    Advance {
        order: u128,
    },
}

/// Gateways seldom contradict what was asked for.
fn off_by() -> impl Strategy<Value = i64> {
    prop_oneof![20 => Just(0i64), 1 => Just(-1i64), 1 => Just(1i64)]
}

pub(super) fn any_act() -> impl Strategy<Value = Act> {
    let order = 1..=ORDERS;
    let (attempt, parcel, call) = (0..3u128, 0..3u128, 0..3u128);
    let lines = prop::collection::vec((0..SKUS.len(), 1..4u32, 0..500i64), 1..4);
    prop_oneof![
        3 => (0..2usize, 0..3usize, 0..4u32, 1..4u32).prop_map(|(warehouse, sku, document, units)| Act::Receive { warehouse, sku, document, units }),
        4 => (order.clone(), lines, prop::option::of(0..2usize), any::<bool>())
            .prop_map(|(order, lines, pickup, shipping)| Act::Place { order, lines, pickup, shipping }),
        4 => order.clone().prop_map(|order| Act::Allocate { order }),
        1 => order.clone().prop_map(|order| Act::Lapse { order }),
        4 => (order.clone(), attempt.clone()).prop_map(|(order, attempt)| Act::StartPayment { order, attempt }),
        4 => (order.clone(), attempt.clone(), off_by()).prop_map(|(order, attempt, off_by)| Act::Authorize { order, attempt, off_by }),
        1 => (order.clone(), attempt.clone()).prop_map(|(order, attempt)| Act::Decline { order, attempt }),
        4 => (order.clone(), attempt.clone()).prop_map(|(order, attempt)| Act::Settle { order, attempt }),
        4 => order.clone().prop_map(|order| Act::Confirm { order }),
        4 => (order.clone(), 0..2usize, parcel.clone()).prop_map(|(order, warehouse, parcel)| Act::Plan { order, warehouse, parcel }),
        4 => (order.clone(), parcel.clone()).prop_map(|(order, parcel)| Act::Pack { order, parcel }),
        4 => (order.clone(), parcel.clone()).prop_map(|(order, parcel)| Act::Dispatch { order, parcel }),
        3 => (order.clone(), parcel.clone()).prop_map(|(order, parcel)| Act::Deliver { order, parcel }),
        4 => (order.clone(), parcel.clone(), call.clone()).prop_map(|(order, parcel, call)| Act::Request { order, parcel, call }),
        3 => (order.clone(), parcel.clone(), call.clone(), any::<bool>())
            .prop_map(|(order, parcel, call, yes)| Act::Booked { order, parcel, call, yes }),
        2 => (order.clone(), parcel.clone(), call.clone(), any::<bool>())
            .prop_map(|(order, parcel, call, yes)| Act::CalledOff { order, parcel, call, yes }),
        4 => (order.clone(), attempt.clone(), parcel, call.clone(), any::<bool>())
            .prop_map(|(order, attempt, parcel, call, last)| Act::Capture { order, attempt, parcel, call, last }),
        3 => (order.clone(), attempt.clone(), call.clone(), off_by())
            .prop_map(|(order, attempt, call, off_by)| Act::Captured { order, attempt, call, off_by }),
        1 => (order.clone(), attempt.clone(), call.clone()).prop_map(|(order, attempt, call)| Act::CaptureFailed { order, attempt, call }),
        1 => (order.clone(), attempt.clone(), call.clone()).prop_map(|(order, attempt, call)| Act::Void { order, attempt, call }),
        1 => (order.clone(), attempt.clone(), call.clone()).prop_map(|(order, attempt, call)| Act::Voided { order, attempt, call }),
        1 => (order.clone(), attempt, call).prop_map(|(order, attempt, call)| Act::VoidFailed { order, attempt, call }),
        1 => order.clone().prop_map(|order| Act::Cancel { order }),
        2 => order.clone().prop_map(|order| Act::Finish { order }),
        3 => order.clone().prop_map(|order| Act::Complete { order }),
        60 => order.prop_map(|order| Act::Advance { order }),
    ]
}

/// What a gateway or a carrier tells, of any call or parcel at any time: also of calls that were never made.
pub(super) fn fact() -> impl Strategy<Value = Act> {
    let (order, nth) = (1..=ORDERS, 0..3u128);
    prop_oneof![
        (order.clone(), nth.clone(), off_by()).prop_map(|(order, attempt, off_by)| Act::Authorize { order, attempt, off_by }),
        (order.clone(), nth.clone()).prop_map(|(order, attempt)| Act::Decline { order, attempt }),
        (order.clone(), nth.clone(), nth.clone(), off_by()).prop_map(|(order, attempt, call, off_by)| Act::Captured {
            order,
            attempt,
            call,
            off_by
        }),
        (order.clone(), nth.clone(), nth.clone()).prop_map(|(order, attempt, call)| Act::CaptureFailed { order, attempt, call }),
        (order.clone(), nth.clone(), nth.clone()).prop_map(|(order, attempt, call)| Act::Voided { order, attempt, call }),
        (order.clone(), nth.clone(), nth.clone()).prop_map(|(order, attempt, call)| Act::VoidFailed { order, attempt, call }),
        (order.clone(), nth.clone(), nth.clone(), any::<bool>()).prop_map(|(order, parcel, call, yes)| Act::Booked {
            order,
            parcel,
            call,
            yes
        }),
        (order.clone(), nth.clone(), nth.clone(), any::<bool>()).prop_map(|(order, parcel, call, yes)| Act::CalledOff {
            order,
            parcel,
            call,
            yes
        }),
        (order, nth).prop_map(|(order, parcel)| Act::Deliver { order, parcel }),
    ]
}

/// An order's n-th attempt, parcel or call.
pub(super) fn nth(order: u128, n: u128) -> u128 {
    order * 100 + n
}
