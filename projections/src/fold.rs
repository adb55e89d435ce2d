//! A batch of events folded into the rows that it touches: in memory, and pure. Each row is written once however many events changed it.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::changing::Changing;
use crate::discards::Scope;
use crate::letter::Letter;
use crate::opened::Opened;
use crate::projection::Projection;
use crate::recorded::{Followed, Recorded};
use crate::tables::Tables;

/// An event as a read model sees it.
pub(crate) enum Reading<'a, P: Projection> {
    /// It was read, and touches these groups.
    Read { event: Recorded<'a, P::Event>, keys: Vec<String>, may_be_refused: bool },
    /// It cannot be read. It is parked under its partition's key, which is the group's own wherever groups follow a stream.
    Broken { letter: Letter, keys: Vec<String> },
}

impl<'a, P: Projection> Reading<'a, P> {
    pub(crate) fn of(opened: &'a Opened, scope: Scope<'_>) -> Self {
        let within = |key: &String| scope.has(key, opened.event.position, opened.event.event_id);
        let read = match &opened.broken {
            Some(cause) => Err(cause.clone()),
            None => P::Event::read(opened.event.stream.aggregate_type(), opened.event.stored()).map_err(|error| error.to_string()),
        };
        match read {
            Ok(event) => {
                let event = opened.recorded(event);
                Self::Read { keys: P::keys(&event).into_iter().filter(within).collect(), event, may_be_refused: opened.may_be_refused() }
            }
            Err(cause) => {
                let key = opened.event.partition_key.clone();
                Self::Broken { letter: opened.letter(key.clone(), Some(cause)), keys: Some(key).into_iter().filter(within).collect() }
            }
        }
    }

    /// The groups that it touches, or the one that it parks.
    pub(crate) fn keys(&self) -> &[String] {
        match self {
            Self::Read { keys, .. } | Self::Broken { keys, .. } => keys,
        }
    }

    /// Whether it is known to hold what the database may not take: it is taken in by itself then, so that it is judged alike in any batch.
    pub(crate) fn may_be_refused(&self) -> bool {
        match self {
            Self::Read { may_be_refused, .. } => *may_be_refused,
            Self::Broken { .. } => false,
        }
    }

    pub(crate) fn letter(&self, key: &str, cause: Option<String>) -> Letter {
        match self {
            Self::Read { event, .. } => {
                Letter { key: key.to_owned(), position: event.position, event_id: event.event_id, event_type: event.name.to_owned(), cause }
            }
            Self::Broken { letter, .. } => letter.clone(),
        }
    }
}

/// The groups that events touch, or of these one.
pub(crate) fn groups<P: Projection>(events: &[Reading<'_, P>], only: Option<&str>) -> Vec<String> {
    let touched = events.iter().flat_map(Reading::keys).filter(|key| only.is_none_or(|only| only == key.as_str()));
    touched.collect::<BTreeSet<_>>().into_iter().cloned().collect()
}

/// The tables of a read model while a batch is folded into them.
///
/// An event is folded into all rows of its group, in every table, or into none: what cannot be folded into one of them parks the group, so that its tables
/// never disagree about how far they are.
pub(crate) struct Folder<P: Projection> {
    pub(crate) tables: Vec<Box<dyn Changing<P::Event>>>,
    parked: HashSet<String>,
    /// Groups with a row that somebody changed so that it cannot be read, with what is wrong.
    broken: HashMap<String, String>,
}

impl<P: Projection> Folder<P> {
    pub(crate) fn new() -> Self {
        Self { tables: P::Tables::begin(), parked: HashSet::new(), broken: HashMap::new() }
    }

    /// The groups whose rows must be loaded, table by table; of one group where only that takes them in.
    pub(crate) fn needed(&self, events: &[Reading<'_, P>], only: Option<&str>) -> Vec<Vec<String>> {
        let of_table = |table: &dyn Changing<P::Event>| {
            let read = events.iter().filter_map(|reading| match reading {
                Reading::Read { event, keys, .. } if table.needs(event) => Some(keys),
                Reading::Read { .. } | Reading::Broken { .. } => None,
            });
            let wanted = read.flatten().filter(|key| only.is_none_or(|only| only == key.as_str()));
            wanted.collect::<BTreeSet<_>>().into_iter().cloned().collect()
        };
        self.tables.iter().map(|table| of_table(table.as_ref())).collect()
    }

    /// A group waits behind a dead letter.
    pub(crate) fn park(&mut self, key: String) {
        self.parked.insert(key);
    }

    /// A row as the database has it.
    pub(crate) fn take(&mut self, table: usize, key: String, part: &str, json: &str) {
        let Some(table) = self.tables.get_mut(table) else { return };
        if let Err(problem) = table.take(&key, part, json) {
            self.broken.insert(key, format!("a row of it cannot be read: {problem}"));
        }
    }

    /// Folds events in their order; answers those that wait now. What belongs to a parked group waits behind it.
    pub(crate) fn fold(&mut self, events: &[Reading<'_, P>], only: Option<&str>) -> Vec<Letter> {
        let mut letters = Vec::new();
        for reading in events {
            let keys = reading.keys().iter().filter(|key| only.is_none_or(|only| only == key.as_str()));
            letters.extend(keys.filter_map(|key| self.fold_into(key, reading)));
        }
        letters
    }

    /// Folds one event into one of its groups; answers that it waits, if it does.
    pub(crate) fn fold_into(&mut self, key: &str, reading: &Reading<'_, P>) -> Option<Letter> {
        if self.parked.contains(key) {
            return Some(reading.letter(key, None));
        }
        let cause = self.fold_one(key, reading).err()?;
        self.parked.insert(key.to_owned());
        Some(reading.letter(key, Some(cause)))
    }

    fn fold_one(&mut self, key: &str, reading: &Reading<'_, P>) -> Result<(), String> {
        if let Some(cause) = self.broken.get(key) {
            return Err(cause.clone());
        }
        match reading {
            Reading::Read { event, .. } => self.fold_event(key, event),
            Reading::Broken { letter, .. } => Err(letter.cause.clone().unwrap_or_default()),
        }
    }

    fn fold_event(&mut self, key: &str, event: &Recorded<'_, P::Event>) -> Result<(), String> {
        for folded in 0..self.tables.len() {
            if let Err(problem) = self.tables[folded].fold(key, event) {
                self.tables[..=folded].iter_mut().for_each(|table| table.undo(key, event));
                return Err(problem.to_string());
            }
        }
        Ok(())
    }
}
