//! How the log is looked at in memory that does not grow with it: what must be seen as a whole in one go, the orders part by part.

/// So many positions make a part: some two thousand orders.
const POSITIONS: i64 = 50_000;

/// Each part is one more time through the log: beyond this, parts grow instead.
const MOST: u32 = 32;

/// In how many parts a log of this length is looked at.
pub(super) fn of(head: i64) -> u32 {
    u32::try_from(head / POSITIONS + 1).unwrap_or(MOST).min(MOST)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_part_has_so_many_positions_until_there_are_too_many_parts() {
        assert_eq!([0, 49_999, 50_000, 1_500_000, i64::MAX].map(super::of), [1, 1, 2, 31, 32]);
    }
}
