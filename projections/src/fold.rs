//! A batch of events folded into the rows that it touches: in memory, and pure. Each row is written once however many events changed it.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::changing::Changing;
use crate::letter::Letter;
use crate::opened::Opened;
use crate::projection::Projection;
use crate::recorded::{Followed, Recorded};
use crate::tables::Tables;

/// An event as a read model sees it.
pub(crate) enum Reading<'a, P: Projection> {
    /// It was read, and touches these groups.
    Read { event: Recorded<'a, P::Event>, keys: Vec<String> },
    /// It cannot be read. It is parked under its partition's key, which is the group's own wherever groups follow a stream.
    Broken { letter: Letter, key: [String; 1] },
}

impl<'a, P: Projection> Reading<'a, P> {
    pub(crate) fn of(opened: &'a Opened) -> Self {
        let read = match &opened.broken {
            Some(cause) => Err(cause.clone()),
            None => P::Event::read(opened.event.stream.aggregate_type(), opened.event.stored()).map_err(|error| error.to_string()),
        };
        match read {
            Ok(event) => {
                let event = opened.recorded(event);
                Self::Read { keys: P::keys(&event), event }
            }
            Err(cause) => {
                let key = opened.event.partition_key.clone();
                Self::Broken { letter: opened.letter(key.clone(), Some(cause)), key: [key] }
            }
        }
    }

    /// The groups that it touches, or the one that it parks.
    pub(crate) fn keys(&self) -> &[String] {
        match self {
            Self::Read { keys, .. } => keys,
            Self::Broken { key, .. } => key,
        }
    }

    fn letter(&self, key: &str, cause: Option<String>) -> Letter {
        match self {
            Self::Read { event, .. } => {
                Letter { key: key.to_owned(), position: event.position, event_id: event.event_id, event_type: event.name.to_owned(), cause }
            }
            Self::Broken { letter, .. } => letter.clone(),
        }
    }
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

    /// The groups whose rows must be loaded, table by table.
    pub(crate) fn needed(&self, events: &[Reading<'_, P>]) -> Vec<Vec<String>> {
        let of_table = |table: &dyn Changing<P::Event>| {
            let read = events.iter().filter_map(|reading| match reading {
                Reading::Read { event, keys } if table.needs(event) => Some(keys),
                Reading::Read { .. } | Reading::Broken { .. } => None,
            });
            read.flatten().collect::<BTreeSet<_>>().into_iter().cloned().collect()
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
    pub(crate) fn fold(&mut self, events: &[Reading<'_, P>]) -> Vec<Letter> {
        let mut letters = Vec::new();
        for reading in events {
            letters.extend(reading.keys().iter().filter_map(|key| self.fold_into(key, reading)));
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

    /// The groups with rows that are other than they were.
    pub(crate) fn changed(&self) -> BTreeSet<String> {
        self.tables.iter().flat_map(|table| table.changed()).map(str::to_owned).collect()
    }
}

/// Letters for every event of groups with a row that the database refused, but for those that wait already: the first of a key tells why.
pub(crate) fn park_all<P: Projection>(events: &[Reading<'_, P>], refused: HashMap<String, String>, already: &[Letter]) -> Vec<Letter> {
    let mut causes = refused.clone();
    let waits = |key: &str, letter: &Letter| already.iter().any(|other| other.key == key && other.position == letter.position);
    let mut letters = Vec::new();
    for reading in events {
        for key in reading.keys().iter().filter(|key| refused.contains_key(*key)) {
            let letter = reading.letter(key, causes.remove(key));
            if !waits(key, &letter) {
                letters.push(letter);
            }
        }
    }
    letters
}
