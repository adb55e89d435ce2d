use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::request::Pending;

/// Commands that were taken in and wait to be decided, in turn by caller: whoever sends ten thousand waits behind itself.
pub(super) struct Intake {
    by_caller: HashMap<Arc<str>, VecDeque<Pending>>,
    turns: VecDeque<Arc<str>>,
    /// How many of one caller may wait.
    share: usize,
}

impl Intake {
    pub(super) fn new(share: usize) -> Self {
        Self { by_caller: HashMap::new(), turns: VecDeque::new(), share: share.max(1) }
    }

    /// Queues it, or gives it back where its caller has too many waiting.
    pub(super) fn push(&mut self, pending: Pending) -> Result<(), Box<Pending>> {
        let caller = pending.caller.clone();
        let waiting = self.by_caller.entry(caller.clone()).or_default();
        if waiting.len() >= self.share {
            return Err(Box::new(pending));
        }
        if waiting.is_empty() {
            self.turns.push_back(caller);
        }
        waiting.push_back(pending);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Option<Pending> {
        let caller = self.turns.pop_front()?;
        let waiting = self.by_caller.get_mut(&caller)?;
        let pending = waiting.pop_front();
        if waiting.is_empty() {
            self.by_caller.remove(&caller);
        } else {
            self.turns.push_back(caller);
        }
        pending
    }

    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::request::Work;
    use super::*;

    fn of(caller: &str) -> Pending {
        Pending::new(Work::Peek { needed: Vec::new(), reply: tokio::sync::oneshot::channel().0 }, caller.into(), None)
    }

    #[test]
    fn callers_take_turns_and_one_cannot_fill_the_queue() {
        let mut intake = Intake::new(3);
        for _ in 0..3 {
            assert!(intake.push(of("import")).is_ok());
        }
        assert!(intake.push(of("import")).is_err(), "its share is full");
        assert!(intake.push(of("shopper")).is_ok());
        let order: Vec<String> = std::iter::from_fn(|| intake.pop()).map(|pending| pending.caller.to_string()).collect();
        assert_eq!(order, ["import", "shopper", "import", "import"]);
        assert!(intake.is_empty());
    }
}
