//! What the rows of a table are: what each event makes of one, and nothing else. No fold sees another row, so rows can be folded in any order and any batch,
//! live or years later, and come out the same.
//!
//! The rows of a read model stand in *groups*, such as everything about one order: a group has a key, and each table says how many rows of its own
//! it has there. An event is taken in by all rows of its groups or by none.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::recorded::{Recorded, Unfoldable};

/// The one row that a group has in a table. The table has a column `key`, its primary key.
pub trait Row<E>: Serialize + DeserializeOwned + Clone + PartialEq + Debug + Send + Sync + 'static {
    /// The table's name: no other read model has one of this name.
    const TABLE: &'static str;

    /// What an event makes of the row of the group `key`; `None` is no row.
    ///
    /// # Errors
    /// The event cannot follow what the row has seen: its group is parked.
    fn fold(row: Option<Self>, key: &str, event: &Recorded<'_, E>) -> Result<Option<Self>, Unfoldable>;
}

/// One of several rows that a group has in a table, such as a payment of an order. The table has columns `key` and `part`, together its primary key.
pub trait Part<E>: Serialize + DeserializeOwned + Clone + PartialEq + Debug + Send + Sync + 'static {
    /// The table's name: no other read model has one of this name.
    const TABLE: &'static str;

    /// Which of the group's rows the event touches; none where it does not matter here.
    fn parts(event: &Recorded<'_, E>) -> Vec<String>;

    /// What an event makes of the row `part`; `None` is no row.
    ///
    /// # Errors
    /// The event cannot follow what the row has seen: its group is parked.
    fn fold(row: Option<Self>, part: &str, event: &Recorded<'_, E>) -> Result<Option<Self>, Unfoldable>;
}

/// A row that an event makes by itself, and that nothing changes afterwards. The table has columns `key` and `position` (of the event), together its primary key.
/// Such rows are never loaded; that each is inserted once is due to the checkpoint that moves with them.
pub trait Entry<E>: Serialize + Send + Sync + 'static {
    /// The table's name: no other read model has one of this name.
    const TABLE: &'static str;

    /// The row that an event makes in the group `key`, if any.
    ///
    /// # Errors
    /// The event is not what it should be: its group is parked.
    fn of(key: &str, event: &Recorded<'_, E>) -> Result<Option<Self>, Unfoldable>
    where
        Self: Sized;
}
