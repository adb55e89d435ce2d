use crate::parts::first_units;
use crate::values::Quantity;

/// The amounts of a line as they were frozen, and how many of its units are still wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineAmounts {
    /// Units ordered.
    pub ordered: Quantity,
    /// Units that were canceled.
    pub canceled: u32,
    /// Its net, in minor units.
    pub net_minor: i64,
    /// Its tax, in minor units.
    pub tax_minor: i64,
}

/// What the first `q` units of a line are worth, in minor units: net and tax, each split by itself.
pub fn worth_minor(line: &LineAmounts, q: u32) -> i64 {
    first_units(line.net_minor, line.ordered, q) + first_units(line.tax_minor, line.ordered, q)
}

/// What is owed in all, in minor units: Σ f(ordered − canceled) + shipping with its tax, unless nothing will ever be sent.
pub fn due_minor(lines: impl IntoIterator<Item = LineAmounts>, shipping_minor: i64) -> i64 {
    let (mut goods, mut wanted) = (0, 0);
    for line in lines {
        let left = line.ordered.get().saturating_sub(line.canceled);
        goods += worth_minor(&line, left);
        wanted += u64::from(left);
    }
    goods + if wanted == 0 { 0 } else { shipping_minor }
}

/// What is still to be taken of what is due, in minor units.
pub fn outstanding_minor(due_minor: i64, captured_minor: i64) -> i64 {
    (due_minor - captured_minor).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(ordered: u32, canceled: u32) -> LineAmounts {
        LineAmounts { ordered: Quantity::try_from(ordered).unwrap(), canceled, net_minor: 1000, tax_minor: 100 }
    }

    #[test]
    fn what_was_canceled_is_not_owed_and_shipping_is_as_long_as_something_is_sent() {
        assert_eq!(due_minor([line(3, 0), line(2, 0)], 500), 2700);
        assert_eq!(due_minor([line(3, 1), line(2, 2)], 500), 667 + 67 + 500);
        assert_eq!(due_minor([line(3, 3), line(2, 2)], 500), 0);
    }

    #[test]
    fn nothing_is_outstanding_beyond_what_is_due() {
        assert_eq!((outstanding_minor(100, 40), outstanding_minor(100, 140)), (60, 0));
    }
}
