//! What clients ask: some of it on shelves that everybody wants, some on their own; moves over several, refusals, no-ops, and the same key from many sides.

use super::dice::Dice;
use super::history::now_ns;
use super::shelves::Ask;

/// What processes that know nothing of each other agree on: for so long a key is the one that everybody uses.
pub(crate) fn era_now() -> u64 {
    now_ns() / 15_000_000
}

/// One client's stream of requests.
pub(crate) struct Workload {
    dice: Dice,
    own: String,
    asked: u64,
}

impl Workload {
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        Self { dice: Dice::of(seed, name), own: format!("own-{name}"), asked: 0 }
    }

    /// What to ask next, and under which key. In the same era all have a key in common.
    pub(crate) fn next(&mut self, era: u64) -> (Ask, Option<String>) {
        self.asked += 1;
        match self.dice.below(100) {
            0..12 => self.shared(era),
            12..40 => (self.command(era), Some(format!("{}-{}", self.own, self.asked))),
            40..50 => (Ask::Look { shelf: self.shelf() }, None),
            50..53 => (Ask::Head, None),
            _ => (self.command(era), None),
        }
    }

    /// Under a key that others use at the same time for the same request; now and then for another one.
    fn shared(&mut self, era: u64) -> (Ask, Option<String>) {
        let key = format!("shared-{era}");
        let mut theirs = Self { dice: Dice::of(0, &key), own: "everybody's".to_owned(), asked: 0 };
        let ask = if self.dice.chance(5) { Ask::Receive { shelf: self.own.clone(), units: 1000 } } else { theirs.command(era) };
        (ask, Some(key))
    }

    fn command(&mut self, era: u64) -> Ask {
        let (shelf, units) = (self.shelf(), i64::try_from(1 + self.dice.below(4)).unwrap_or(1));
        match self.dice.below(100) {
            0..36 => Ask::Receive { shelf, units: 2 * units },
            36..62 => Ask::Take { shelf, units: 3 * units },
            62..82 => Ask::Move { to: self.others(&shelf), from: shelf, units },
            82..86 => Ask::Close { shelf },
            86..96 => Ask::Reopen { shelf },
            _ => Ask::Establish { shelf: format!("new-{}", era / 4) },
        }
    }

    fn shelf(&mut self) -> String {
        match self.dice.below(10) {
            0..6 => self.own.clone(),
            _ => format!("hot-{}", self.dice.below(3)),
        }
    }

    fn others(&mut self, than: &str) -> Vec<String> {
        let mut all = vec!["hot-0".to_owned(), "hot-1".to_owned(), "hot-2".to_owned(), self.own.clone()];
        all.retain(|shelf| shelf != than);
        let most = usize::try_from(1 + self.dice.below(3)).unwrap_or(1);
        let from = usize::try_from(self.dice.below(3)).unwrap_or_default();
        all.rotate_left(from % 3);
        all.truncate(most);
        all
    }
}
