//! A batch of events folded into the rows that it touches: in memory, and pure. Each row is written once however many events changed it.

use std::collections::{BTreeMap, HashMap};

use crate::letter::Letter;
use crate::opened::Opened;
use crate::projection::{Followed, Projection, Recorded};
use crate::table::Loaded;

/// An event as a read model sees it.
pub(crate) enum Reading<'a, P: Projection> {
    /// It was read, and touches these rows.
    Read { event: Recorded<'a, P::Event>, keys: Vec<String> },
    /// It cannot be read. It is parked under its partition's key, which is the row's own wherever rows follow a stream.
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

    /// The rows that it touches, or the one that it parks.
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

/// What a batch comes to.
pub(crate) struct Folded<R> {
    /// The rows that are other than they were; `None` is gone. In the order of their keys.
    pub(crate) changed: BTreeMap<String, Option<R>>,
    /// The events that wait now.
    pub(crate) letters: Vec<Letter>,
}

/// Folds events in their order into the rows that were loaded; what belongs to a parked key waits behind it.
pub(crate) fn fold<P: Projection>(loaded: Loaded<P::Row>, events: &[Reading<'_, P>]) -> Folded<P::Row> {
    let Loaded { rows, mut parked, broken } = loaded;
    let mut now: HashMap<String, Option<P::Row>> = rows.iter().map(|(key, row)| (key.clone(), Some(row.clone()))).collect();
    let mut letters = Vec::new();
    for reading in events {
        for key in reading.keys() {
            if parked.contains(key) {
                letters.push(reading.letter(key, None));
            } else if let Err(cause) = broken.get(key).cloned().map_or(Ok(()), Err).and_then(|()| fold_one::<P>(&mut now, key, reading)) {
                parked.insert(key.clone());
                letters.push(reading.letter(key, Some(cause)));
            }
        }
    }
    now.retain(|key, row| rows.get(key) != row.as_ref());
    Folded { changed: now.into_iter().collect(), letters }
}

/// A fold that fails leaves the row as it was before the event.
fn fold_one<P: Projection>(now: &mut HashMap<String, Option<P::Row>>, key: &str, reading: &Reading<'_, P>) -> Result<(), String> {
    match reading {
        Reading::Read { event, .. } => {
            let before = now.get(key).cloned().flatten();
            let after = P::fold(before, key, event).map_err(|problem| problem.to_string())?;
            now.insert(key.to_owned(), after);
            Ok(())
        }
        Reading::Broken { letter, .. } => Err(letter.cause.clone().unwrap_or_default()),
    }
}

/// Letters for every event of rows that the database refused, but for those that wait already: the first of a key tells why.
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
