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
    /// Its tables, without schema: `search_path` is set when this is run.
    pub schema_sql: &'static str,
    /// The indexes that its reads need, made after a rebuild has filled the tables.
    pub indexes_sql: &'static str,
}
