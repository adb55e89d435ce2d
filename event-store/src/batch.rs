use crate::{Checkpoint, RecordedEvent};

/// The next events for a reader, and where it is once it has taken them in.
#[derive(Debug, Clone)]
pub struct Batch {
    /// In order of position; may be empty where the filter let nothing through.
    pub events: Vec<RecordedEvent>,
    /// Where the reader is after it.
    pub checkpoint: Checkpoint,
    /// The log's last position when this was read.
    pub head: i64,
}
