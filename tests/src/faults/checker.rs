//! Proves that one total order explains every answer: the event log itself.
//!
//! In: what each client wrote down (asked at, answered at, what, under which key, with which answer), and the log as it stands in the end. Every command gets
//! its place in the log: its events, or the position that it was answered. Then
//! - the log is well formed: positions, sequences, time (`assert_well_formed`);
//! - each command is there as a whole, once if it was acknowledged, at most once if nobody knows (`storage`);
//! - the same key has one answer (`answers`);
//! - at its place every answer is true: what was stored is exactly what the command decides on the states there, refusals and no-ops are what it decides there,
//!   and reads saw what is there (`truth`);
//! - the order of places keeps to real time: what was asked after another was answered comes behind it (`real_time`).
//!
//! The last two together are linearizability, with the witness at hand: no search is needed.

mod answers;
mod commands;
mod log_shape;
mod real_time;
mod storage;
mod truth;

use std::path::Path;

use uuid::Uuid;

use super::history::{Answer, Line, lines};
use super::log::EventLog;
use super::mistake::Mistake;
use super::shelves::Ask;

/// One question of a client, with its answer if there was one.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    pub(crate) id: Uuid,
    pub(crate) at_ns: u64,
    pub(crate) ask: Ask,
    pub(crate) key: Option<String>,
    pub(crate) answered: Option<(u64, Answer)>,
}

/// What was checked, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) events: usize,
    pub(crate) asked: usize,
    pub(crate) appended: usize,
    pub(crate) unchanged: usize,
    pub(crate) refused: usize,
    pub(crate) read: usize,
    pub(crate) replayed: usize,
    pub(crate) reused: usize,
    pub(crate) unknown: usize,
    pub(crate) unknown_stored: usize,
}

/// The invocations in all client logs of a folder.
pub(crate) fn read_histories(folder: &Path) -> Vec<Invocation> {
    let files = std::fs::read_dir(folder).expect("the clients' folder can be read").map(|entry| entry.expect("an entry").path());
    files.flat_map(|file| pair(lines(&file))).collect()
}

fn pair(lines: Vec<Line>) -> Vec<Invocation> {
    let mut invocations: std::collections::HashMap<Uuid, Invocation> = std::collections::HashMap::new();
    for line in lines {
        match line {
            Line::Invoked { id, at_ns, ask, key } => drop(invocations.insert(id, Invocation { id, at_ns, ask, key, answered: None })),
            Line::Answered { id, at_ns, answer } => {
                invocations.get_mut(&id).expect("a question is written down before its answer").answered = Some((at_ns, answer));
            }
        }
    }
    invocations.into_values().collect()
}

/// Everything that is wrong, nothing if all is well.
pub(crate) fn check(history: &[Invocation], log: &EventLog) -> (Figures, Vec<Mistake>) {
    let mut mistakes = log_shape::check(log);
    let commands = commands::gather(history, log, &mut mistakes);
    answers::check(&commands, log, &mut mistakes);
    storage::check(&commands, &mut mistakes);
    truth::check(&commands, log, &mut mistakes);
    real_time::check(&commands, history, &mut mistakes);
    (figures(history, &commands, log), mistakes)
}

/// As [`check`], for those who expect no mistakes.
pub(crate) fn assert_true(history: &[Invocation], log: &EventLog) -> Figures {
    let (figures, mistakes) = check(history, log);
    let failed: Vec<_> = history.iter().filter(|it| matches!(it.answered, Some((_, Answer::Failed(_))))).collect();
    assert!(failed.is_empty(), "{} questions failed, such as {:?}", failed.len(), failed[0]);
    let told: Vec<String> = mistakes.iter().take(20).map(ToString::to_string).collect();
    assert!(mistakes.is_empty(), "{} mistakes, {figures:?}:\n{}", mistakes.len(), told.join("\n"));
    figures
}

fn figures(history: &[Invocation], commands: &[commands::Command<'_>], log: &EventLog) -> Figures {
    let mut figures = Figures { events: log.events.len(), asked: history.len(), ..Figures::default() };
    for invocation in history {
        match invocation.answered.as_ref().map(|(_, answer)| answer) {
            Some(Answer::Done { replayed: true, .. } | Answer::Refused { replayed: true, .. }) => figures.replayed += 1,
            Some(Answer::Done { events: 0, .. }) => figures.unchanged += 1,
            Some(Answer::Done { .. }) => figures.appended += 1,
            Some(Answer::Refused { .. }) => figures.refused += 1,
            Some(Answer::Looked { .. } | Answer::Head { .. }) => figures.read += 1,
            Some(Answer::KeyReused) => figures.reused += 1,
            Some(Answer::NotDone | Answer::Unknown(_) | Answer::Failed(_)) | None => figures.unknown += 1,
        }
    }
    figures.unknown_stored = commands.iter().filter(|command| !command.events.is_empty() && command.first_known().is_none()).count();
    figures
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { events, asked, appended, unchanged, refused, read, replayed, reused, unknown, unknown_stored } = self;
        write!(
            f,
            "{asked} questions: {appended} appended ({events} events in the log), {refused} refused, {unchanged} no-ops, {read} reads, {replayed} replayed, \
             {reused} reused keys, {unknown} without a known outcome ({unknown_stored} commands of them stored)"
        )
    }
}
