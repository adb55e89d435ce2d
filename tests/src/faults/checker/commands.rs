//! Which invocations are one command, and which events are its.

use std::collections::HashMap;

use event_store::ids;
use uuid::Uuid;

use crate::faults::checker::Invocation;
use crate::faults::history::{Answer, CALLER};
use crate::faults::log::{EventLog, Logged};
use crate::faults::mistake::Mistake;
use crate::faults::shelves::Ask;

/// One command: everything that was asked under one key, or a single question without one.
pub(super) struct Command<'a> {
    pub(super) name: String,
    pub(super) invocations: Vec<&'a Invocation>,
    /// Its events in the log, in order.
    pub(super) events: Vec<&'a Logged>,
}

/// An answer that binds: what was answered, where in the log, whether as an earlier answer given again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) invocation: &'a Invocation,
    pub(super) answer: &'a Answer,
    pub(super) epoch: i64,
    pub(super) position: i64,
    pub(super) replayed: bool,
}

pub(super) fn gather<'a>(history: &'a [Invocation], log: &'a EventLog, mistakes: &mut Vec<Mistake>) -> Vec<Command<'a>> {
    let mut commands: HashMap<Uuid, Command<'a>> = HashMap::new();
    for invocation in history {
        let command = commands.entry(identity(invocation)).or_insert_with(|| Command::of(invocation));
        command.invocations.push(invocation);
    }
    for event in &log.events {
        let id = if commands.contains_key(&event.command_id) { event.command_id } else { event.invocation };
        match commands.get_mut(&id) {
            Some(command) => command.events.push(event),
            None => mistakes.push(Mistake::NobodyAsked { position: event.position }),
        }
    }
    let mut commands: Vec<_> = commands.into_values().collect();
    commands.iter_mut().for_each(|command| command.invocations.sort_by_key(|invocation| invocation.at_ns));
    commands
}

/// The id that the log knows it by, or, without a key, the one that the client gave it.
fn identity(invocation: &Invocation) -> Uuid {
    match &invocation.key {
        Some(key) => ids::derive(&[CALLER, key]),
        None => invocation.id,
    }
}

impl<'a> Command<'a> {
    fn of(invocation: &Invocation) -> Self {
        let name = match &invocation.key {
            Some(key) => format!("key {key} ({:?})", invocation.ask),
            None => format!("{:?} ({})", invocation.ask, invocation.id),
        };
        Self { name, invocations: Vec::new(), events: Vec::new() }
    }

    /// The binding answers, in the order in which they came.
    pub(super) fn known(&self) -> Vec<Known<'a>> {
        let mut known: Vec<_> = self.invocations.iter().filter_map(|invocation| known(invocation)).collect();
        known.sort_by_key(|known| known.invocation.answered.as_ref().map(|(at, _)| *at));
        known
    }

    pub(super) fn first_known(&self) -> Option<Known<'a>> {
        self.known().first().copied()
    }

    pub(super) fn positions(&self) -> Vec<i64> {
        self.events.iter().map(|event| event.position).collect()
    }

    /// The requests that it may have been: under a used key, one of several. What was told that its key was used was not it.
    pub(super) fn requests(&self) -> Vec<&'a Ask> {
        let mut requests: Vec<&Ask> = Vec::new();
        let told = |invocation: &Invocation| matches!(invocation.answered, Some((_, Answer::KeyReused)));
        let turned_away: Vec<&Ask> = self.invocations.iter().filter(|it| told(it)).map(|it| &it.ask).collect();
        for invocation in &self.invocations {
            if !requests.contains(&&invocation.ask) && !turned_away.contains(&&invocation.ask) {
                requests.push(&invocation.ask);
            }
        }
        match self.first_known() {
            Some(known) => vec![&known.invocation.ask],
            None => requests,
        }
    }
}

pub(super) fn known(invocation: &Invocation) -> Option<Known<'_>> {
    let (_, answer) = invocation.answered.as_ref()?;
    let (at, replayed) = match answer {
        Answer::Done { at, replayed, .. } | Answer::Refused { at, replayed, .. } => (at, *replayed),
        Answer::Looked { at, .. } | Answer::Head { at } => (at, false),
        Answer::KeyReused | Answer::NotDone | Answer::Unknown(_) | Answer::Failed(_) => return None,
    };
    Some(Known { invocation, answer, epoch: at.epoch, position: at.position, replayed })
}
