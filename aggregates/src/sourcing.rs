//! Sourcing: which warehouse gives which units. Fewest parcels, then the warehouses' priority, then the highest stock; a line may be split.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::order::MissingStock;
use crate::values::{LineNumber, LineReservation, Quantity, Sku, WarehouseCode};

/// Units that a line of an order wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The line.
    pub line: LineNumber,
    /// Of what.
    pub sku: Sku,
    /// How many units.
    pub units: u32,
}

/// What a warehouse can give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supply {
    /// Which.
    pub warehouse: WarehouseCode,
    /// Lower is asked first.
    pub priority: u32,
    /// How many units of what.
    pub available: BTreeMap<Sku, u64>,
}

/// Up to so many parcels the fewest are found by trying every choice; beyond, by taking the warehouse that helps most. An order that needs more
/// is rare, and every choice of many warehouses is too many to try.
const EXACT_PARCELS: usize = 3;

/// Where each line's units come from.
///
/// # Errors
/// What is missing, by SKU, if all warehouses together have not enough.
pub fn source(demands: &[Demand], supplies: &[Supply]) -> Result<Vec<LineReservation>, Vec<MissingStock>> {
    let wanted = wanted(demands);
    let missing: Vec<MissingStock> = wanted.iter().filter_map(|(sku, units)| missing(sku, *units, supplies)).collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let ranked = ranked(&wanted, supplies);
    let chosen = fewest(&wanted, &ranked).unwrap_or_else(|| most_helpful_first(&wanted, &ranked));
    Ok(assign(demands, &chosen))
}

type Wanted<'a> = BTreeMap<&'a Sku, u64>;

fn wanted(demands: &[Demand]) -> Wanted<'_> {
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
fn ranked<'a>(wanted: &Wanted<'_>, supplies: &'a [Supply]) -> Vec<&'a Supply> {
    let stock = |supply: &Supply| -> u64 { wanted.keys().map(|sku| supply.of(sku)).sum() };
    let mut ranked: Vec<&Supply> = supplies.iter().filter(|supply| stock(supply) > 0).collect();
    ranked.sort_by_key(|supply| (supply.priority, Reverse(stock(supply)), supply.warehouse.clone()));
    ranked
}

fn fewest<'a>(wanted: &Wanted<'_>, ranked: &[&'a Supply]) -> Option<Vec<&'a Supply>> {
    (0..=EXACT_PARCELS.min(ranked.len())).find_map(|parcels| choice(wanted, ranked, parcels, &mut Vec::new()))
}

/// The first choice of so many warehouses, in order of rank, that has enough of everything.
fn choice<'a>(wanted: &Wanted<'_>, ranked: &[&'a Supply], parcels: usize, chosen: &mut Vec<&'a Supply>) -> Option<Vec<&'a Supply>> {
    if parcels == 0 {
        return suffices(wanted, chosen).then(|| chosen.clone());
    }
    (0..ranked.len()).find_map(|index| {
        chosen.push(ranked[index]);
        let found = choice(wanted, &ranked[index + 1..], parcels - 1, chosen);
        chosen.pop();
        found
    })
}

fn suffices(wanted: &Wanted<'_>, chosen: &[&Supply]) -> bool {
    wanted.iter().all(|(sku, units)| chosen.iter().map(|supply| supply.of(sku)).sum::<u64>() >= *units)
}

fn most_helpful_first<'a>(wanted: &Wanted<'_>, ranked: &[&'a Supply]) -> Vec<&'a Supply> {
    let mut left = wanted.clone();
    let mut waiting = ranked.to_vec();
    let mut chosen = Vec::new();
    while left.values().any(|units| *units > 0) && !waiting.is_empty() {
        let help = |supply: &Supply| -> u64 { left.iter().map(|(sku, units)| supply.of(sku).min(*units)).sum() };
        let best = (0..waiting.len()).max_by_key(|index| (help(waiting[*index]), Reverse(*index))).unwrap_or(0);
        let supply = waiting.remove(best);
        left.iter_mut().for_each(|(sku, units)| *units = units.saturating_sub(supply.of(sku)));
        chosen.push(supply);
    }
    without_the_needless(wanted, chosen)
}

fn without_the_needless<'a>(wanted: &Wanted<'_>, mut chosen: Vec<&'a Supply>) -> Vec<&'a Supply> {
    for index in (0..chosen.len()).rev() {
        let mut fewer = chosen.clone();
        fewer.remove(index);
        if suffices(wanted, &fewer) {
            chosen = fewer;
        }
    }
    chosen
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

impl Supply {
    fn of(&self, sku: &Sku) -> u64 {
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

    proptest! {
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
