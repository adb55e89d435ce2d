/// Whose things there are for a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// Everybody's.
    Everybodys,
    /// Those of the customer with this id.
    Customers(&'a str),
    /// Those that this sales channel has named.
    Channels(&'a str),
    /// Nobody's.
    Nobodys,
}
