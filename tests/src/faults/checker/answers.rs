//! The answers by themselves: one key, one answer, given once for the first time; positions that exist.

use crate::faults::checker::commands::{Command, Known};
use crate::faults::history::Answer;
use crate::faults::log::EventLog;
use crate::faults::mistake::Mistake;

pub(super) fn check(commands: &[Command<'_>], log: &EventLog, mistakes: &mut Vec<Mistake>) {
    for command in commands {
        let known = command.known();
        known.iter().for_each(|known| position_exists(command, known, log, mistakes));
        one_answer(command, &known, mistakes);
        reuse_is_true(command, &known, mistakes);
    }
}

fn position_exists(command: &Command<'_>, known: &Known<'_>, log: &EventLog, mistakes: &mut Vec<Mistake>) {
    let (name, position, head) = (command.name.clone(), known.position, i64::try_from(log.events.len()).unwrap_or(i64::MAX));
    if position > head {
        mistakes.push(Mistake::BeyondTheEnd { command: name, position, head });
        return;
    }
    // What changes nothing is answered in the present epoch, though the position may be of the epoch before.
    let expected = log.epoch_of(position);
    let wrote = matches!(known.answer, Answer::Done { events: 1.., .. });
    let fits = expected.is_none_or(|expected| known.epoch == expected || !wrote && known.epoch > expected);
    if !fits {
        mistakes.push(Mistake::OtherEpoch { command: name, position, epoch: known.epoch, expected });
    }
}

fn one_answer(command: &Command<'_>, known: &[Known<'_>], mistakes: &mut Vec<Mistake>) {
    let name = || command.name.clone();
    let Some(first) = known.first() else { return };
    for other in &known[1..] {
        if other.invocation.ask != first.invocation.ask {
            mistakes.push(Mistake::TwoRequests { command: name() });
        } else if told(other.answer) != told(first.answer) {
            mistakes.push(Mistake::TwoAnswers { command: name(), first: told(first.answer), second: told(other.answer) });
        }
    }
    if known.iter().filter(|known| !known.replayed).count() > 1 {
        mistakes.push(Mistake::TwoFirstAnswers { command: name() });
    }
}

/// Who is told that a key was used for another request: there must be another one.
fn reuse_is_true(command: &Command<'_>, known: &[Known<'_>], mistakes: &mut Vec<Mistake>) {
    for invocation in &command.invocations {
        let told = matches!(invocation.answered, Some((_, Answer::KeyReused)));
        let another = command.invocations.iter().any(|other| other.ask != invocation.ask);
        let was_it = known.iter().any(|known| known.invocation.ask == invocation.ask);
        if told && (!another || was_it) {
            mistakes.push(Mistake::UntrueReuse { command: command.name.clone() });
        }
    }
}

/// An answer without whether it was given before.
pub(super) fn told(answer: &Answer) -> String {
    match answer {
        Answer::Done { version, at, events, .. } => format!("{events} events, version {version}, at {at}"),
        Answer::Refused { document, at, .. } => format!("refused at {at}: {document} {:?}", document.details),
        Answer::Looked { shelf, version, at } => format!("{shelf:?} of version {version} at {at}"),
        Answer::Head { at } => format!("the head is {at}"),
        Answer::KeyReused => "the key was used for another request".to_owned(),
        Answer::NotDone => "not done".to_owned(),
        Answer::Unknown(why) | Answer::Failed(why) => format!("unknown: {why}"),
    }
}
