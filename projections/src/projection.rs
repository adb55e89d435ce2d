//! What a read model is: which events it follows, which groups of rows each touches, and in which tables they stand.

use crate::model::ReadModel;
use crate::recorded::{Followed, Recorded};
use crate::tables::Tables;

/// A read model as pure folds, one for each of its tables.
///
/// All its tables share one version, one schema, one checkpoint and one lease, and are written in one transaction. A change of any fold or column raises
/// the version.
pub trait Projection: Send + Sync + 'static {
    /// Its name: with the version, the name of its schema.
    const NAME: &'static str;

    /// Raised with any change of a fold or of the columns: each version has a schema of its own.
    const VERSION: u32;

    /// The tables of a generation, without schema: `search_path` is set when this is run.
    const SCHEMA_SQL: &'static str;

    /// The indexes that its reads need, made after a rebuild has filled the tables.
    const INDEXES_SQL: &'static str;

    /// Whether its rows show personal data: only then are the boxes of its events opened.
    const SHOWS_PERSONAL_DATA: bool = false;

    /// The events of the aggregates that it follows.
    type Event: Followed;

    /// Its tables: a tuple of [`One`](crate::One), [`Many`](crate::Many) and [`Entries`](crate::Entries).
    type Tables: Tables<Self::Event>;

    /// The keys of the groups of rows that an event touches; none where it does not matter here.
    fn keys(event: &Recorded<'_, Self::Event>) -> Vec<String>;

    /// The facts above in one place.
    const MODEL: &'static ReadModel = &ReadModel {
        name: Self::NAME,
        version: Self::VERSION,
        follows: Self::Event::TYPES,
        shows_personal_data: Self::SHOWS_PERSONAL_DATA,
        tables: Self::Tables::SHAPES,
        schema_sql: Self::SCHEMA_SQL,
        indexes_sql: Self::INDEXES_SQL,
    };
}
