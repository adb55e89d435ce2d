//! Parts of a whole: how an amount of a line is split over its units, so that the parts always add up to it.

use crate::values::{Money, Quantity};

/// What the first `q` of `n` units are worth, of a whole in minor units: f(q) = q·⌊T/n⌋ + min(q, T mod n).
pub fn first_units(whole_minor: i64, n: Quantity, q: u32) -> i64 {
    let units = i64::from(n.get());
    let q = i64::from(q).min(units);
    q * whole_minor.div_euclid(units) + q.min(whole_minor.rem_euclid(units))
}

/// What the units after the first `from`, up to the first `to`, are worth: f(to) − f(from).
pub fn part(whole: Money, n: Quantity, from: u32, to: u32) -> Money {
    let minor = first_units(whole.minor(), n, to) - first_units(whole.minor(), n, from);
    Money::from_minor(minor, whole.currency()).expect("a part of an amount is within the bounds that the amount is within")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quantity(units: u32) -> Quantity {
        Quantity::try_from(units).unwrap()
    }

    #[test]
    fn the_odd_cents_go_with_the_first_units() {
        let parts: Vec<i64> = (0..3).map(|q| first_units(1000, quantity(3), q + 1) - first_units(1000, quantity(3), q)).collect();
        assert_eq!(parts, [334, 333, 333]);
    }

    #[test]
    fn nothing_is_split_into_nothing() {
        assert_eq!(first_units(0, quantity(7), 5), 0);
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole_however_it_is_cut(whole in 0i64..1_000_000_000_000_000, n in 1u32..=1_000_000, cuts in prop::collection::vec(0u32..=1_000_000, 0..8)) {
            let whole = Money::from_minor(whole, "EUR".parse().unwrap()).unwrap();
            let mut cuts: Vec<u32> = cuts.into_iter().map(|cut| cut % (n + 1)).chain([0, n]).collect();
            cuts.sort_unstable();
            let parts: i64 = cuts.windows(2).map(|cut| part(whole, quantity(n), cut[0], cut[1]).minor()).sum();
            prop_assert_eq!(parts, whole.minor());
        }

        #[test]
        fn no_unit_differs_from_another_by_more_than_the_smallest_coin(whole in 0i64..1_000_000_000, n in 1u32..=1000) {
            let units: Vec<i64> = (0..n).map(|q| first_units(whole, quantity(n), q + 1) - first_units(whole, quantity(n), q)).collect();
            let (least, most) = (units.iter().min().unwrap(), units.iter().max().unwrap());
            prop_assert!(most - least <= 1);
        }
    }
}
