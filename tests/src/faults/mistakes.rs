//! The checker checked: a true history with one thing changed, and the mistake that it must find. One test for each.

use super::checker::{Invocation, check};
use super::dice::Dice;
use super::history::Answer;
use super::honest::Honest;
use super::mistake::Mistake;
use super::shelves::Ask;

/// In many true histories nothing is found; after `plant` it is found in every one of them.
fn is_found(plant: impl Fn(&mut Honest, &mut Dice), expected: impl Fn(&Mistake) -> bool) {
    for seed in 0..20 {
        let mut honest = Honest::of(seed, 400);
        let (_, mistakes) = check(&honest.history, &honest.log);
        assert_eq!(mistakes, [], "seed {seed}: mistakes in a true history");
        plant(&mut honest, &mut Dice::of(seed, "mistakes"));
        let (_, mistakes) = check(&honest.history, &honest.log);
        assert!(mistakes.iter().any(&expected), "seed {seed}: not found among {mistakes:?}");
    }
}

/// One of the invocations with such an answer, of the later half, so that something went before.
fn one<'a>(honest: &'a mut Honest, dice: &mut Dice, such: impl Fn(&Invocation, &Answer) -> bool) -> &'a mut Invocation {
    let fits = |invocation: &Invocation| invocation.answered.as_ref().is_some_and(|(_, answer)| such(invocation, answer));
    let half = honest.history.len() / 2;
    let places: Vec<usize> = (half..honest.history.len()).filter(|place| fits(&honest.history[*place])).collect();
    assert!(!places.is_empty(), "no such answer in the history");
    let place = places[usize::try_from(dice.below(places.len() as u64)).unwrap()];
    &mut honest.history[place]
}

fn appended(_: &Invocation, answer: &Answer) -> bool {
    matches!(answer, Answer::Done { events: 1.., replayed: false, .. })
}

/// The place in the log of an event of an acknowledged command, in the later half.
fn acknowledged_event(honest: &mut Honest, dice: &mut Dice, least_events: usize) -> usize {
    let such = |_: &Invocation, answer: &Answer| matches!(answer, Answer::Done { events, replayed: false, .. } if *events >= least_events);
    let Some((_, Answer::Done { at, .. })) = one(honest, dice, such).answered else { unreachable!() };
    usize::try_from(at.position).unwrap() - 1
}

/// Numbers positions and sequences anew, as a log does that was made so from the beginning.
fn renumber(honest: &mut Honest) {
    let mut sequences = std::collections::HashMap::new();
    for (position, event) in (1..).zip(&mut honest.log.events) {
        event.position = position;
        let sequence = sequences.entry(event.stream.clone()).or_insert(0);
        *sequence += 1;
        event.sequence = *sequence;
    }
}

#[test]
fn an_acknowledged_event_that_is_missing_is_a_gap() {
    is_found(
        |honest, dice| {
            let place = acknowledged_event(honest, dice, 1).min(honest.log.events.len() - 2);
            honest.log.events.remove(place);
        },
        |mistake| matches!(mistake, Mistake::Positions { .. }),
    );
}

#[test]
fn an_acknowledged_command_that_is_missing_is_lost_though_no_gap_shows() {
    is_found(
        |honest, dice| {
            let place = acknowledged_event(honest, dice, 1);
            let of = honest.log.events[place].invocation;
            honest.log.events.retain(|event| event.invocation != of);
            renumber(honest);
        },
        |mistake| matches!(mistake, Mistake::Lost { .. }),
    );
}

#[test]
fn an_event_that_is_there_twice_is_doubled_though_no_gap_shows() {
    is_found(
        |honest, dice| {
            let place = acknowledged_event(honest, dice, 1);
            let mut twin = honest.log.events[place].clone();
            twin.event_id = uuid::Uuid::now_v7();
            honest.log.events.push(twin);
            renumber(honest);
        },
        |mistake| matches!(mistake, Mistake::Doubled { .. }),
    );
}

#[test]
fn half_an_append_is_found() {
    is_found(
        |honest, dice| {
            let place = acknowledged_event(honest, dice, 2);
            honest.log.events.remove(place);
            renumber(honest);
        },
        |mistake| matches!(mistake, Mistake::Half { .. }),
    );
}

#[test]
fn another_command_in_the_middle_of_an_append_is_found() {
    is_found(
        |honest, dice| {
            let last = acknowledged_event(honest, dice, 2);
            // On a stream that nothing else depends on.
            let mut stranger = honest.log.events[0].clone();
            stranger.stream = decider::StreamId::read("shelf", "stranger");
            honest.log.events.insert(last, stranger);
            renumber(honest);
        },
        |mistake| matches!(mistake, Mistake::Scattered { .. }),
    );
}

#[test]
fn swapped_positions_are_found() {
    is_found(
        |honest, dice| {
            let place = acknowledged_event(honest, dice, 1).min(honest.log.events.len() - 2);
            honest.log.events.swap(place, place + 1);
            renumber(honest);
            honest.log.events.iter_mut().for_each(|event| event.recorded_at = chrono::DateTime::UNIX_EPOCH);
        },
        |mistake| matches!(mistake, Mistake::AnsweredOtherwise { .. }),
    );
}

#[test]
fn a_sequence_that_is_given_twice_is_found() {
    is_found(
        |honest, dice| {
            let place = acknowledged_event(honest, dice, 1);
            honest.log.events[place].sequence -= 1;
        },
        |mistake| matches!(mistake, Mistake::Sequences { .. }),
    );
}

#[test]
fn a_clock_that_goes_back_is_found() {
    is_found(
        |honest, dice| {
            let place = acknowledged_event(honest, dice, 1);
            honest.log.events[place].recorded_at -= chrono::TimeDelta::seconds(5);
        },
        |mistake| matches!(mistake, Mistake::TimeWentBack { .. }),
    );
}

#[test]
fn an_event_of_nobody_is_found() {
    is_found(
        |honest, dice| {
            let place = acknowledged_event(honest, dice, 1);
            (honest.log.events[place].invocation, honest.log.events[place].command_id) = (uuid::Uuid::nil(), uuid::Uuid::nil());
        },
        |mistake| matches!(mistake, Mistake::NobodyAsked { .. }),
    );
}

#[test]
fn another_payload_than_what_was_decided_is_found() {
    is_found(
        |honest, dice| {
            let place = acknowledged_event(honest, dice, 1);
            let other = r#"{"shelf.received":{"units":77}}"#.to_owned();
            honest.log.events[place].payload = serde_json::value::RawValue::from_string(other).unwrap();
        },
        |mistake| matches!(mistake, Mistake::Otherwise { .. }),
    );
}

#[test]
fn a_refusal_that_is_not_true_is_found() {
    is_found(
        |honest, dice| {
            let refused = |_: &Invocation, answer: &Answer| matches!(answer, Answer::Refused { replayed: false, .. });
            let Some((_, Answer::Refused { document, .. })) = one(honest, dice, refused).answered.clone() else { unreachable!() };
            let look = one(honest, dice, |_, answer| matches!(answer, Answer::Looked { .. }));
            let Some((at_ns, Answer::Looked { at, .. })) = look.answered else { unreachable!() };
            look.ask = Ask::Receive { shelf: "never-used".to_owned(), units: 1 };
            look.answered = Some((at_ns, Answer::Refused { document, at, replayed: false }));
        },
        |mistake| matches!(mistake, Mistake::UntrueRefusal { .. }),
    );
}

#[test]
fn a_refusal_with_values_of_another_moment_is_found() {
    is_found(
        |honest, dice| {
            let short = |_: &Invocation, answer: &Answer| matches!(answer, Answer::Refused { document, replayed: false, .. } if document.code == "short");
            let refused = one(honest, dice, short);
            refused.key = None;
            let Some((_, Answer::Refused { document, .. })) = &mut refused.answered else { unreachable!() };
            document.details.insert("left".to_owned(), (-1).into());
        },
        |mistake| matches!(mistake, Mistake::UntrueRefusal { .. }),
    );
}

#[test]
fn a_stale_no_op_is_found() {
    is_found(
        |honest, dice| {
            // An accepted command answered as if nothing new had happened, and not stored.
            let place = acknowledged_event(honest, dice, 1);
            let of = honest.log.events[place].invocation;
            let before = honest.log.events.iter().filter(|event| event.invocation == of).map(|event| event.position).min().unwrap() - 1;
            let invocation = honest.history.iter_mut().find(|invocation| invocation.id == of).unwrap();
            let Some((_, Answer::Done { at, events, .. })) = &mut invocation.answered else { unreachable!() };
            (at.position, *events) = (before, 0);
        },
        |mistake| matches!(mistake, Mistake::UntrueNoOp { .. }),
    );
}

#[test]
fn a_read_of_another_moment_is_found() {
    is_found(
        |honest, dice| {
            let look = one(honest, dice, |_, answer| matches!(answer, Answer::Looked { .. }));
            let Some((_, Answer::Looked { shelf, .. })) = &mut look.answered else { unreachable!() };
            shelf.units += 1;
        },
        |mistake| matches!(mistake, Mistake::UntrueLook { .. }),
    );
}

#[test]
fn a_key_that_is_answered_differently_is_found() {
    is_found(
        |honest, dice| {
            let again = one(honest, dice, |_, answer| matches!(answer, Answer::Done { replayed: true, .. }));
            let Some((_, Answer::Done { at, .. })) = &mut again.answered else { unreachable!() };
            at.position -= 1;
        },
        |mistake| matches!(mistake, Mistake::TwoAnswers { .. }),
    );
}

#[test]
fn a_key_that_is_answered_twice_for_the_first_time_is_found() {
    is_found(
        |honest, dice| {
            let again = one(honest, dice, |_, answer| matches!(answer, Answer::Done { replayed: true, .. }));
            let Some((_, Answer::Done { replayed, .. })) = &mut again.answered else { unreachable!() };
            *replayed = false;
        },
        |mistake| matches!(mistake, Mistake::TwoFirstAnswers { .. }),
    );
}

#[test]
fn two_requests_under_one_key_are_found() {
    is_found(
        |honest, dice| {
            let again = one(honest, dice, |_, answer| matches!(answer, Answer::Done { replayed: true, .. }));
            again.ask = Ask::Receive { shelf: "other".to_owned(), units: 9 };
        },
        |mistake| matches!(mistake, Mistake::TwoRequests { .. }),
    );
}

#[test]
fn a_key_that_nobody_used_before_is_found() {
    is_found(
        |honest, dice| {
            let keyed = one(honest, dice, |invocation, answer| {
                invocation.key.is_some() && matches!(answer, Answer::Refused { replayed: false, .. })
            });
            keyed.key = Some("used by nobody".to_owned());
            keyed.answered = Some((keyed.at_ns + 1, Answer::KeyReused));
        },
        |mistake| matches!(mistake, Mistake::UntrueReuse { .. }),
    );
}

#[test]
fn an_answer_before_what_was_known_is_found() {
    is_found(
        |honest, dice| {
            // Its answer came before a question that took effect earlier in the log.
            let invocation = one(honest, dice, appended);
            invocation.at_ns /= 2;
            invocation.answered.as_mut().unwrap().0 = invocation.at_ns + 1;
        },
        |mistake| matches!(mistake, Mistake::BackInTime { .. }),
    );
}

#[test]
fn a_stale_read_is_found_though_it_was_true_once() {
    is_found(
        |honest, dice| {
            // The very first state of a shelf, shown long after.
            let look = one(honest, dice, |_, answer| matches!(answer, Answer::Looked { .. }));
            let Some((_, Answer::Looked { shelf, version, at })) = &mut look.answered else { unreachable!() };
            (*shelf, *version, at.position) = (super::shelves::Shelf::default(), 0, 0);
        },
        |mistake| matches!(mistake, Mistake::BackInTime { .. }),
    );
}

#[test]
fn a_command_that_was_turned_away_and_stored_is_found() {
    is_found(
        |honest, dice| {
            let invocation = one(honest, dice, |invocation, answer| invocation.key.is_none() && appended(invocation, answer));
            invocation.answered.as_mut().unwrap().1 = Answer::NotDone;
        },
        |mistake| matches!(mistake, Mistake::StoredAfterAll { .. }),
    );
}

#[test]
fn a_position_beyond_the_end_is_found() {
    is_found(
        |honest, dice| {
            let head = one(honest, dice, |_, answer| matches!(answer, Answer::Head { .. }));
            let Some((_, Answer::Head { at })) = &mut head.answered else { unreachable!() };
            at.position += 10_000;
        },
        |mistake| matches!(mistake, Mistake::BeyondTheEnd { .. }),
    );
}

#[test]
fn an_epoch_that_does_not_hold_the_position_is_found() {
    is_found(
        |honest, dice| {
            let invocation = one(honest, dice, appended);
            let Some((_, Answer::Done { at, .. })) = &mut invocation.answered else { unreachable!() };
            at.epoch = 2;
        },
        |mistake| matches!(mistake, Mistake::OtherEpoch { .. }),
    );
}

#[test]
fn taking_more_than_there_is_is_found() {
    is_found(
        |honest, dice| {
            let place = acknowledged_event(honest, dice, 1);
            let much = r#"{"shelf.taken":{"units":100000}}"#.to_owned();
            let event = &mut honest.log.events[place];
            (event.name, event.payload) = ("shelf.taken".to_owned(), serde_json::value::RawValue::from_string(much).unwrap());
        },
        |mistake| matches!(mistake, Mistake::Oversold { .. }),
    );
}
