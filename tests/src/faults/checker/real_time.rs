//! Whether the order of places keeps to real time: what was asked after another was answered comes behind it.

use crate::faults::checker::Invocation;
use crate::faults::checker::commands::{Command, known};
use crate::faults::mistake::Mistake;

pub(super) fn check(commands: &[Command<'_>], history: &[Invocation], mistakes: &mut Vec<Mistake>) {
    // What was known when: each answer's time and position, positions never falling.
    let mut answers: Vec<(u64, i64)> =
        history.iter().filter_map(|invocation| Some((invocation.answered.as_ref()?.0, known(invocation)?.position))).collect();
    answers.sort_unstable();
    let mut highest = 0;
    for (_, position) in &mut answers {
        highest = highest.max(*position);
        *position = highest;
    }
    for command in commands {
        let Some(place) = place_of(command) else { continue };
        let asked_at = command.invocations[0].at_ns;
        let before = answers.partition_point(|(answered_at, _)| *answered_at < asked_at);
        let known = before.checked_sub(1).map_or(0, |last| answers[last].1);
        if place < known {
            mistakes.push(Mistake::BackInTime { command: command.name.clone(), known, position: place });
        }
    }
}

/// How much of the log precedes it: for what was stored, everything before its first event.
fn place_of(command: &Command<'_>) -> Option<i64> {
    match command.events.first() {
        Some(first) => Some(first.position - 1),
        None => command.first_known().map(|known| known.position),
    }
}
