//! Sourcing: which warehouse gives which units, of those that were looked at. Fewest parcels, then the warehouses' priority, then the highest stock; a
//! line may be split.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::order::MissingStock;
use crate::values::{LineNumber, LineReservation, Quantity, Sku, WarehouseCode};

/// Units that a line of an order wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Demand {
    /// The line.
    pub(super) line: LineNumber,
    /// Of what.
    pub(super) sku: Sku,
    /// How many units.
    pub(super) units: u32,
}

/// What a warehouse can give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Supply {
    /// Which.
    pub(super) warehouse: WarehouseCode,
    /// Lower is asked first.
    pub(super) priority: u32,
    /// How many units of what.
    pub(super) available: BTreeMap<Sku, u64>,
}

/// Among so few warehouses the fewest parcels are found by trying every choice of up to [`EXACT_PARCELS`]; else the warehouse that helps most is taken,
/// and again, until everything is there. That is at most H(d) times the fewest, d being the units that the most helpful warehouse gives (Wolsey 1982),
/// and the fewest itself where one warehouse has everything.
const EXACT_WAREHOUSES: usize = 12;
const EXACT_PARCELS: usize = 3;

/// Units wanted, by SKU.
pub(super) type Wanted<'a> = BTreeMap<&'a Sku, u64>;

/// A warehouse with what it gives of each SKU that is wanted, in their order.
#[derive(Clone)]
struct Offer<'a> {
    supply: &'a Supply,
    gives: Vec<u64>,
}

/// Where each line's units come from.
///
/// # Errors
/// What is missing, by SKU, if all warehouses together have not enough.
pub(super) fn source(demands: &[Demand], supplies: &[Supply]) -> Result<Vec<LineReservation>, Vec<MissingStock>> {
    let wanted = wanted(demands);
    let missing: Vec<MissingStock> = wanted.iter().filter_map(|(sku, units)| missing(sku, *units, supplies)).collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let units: Vec<u64> = wanted.values().copied().collect();
    let ranked = ranked(&wanted, supplies);
    Ok(assign(demands, &chosen(&units, &ranked)))
}

pub(super) fn wanted(demands: &[Demand]) -> Wanted<'_> {
    demands.iter().fold(BTreeMap::new(), |mut wanted, demand| {
        *wanted.entry(&demand.sku).or_default() += u64::from(demand.units);
        wanted
    })
}

fn missing(sku: &Sku, wanted: u64, supplies: &[Supply]) -> Option<MissingStock> {
    let available: u64 = supplies.iter().map(|supply| supply.of(sku)).sum();
    let units = |units: u64| u32::try_from(units).unwrap_or(u32::MAX);
    (available < wanted).then(|| MissingStock { sku: sku.clone(), wanted: units(wanted), available: units(available) })
}

/// The warehouses that have anything of it, best first.
fn ranked<'a>(wanted: &Wanted<'_>, supplies: &'a [Supply]) -> Vec<Offer<'a>> {
    let offer = |supply: &'a Supply| Offer { supply, gives: wanted.keys().map(|sku| supply.of(sku)).collect() };
    let mut ranked: Vec<Offer<'a>> = supplies.iter().map(offer).filter(|offer| offer.units() > 0).collect();
    ranked.sort_by_cached_key(|offer| (offer.supply.priority, Reverse(offer.units()), offer.supply.warehouse.clone()));
    ranked
}

fn chosen<'a>(wanted: &[u64], ranked: &[Offer<'a>]) -> Vec<&'a Supply> {
    let few = (ranked.len() <= EXACT_WAREHOUSES).then(|| fewest(wanted, ranked)).flatten();
    let chosen = few.unwrap_or_else(|| most_helpful_first(wanted, ranked));
    chosen.into_iter().map(|index| ranked[index].supply).collect()
}

fn fewest(wanted: &[u64], ranked: &[Offer<'_>]) -> Option<Vec<usize>> {
    (0..=EXACT_PARCELS.min(ranked.len())).find_map(|parcels| choice(wanted, ranked, 0, parcels, &mut Vec::new()))
}

/// The first choice of so many warehouses, from this rank on, that has enough of everything.
fn choice(wanted: &[u64], ranked: &[Offer<'_>], from: usize, parcels: usize, chosen: &mut Vec<usize>) -> Option<Vec<usize>> {
    if parcels == 0 {
        let has = |sku: usize| chosen.iter().map(|index| ranked[*index].gives[sku]).sum::<u64>();
        return wanted.iter().enumerate().all(|(sku, units)| has(sku) >= *units).then(|| chosen.clone());
    }
    (from..ranked.len()).find_map(|index| {
        chosen.push(index);
        let found = choice(wanted, ranked, index + 1, parcels - 1, chosen);
        chosen.pop();
        found
    })
}

fn most_helpful_first(wanted: &[u64], ranked: &[Offer<'_>]) -> Vec<usize> {
    let mut left = wanted.to_vec();
    let mut waiting: Vec<usize> = (0..ranked.len()).collect();
    let mut chosen = Vec::new();
    while left.iter().any(|units| *units > 0) && !waiting.is_empty() {
        let help = |index: usize| -> u64 { left.iter().zip(&ranked[index].gives).map(|(left, gives)| *gives.min(left)).sum() };
        let best = (0..waiting.len()).max_by_key(|at| (help(waiting[*at]), Reverse(*at))).unwrap_or(0);
        let index = waiting.remove(best);
        left.iter_mut().zip(&ranked[index].gives).for_each(|(left, gives)| *left = left.saturating_sub(*gives));
        chosen.push(index);
    }
    without_the_needless(wanted, ranked, &chosen)
}

fn without_the_needless(wanted: &[u64], ranked: &[Offer<'_>], chosen: &[usize]) -> Vec<usize> {
    let mut has: Vec<u64> = (0..wanted.len()).map(|sku| chosen.iter().map(|index| ranked[*index].gives[sku]).sum()).collect();
    let mut needed = Vec::with_capacity(chosen.len());
    for index in chosen.iter().rev() {
        let gives = &ranked[*index].gives;
        if (0..wanted.len()).all(|sku| has[sku] - gives[sku] >= wanted[sku]) {
            has.iter_mut().zip(gives).for_each(|(has, gives)| *has -= gives);
        } else {
            needed.push(*index);
        }
    }
    needed.reverse();
    needed
}

/// Takes each line from one warehouse where one has it all, from several otherwise. Units given to one line are gone for the next.
fn assign(demands: &[Demand], chosen: &[&Supply]) -> Vec<LineReservation> {
    let mut left: Vec<BTreeMap<&Sku, u64>> =
        chosen.iter().map(|supply| supply.available.iter().map(|(sku, units)| (sku, *units)).collect()).collect();
    let mut reservations = Vec::new();
    for demand in demands {
        let has = |left: &BTreeMap<&Sku, u64>| left.get(&demand.sku).copied().unwrap_or(0);
        let whole = (0..chosen.len()).find(|index| has(&left[*index]) >= u64::from(demand.units));
        let mut open = demand.units;
        for index in whole.map_or(0..chosen.len(), |index| index..index + 1) {
            let units = open.min(u32::try_from(has(&left[index])).unwrap_or(u32::MAX));
            let Ok(quantity) = Quantity::try_from(units) else { continue };
            open -= units;
            left[index].entry(&demand.sku).and_modify(|units_left| *units_left -= u64::from(units));
            reservations.push(LineReservation {
                line: demand.line,
                sku: demand.sku.clone(),
                warehouse: chosen[index].warehouse.clone(),
                quantity,
            });
        }
    }
    reservations
}

impl Offer<'_> {
    fn units(&self) -> u64 {
        self.gives.iter().sum()
    }
}

impl Supply {
    pub(super) fn of(&self, sku: &Sku) -> u64 {
        self.available.get(sku).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::world::{sku, warehouse};

    fn demand(line: u32, of: &str, units: u32) -> Demand {
        Demand { line: LineNumber::new(line), sku: sku(of), units }
    }

    fn supply(code: &str, priority: u32, stock: &[(&str, u64)]) -> Supply {
        Supply { warehouse: warehouse(code), priority, available: stock.iter().map(|(of, units)| (sku(of), *units)).collect() }
    }

    fn sourced(demands: &[Demand], supplies: &[Supply]) -> Vec<(u32, String, u32)> {
        let reservations = source(demands, supplies).unwrap();
        reservations.into_iter().map(|held| (held.line.get(), held.warehouse.to_string(), held.quantity.get())).collect()
    }

    fn held(line: u32, code: &str, units: u32) -> (u32, String, u32) {
        (line, code.to_owned(), units)
    }

    #[test]
    fn fewest_parcels_come_before_priority() {
        let supplies = [supply("first", 1, &[("A", 1)]), supply("second", 2, &[("A", 1), ("B", 1)])];
        assert_eq!(sourced(&[demand(1, "A", 1), demand(2, "B", 1)], &supplies), [held(1, "second", 1), held(2, "second", 1)]);
    }

    #[test]
    fn priority_comes_before_the_highest_stock() {
        let supplies = [supply("rich", 2, &[("A", 9)]), supply("preferred", 1, &[("A", 1)])];
        assert_eq!(sourced(&[demand(1, "A", 1)], &supplies), [held(1, "preferred", 1)]);
    }

    #[test]
    fn of_equal_priority_the_highest_stock_is_taken() {
        let supplies = [supply("poor", 1, &[("A", 2)]), supply("rich", 1, &[("A", 9)])];
        assert_eq!(sourced(&[demand(1, "A", 1)], &supplies), [held(1, "rich", 1)]);
    }

    #[test]
    fn a_line_is_split_only_where_no_warehouse_has_it_all() {
        let supplies = [supply("a", 1, &[("A", 2), ("B", 1)]), supply("b", 2, &[("A", 3)])];
        let demands = [demand(1, "A", 2), demand(2, "A", 3), demand(3, "B", 1)];
        assert_eq!(sourced(&demands, &supplies), [held(1, "a", 2), held(2, "b", 3), held(3, "a", 1)]);
        assert_eq!(sourced(&[demand(1, "A", 5)], &supplies), [held(1, "a", 2), held(1, "b", 3)]);
    }

    #[test]
    fn what_is_missing_is_told_over_all_lines_of_a_sku() {
        let supplies = [supply("a", 1, &[("A", 2), ("B", 9)]), supply("b", 1, &[("A", 1)])];
        let missing = source(&[demand(1, "A", 2), demand(2, "A", 2), demand(3, "B", 1)], &supplies).unwrap_err();
        assert_eq!(missing, [MissingStock { sku: sku("A"), wanted: 4, available: 3 }]);
        assert_eq!(source(&[demand(1, "A", 1)], &[]).unwrap_err().len(), 1);
    }

    #[test]
    fn an_order_that_needs_more_parcels_than_are_tried_out_is_still_served() {
        let supplies: Vec<Supply> = (1..=6).map(|n| supply(&format!("w{n}"), n, &[("A", 1)])).collect();
        assert_eq!(sourced(&[demand(1, "A", 5)], &supplies).len(), 5);
    }

    #[test]
    fn of_many_warehouses_one_that_has_everything_is_found() {
        let mut supplies: Vec<Supply> = (1..=40).map(|n| supply(&format!("w{n}"), n, &[("A", 1)])).collect();
        supplies.push(supply("all", 41, &[("A", 2), ("B", 1)]));
        supplies.push(supply("later", 42, &[("A", 9), ("B", 9)]));
        assert_eq!(sourced(&[demand(1, "A", 2), demand(2, "B", 1)], &supplies), [held(1, "all", 2), held(2, "all", 1)]);
    }

    /// The fewest warehouses that have everything, by trying every set of them.
    fn fewest_of_all(wanted: &[u64], ranked: &[Offer<'_>]) -> u32 {
        let suffices = |set: &u32| {
            let has =
                |sku: usize| (0..ranked.len()).filter(|index| set >> index & 1 == 1).map(|index| ranked[index].gives[sku]).sum::<u64>();
            wanted.iter().enumerate().all(|(sku, units)| has(sku) >= *units)
        };
        (0..1 << ranked.len()).filter(suffices).map(u32::count_ones).min().unwrap()
    }

    /// H(d), in parts of 720,720, rounded up.
    fn harmonic(d: u64) -> u64 {
        (1..=d).map(|n| 720_720_u64.div_ceil(n)).sum()
    }

    proptest! {
        #[test]
        fn the_most_helpful_first_take_at_most_a_harmonic_number_times_the_fewest(
            wanted in prop::collection::vec(1u64..6, 1..5),
            stock in prop::collection::vec((0u32..3, prop::array::uniform4(0u64..5)), 1..9),
        ) {
            let skus = ["A", "B", "C", "D"].map(sku);
            let named = |units: &[u64; 4]| skus.iter().cloned().zip(units.iter().copied()).collect();
            let supplies: Vec<Supply> = stock.iter().enumerate().map(|(n, (priority, units))| {
                Supply { warehouse: warehouse(&format!("w{n}")), priority: *priority, available: named(units) }
            }).collect();
            let wanted: Wanted<'_> = skus.iter().zip(wanted).collect();
            prop_assume!(wanted.iter().all(|(sku, units)| missing(sku, *units, &supplies).is_none()));
            let (units, ranked): (Vec<u64>, _) = (wanted.values().copied().collect(), ranked(&wanted, &supplies));

            let fewest = u64::from(fewest_of_all(&units, &ranked));
            let help = |offer: &Offer<'_>| -> u64 { offer.gives.iter().zip(&units).map(|(gives, units)| *gives.min(units)).sum() };
            let greedy = u64::try_from(most_helpful_first(&units, &ranked).len()).unwrap();
            prop_assert!(greedy * 720_720 <= fewest * harmonic(ranked.iter().map(help).max().unwrap()));
            prop_assert!(greedy == fewest || fewest > 1);
            let taken = u64::try_from(chosen(&units, &ranked).len()).unwrap();
            prop_assert!(taken == fewest || fewest > 3, "{taken} of {fewest}: few warehouses are tried out");
        }

        #[test]
        fn what_is_wanted_is_given_and_no_warehouse_gives_more_than_it_has(
            wanted in prop::collection::vec((0usize..3, 1u32..6), 1..6),
            stock in prop::collection::vec((0u32..3, prop::array::uniform3(0u64..8)), 1..6),
        ) {
            let skus = ["A", "B", "C"];
            let demands: Vec<Demand> = (1..).zip(&wanted).map(|(line, (of, units))| demand(line, skus[*of], *units)).collect();
            let supplies: Vec<Supply> = stock.iter().enumerate().map(|(n, (priority, units))| {
                supply(&format!("w{n}"), *priority, &[("A", units[0]), ("B", units[1]), ("C", units[2])])
            }).collect();
            match source(&demands, &supplies) {
                Ok(reservations) => {
                    for demand in &demands {
                        let given: u32 = reservations.iter().filter(|held| held.line == demand.line).map(|held| held.quantity.get()).sum();
                        prop_assert_eq!(given, demand.units);
                    }
                    for supply in &supplies {
                        for of in skus {
                            let taken: u64 = reservations.iter().filter(|held| held.warehouse == supply.warehouse && held.sku == sku(of)).map(|held| u64::from(held.quantity.get())).sum();
                            prop_assert!(taken <= supply.of(&sku(of)));
                        }
                    }
                }
                Err(missing) => for missing in missing {
                    let wanted: u32 = demands.iter().filter(|demand| demand.sku == missing.sku).map(|demand| demand.units).sum();
                    let available: u64 = supplies.iter().map(|supply| supply.of(&missing.sku)).sum();
                    prop_assert_eq!(u64::from(missing.available), available);
                    prop_assert_eq!(missing.wanted, wanted);
                    prop_assert!(available < u64::from(wanted));
                }
            }
        }
    }
}
