//! What was acknowledged is in the log, what was turned away is not, and what was answered is where it was answered to be.

use crate::faults::checker::answers::told;
use crate::faults::checker::commands::Command;
use crate::faults::history::Answer;
use crate::faults::mistake::Mistake;

pub(super) fn check(commands: &[Command<'_>], mistakes: &mut Vec<Mistake>) {
    for command in commands {
        match command.first_known() {
            Some(known) => as_answered(command, known.answer, mistakes),
            None => turned_away(command, mistakes),
        }
    }
}

fn as_answered(command: &Command<'_>, answer: &Answer, mistakes: &mut Vec<Mistake>) {
    let (wrote, version, position) = match answer {
        Answer::Done { events, version, at, .. } => (*events, *version, at.position),
        Answer::Refused { at, .. } | Answer::Looked { at, .. } | Answer::Head { at } => (0, 0, at.position),
        Answer::KeyReused | Answer::NotDone | Answer::Unknown(_) | Answer::Failed(_) => return,
    };
    let (name, found) = (command.name.clone(), command.events.len());
    match (wrote, command.events.last()) {
        (0, None) => {}
        (0, Some(event)) => mistakes.push(Mistake::StoredAfterAll { command: name, answered: told(answer), position: event.position }),
        (_, None) => mistakes.push(Mistake::Lost { command: name }),
        (_, Some(last)) => {
            let own = own_version(command);
            if (found, own, last.position) != (wrote, version, position) {
                let stored = format!("{found} events, version {own}, at {}", last.position);
                mistakes.push(Mistake::AnsweredOtherwise { command: name, answered: told(answer), stored });
            }
        }
    }
}

/// The version of its own stream, which is the one that it wrote first.
fn own_version(command: &Command<'_>) -> i64 {
    let own = command.events.first().map(|event| &event.stream);
    command.events.iter().filter(|event| Some(&event.stream) == own).map(|event| event.sequence).max().unwrap_or_default()
}

/// Turned away at the door, without anybody else asking under its key: it must not be there.
fn turned_away(command: &Command<'_>, mistakes: &mut Vec<Mistake>) {
    let all_away = command.invocations.iter().all(|invocation| matches!(invocation.answered, Some((_, Answer::NotDone))));
    if let (true, Some(event)) = (all_away, command.events.first()) {
        let answered = told(&Answer::NotDone);
        mistakes.push(Mistake::StoredAfterAll { command: command.name.clone(), answered, position: event.position });
    }
}
