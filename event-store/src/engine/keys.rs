use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use uuid::Uuid;

use crate::kept_answer::KeptAnswer;
use crate::{Answer, Failure};

/// How many answers are kept in memory, in each of two generations.
const GENERATION: usize = 20_000;

type Permit = Option<OwnedSemaphorePermit>;
type Reply = oneshot::Sender<Result<Answer, Failure>>;

/// Commands that can come again: those in flight, and those that were answered lately. A retry costs neither a decision nor a place in a call.
#[derive(Default)]
pub(super) struct Keys {
    in_flight: HashMap<Uuid, Vec<Follower>>,
    recent: HashMap<Uuid, KeptAnswer>,
    older: HashMap<Uuid, KeptAnswer>,
}

/// The same command again while the first is in flight.
struct Follower {
    fingerprint: [u8; 32],
    reply: Reply,
    /// Its place in the bounded queue, given back with it.
    _permit: Permit,
}

impl Keys {
    /// Takes a command in. None: it was answered, or waits for the same one in flight; else it is the first and comes back with its reply and its permit.
    pub(super) fn take_in(&mut self, command_id: Uuid, fingerprint: [u8; 32], reply: Reply, permit: Permit) -> Option<(Reply, Permit)> {
        if let Some(answer) = self.recent.get(&command_id).or_else(|| self.older.get(&command_id)) {
            drop(reply.send(answer.again(&fingerprint)));
            return None;
        }
        match self.in_flight.get_mut(&command_id) {
            Some(followers) => {
                followers.push(Follower { fingerprint, reply, _permit: permit });
                None
            }
            None => {
                self.in_flight.insert(command_id, Vec::new());
                Some((reply, permit))
            }
        }
    }

    /// Whether somebody else waits for the same command.
    pub(super) fn has_followers(&self, command_id: &Uuid) -> bool {
        self.in_flight.get(command_id).is_some_and(|followers| !followers.is_empty())
    }

    /// The first is answered: so are those that wait for it, and those that will come.
    pub(super) fn answered(&mut self, command_id: Uuid, answer: &KeptAnswer) {
        for follower in self.in_flight.remove(&command_id).unwrap_or_default() {
            drop(follower.reply.send(answer.again(&follower.fingerprint)));
        }
        if self.recent.len() >= GENERATION {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(command_id, answer.clone());
    }

    /// The first failed: the machinery's failures are never an answer, so the others may try.
    pub(super) fn failed(&mut self, command_id: &Uuid) {
        for follower in self.in_flight.remove(command_id).unwrap_or_default() {
            let source = "the same command, sent before, failed".into();
            drop(follower.reply.send(Err(Failure::Unavailable { retry_after: Duration::from_secs(1), source })));
        }
    }

    /// A new epoch may have lost what was answered.
    pub(super) fn forget_answers(&mut self) {
        self.recent.clear();
        self.older.clear();
    }
}
