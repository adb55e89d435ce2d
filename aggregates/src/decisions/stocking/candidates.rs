//! Which stock items an allocation looks at: a bounded number, the best warehouses first, and more only while what was seen does not suffice.
//!
//! Whatever is looked at is loaded, and guarded when the allocation is appended; so a shop with a thousand warehouses must not have all of them named
//! for every order. Further stages ask only for what is still short. `docs/decisions/0009` has the reasons and what it costs.

use std::collections::BTreeMap;

use super::sourcing::{Supply, Wanted};
use crate::values::{Sku, StockItemId, WarehouseCode};

/// So many stock items are named by the first stage, and twice as many by each further one; but always those of one warehouse.
const FIRST_STAGE: usize = 128;

/// After so many stages the stock is taken to be missing: at most 3,968 stock items, or 4,500 for an order of 500 SKUs.
const STAGES: usize = 5;

/// What was looked at so far.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// Every stock item that is needed, loaded or not.
    pub(super) named: Vec<StockItemId>,
    /// What the warehouses have of it, as far as all of a stage is loaded.
    pub(super) seen: Vec<Supply>,
}

/// What to look at for these wants: warehouses best first, `available` says what an item that is loaded has.
pub(super) fn candidates(wanted: &Wanted<'_>, warehouses: &[(WarehouseCode, u32)], available: impl Fn(&str) -> Option<u64>) -> Candidates {
    let mut candidates = Candidates::default();
    let (mut short, mut waiting) = (wanted.clone(), warehouses);
    for stage in 0..STAGES {
        if short.is_empty() || waiting.is_empty() {
            break;
        }
        let width = ((FIRST_STAGE << stage) / short.len()).clamp(1, waiting.len());
        let (group, rest) = waiting.split_at(width);
        waiting = rest;
        match candidates.look_at(group, &short, &available) {
            Some(seen) => {
                seen.iter().for_each(|supply| supply.give(&mut short));
                candidates.seen.extend(seen);
            }
            None => break,
        }
    }
    candidates
}

impl Candidates {
    /// Names what is short in these warehouses; what they have, if all of it is loaded.
    fn look_at(
        &mut self,
        group: &[(WarehouseCode, u32)],
        short: &Wanted<'_>,
        available: impl Fn(&str) -> Option<u64>,
    ) -> Option<Vec<Supply>> {
        let mut seen = Some(Vec::with_capacity(group.len()));
        for (warehouse, priority) in group {
            let mut has: Option<BTreeMap<Sku, u64>> = Some(BTreeMap::new());
            for sku in short.keys() {
                let item = StockItemId { warehouse: warehouse.clone(), sku: (*sku).clone() };
                has = has.zip(available(&item.to_string())).map(|(mut has, units)| {
                    has.insert((*sku).clone(), units);
                    has
                });
                self.named.push(item);
            }
            seen = seen.zip(has).map(|(mut seen, available)| {
                seen.push(Supply { warehouse: warehouse.clone(), priority: *priority, available });
                seen
            });
        }
        seen
    }
}

impl Supply {
    fn give(&self, short: &mut Wanted<'_>) {
        short.iter_mut().for_each(|(sku, units)| *units = units.saturating_sub(self.of(sku)));
        short.retain(|_, units| *units > 0);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::world::{sku, warehouse};

    fn warehouses(n: u32) -> Vec<(WarehouseCode, u32)> {
        (0..n).map(|rank| (warehouse(&format!("w{rank:04}")), rank)).collect()
    }

    /// Asked until it names nothing new, as the log does; how often that was.
    fn asked(wanted: &Wanted<'_>, warehouses: &[(WarehouseCode, u32)], has: impl Fn(&str) -> u64) -> (Candidates, usize) {
        let mut loaded: BTreeSet<String> = BTreeSet::new();
        for times in 1.. {
            let candidates = candidates(wanted, warehouses, |item| loaded.contains(item).then(|| has(item)));
            let before = loaded.len();
            loaded.extend(candidates.named.iter().map(ToString::to_string));
            if loaded.len() == before {
                return (candidates, times);
            }
        }
        unreachable!("it names no more than there is");
    }

    #[test]
    fn what_the_best_warehouses_have_is_looked_for_no_further() {
        let skus: Vec<Sku> = (0..5).map(|n| sku(&format!("S{n}"))).collect();
        let wanted: Wanted<'_> = skus.iter().map(|sku| (sku, 2)).collect();
        let (candidates, times) = asked(&wanted, &warehouses(1000), |_| 9);
        assert_eq!((candidates.named.len(), times), (25 * 5, 2));
    }

    #[test]
    fn further_stages_ask_only_for_what_is_short() {
        let (rare, common) = (sku("rare"), sku("common"));
        let wanted: Wanted<'_> = [(&rare, 1), (&common, 1)].into();
        let (candidates, _) = asked(&wanted, &warehouses(300), |item| u64::from(item.ends_with("common") || item.starts_with("w0299")));
        assert_eq!(candidates.named.len(), 64 * 2 + 236, "of 64 warehouses both, of the others what is rare");
        assert_eq!(candidates.seen.iter().map(|supply| supply.of(&rare)).sum::<u64>(), 1, "the last one has it");
    }

    #[test]
    fn a_thousand_empty_warehouses_end_at_the_bound() {
        let skus: Vec<Sku> = (0..500).map(|n| sku(&format!("S{n}"))).collect();
        for (lines, bound) in [(1, 1000), (5, 3955), (100, 3800), (500, 4500)] {
            let wanted: Wanted<'_> = skus[..lines].iter().map(|sku| (sku, 1)).collect();
            let (candidates, times) = asked(&wanted, &warehouses(1000), |_| 0);
            assert_eq!(candidates.named.len(), bound, "{lines} lines");
            assert!(times <= STAGES + 1);
        }
    }

    proptest! {
        #[test]
        fn what_a_warehouse_within_the_bound_has_is_found(
            wanted in prop::collection::vec(1u64..4, 1..4),
            stock in prop::collection::vec(prop::array::uniform3(0u64..2), 1..400),
        ) {
            let skus = [sku("A"), sku("B"), sku("C")];
            let wanted: Wanted<'_> = skus.iter().zip(wanted).collect();
            let warehouses = warehouses(u32::try_from(stock.len()).unwrap());
            let has = |item: &str| {
                let (code, sku) = item.split_once('/').unwrap();
                stock[code[1..].parse::<usize>().unwrap()]["ABC".find(sku).unwrap()]
            };
            let (candidates, _) = asked(&wanted, &warehouses, has);
            for (sku, units) in &wanted {
                let all: u64 = warehouses.iter().map(|(code, _)| has(&format!("{code}/{sku}"))).sum();
                let seen: u64 = candidates.seen.iter().map(|supply| supply.of(sku)).sum();
                prop_assert!(seen >= *units || seen == all, "400 warehouses and three SKUs are within the bound");
            }
        }
    }
}
