//! What readers wrote down, against the log: every position once and in order, however often they were killed.

use std::path::Path;

use uuid::Uuid;

use super::history::lines;
use super::job::Read;
use super::log::EventLog;

/// All that the processes of this name saw, one after the other. A batch that was cut short by a kill was not taken in: its checkpoint is missing, too.
pub(crate) fn seen_by(folder: &Path, name: &str) -> Vec<(i64, Uuid)> {
    reads_of(folder, name).into_iter().flat_map(events).collect()
}

pub(crate) fn reads_of(folder: &Path, name: &str) -> Vec<Read> {
    let path = |life: usize| folder.join(format!("{name}.{life}.jsonl"));
    (0..).map(path).take_while(|path| path.exists()).flat_map(|path| lines::<Read>(&path)).collect()
}

fn events(read: Read) -> Vec<(i64, Uuid)> {
    match read {
        Read::Batch { events, .. } => events,
        Read::Ahead { checkpoint, found } => panic!("a reader thinks that it is ahead of the log: {checkpoint:?}, {found:?}"),
    }
}

/// The whole log, each event once, in its order.
pub(crate) fn assert_saw_all(folder: &Path, name: &str, log: &EventLog) {
    let seen = seen_by(folder, name);
    let there: Vec<_> = log.events.iter().map(|event| (event.position, event.event_id)).collect();
    let differs = seen.iter().zip(&there).position(|(seen, there)| seen != there);
    assert!(
        differs.is_none() && seen.len() == there.len(),
        "reader {name} saw {} events of {}, and {:?} for {:?}",
        seen.len(),
        there.len(),
        differs.map(|place| seen[place]),
        differs.map(|place| there[place])
    );
}

/// Several readers, each of one part of the log: each in its order, together everything once, and no stream in two parts.
pub(crate) fn assert_parts_saw_all(folder: &Path, names: &[String], log: &EventLog) {
    let mut part_of = std::collections::HashMap::new();
    let mut all = Vec::new();
    for name in names {
        let seen = seen_by(folder, name);
        assert!(!seen.is_empty(), "reader {name} saw nothing");
        assert!(seen.windows(2).all(|pair| pair[0].0 < pair[1].0), "reader {name} saw a part of the log out of order, or an event twice");
        for (position, _) in &seen {
            let stream = &log.events[usize::try_from(position - 1).expect("positions count from 1")].stream;
            assert_eq!(*part_of.entry(stream).or_insert(name), name, "{stream} is in two parts");
        }
        all.extend(seen);
    }
    all.sort_unstable();
    assert_eq!(all, log.events.iter().map(|event| (event.position, event.event_id)).collect::<Vec<_>>());
}
