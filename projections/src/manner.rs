/// How rows are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// All with one statement.
    Together,
    /// Fewer and fewer, after that was refused: it shows which event is at fault.
    Narrowly,
}
