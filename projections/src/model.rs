//! What a read model is called and made of: plain facts, which everything that keeps, rebuilds or checks one goes by.

/// The facts about a read model. What becomes of its rows is said by its [`Projection`](crate::Projection).
#[derive(Debug, PartialEq, Eq)]
pub struct ReadModel {
    /// Its name.
    pub name: &'static str,
    /// The version of its folds and columns: its generation.
    pub version: u32,
    /// The types of the aggregates that it follows.
    pub follows: &'static [&'static str],
    /// Whether its rows show personal data: only then are the boxes of its events opened.
    pub shows_personal_data: bool,
    /// Its tables.
    pub tables: &'static [TableShape],
    /// What makes them, without schema: `search_path` is set when this is run.
    pub schema_sql: &'static str,
    /// The indexes that its reads need, made after a rebuild has filled the tables.
    pub indexes_sql: &'static str,
}

/// A table and how its rows are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableShape {
    /// Its name.
    pub name: &'static str,
    /// How many rows a group has in it.
    pub kind: Kind,
}

/// How many rows a group has in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One, found by `key`.
    One,
    /// Several, found by `key` and `part`.
    Many,
    /// One for each event that made one, found by `key` and `position`.
    Entries,
}

impl Kind {
    /// What tells the rows of a group apart, as SQL for a text.
    pub(crate) fn part(self) -> &'static str {
        match self {
            Self::One => "''::text",
            Self::Many => "part",
            Self::Entries => "position::text",
        }
    }

    /// The columns of the primary key.
    pub(crate) fn primary_key(self) -> &'static [&'static str] {
        match self {
            Self::One => &["key"],
            Self::Many => &["key", "part"],
            Self::Entries => &["key", "position"],
        }
    }
}
