use super::PlacingRefusal;
use crate::order::OrderedLine;
use crate::values::{Currency, Money};

/// The sums over an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Totals {
    /// Σ net over the lines.
    pub(super) goods: Money,
    /// Σ (net + tax) over the lines, shipping and its tax.
    pub(super) total: Money,
}

/// The totals of lines whose amounts were made elsewhere, if they add up.
///
/// # Errors
/// Another currency, an amount that does not add up (net = unit price × quantity − discount, 0 ≤ discount ≤ gross, nothing negative), or beyond the
/// bounds. The refusal names the field.
pub(super) fn check_totals(
    currency: Currency,
    lines: &[OrderedLine],
    shipping: Money,
    shipping_tax: Money,
) -> Result<Totals, PlacingRefusal> {
    for (index, line) in lines.iter().enumerate() {
        check_line(currency, index, line)?;
    }
    not_negative(currency, "shipping", shipping)?;
    not_negative(currency, "shipping_tax", shipping_tax)?;
    let out_of_bounds = |field: &str| PlacingRefusal::AmountOutOfBounds { field: field.to_owned() };
    let goods = Money::sum(currency, lines.iter().map(|line| line.net)).map_err(|_| out_of_bounds("goods"))?;
    let taxes = Money::sum(currency, lines.iter().map(|line| line.tax)).map_err(|_| out_of_bounds("tax"))?;
    let total = Money::sum(currency, [goods, taxes, shipping, shipping_tax]).map_err(|_| out_of_bounds("total"))?;
    Ok(Totals { goods, total })
}

fn check_line(currency: Currency, index: usize, line: &OrderedLine) -> Result<(), PlacingRefusal> {
    let field = |name: &str| format!("lines[{index}].{name}");
    let amounts = [("unit_price", line.unit_price), ("discount", line.discount), ("net", line.net), ("tax", line.tax)];
    amounts.into_iter().try_for_each(|(name, amount)| not_negative(currency, &field(name), amount))?;
    let gross = line.unit_price.times(line.quantity.get()).map_err(|_| PlacingRefusal::AmountOutOfBounds { field: field("unit_price") })?;
    // A net that is not negative and adds up also keeps the discount within the gross.
    match gross.minus(line.discount) {
        Ok(net) if net == line.net => Ok(()),
        Ok(_) | Err(_) => Err(PlacingRefusal::TotalsMismatch { field: field("net") }),
    }
}

fn not_negative(currency: Currency, field: &str, amount: Money) -> Result<(), PlacingRefusal> {
    if amount.currency() != currency {
        let (expected, found) = (currency.code().to_owned(), amount.currency().code().to_owned());
        return Err(PlacingRefusal::CurrencyMismatch { field: field.to_owned(), expected, found });
    }
    if amount.minor() < 0 { Err(PlacingRefusal::TotalsMismatch { field: field.to_owned() }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pricing::{PriceList, PricedItem, ShipTo, quote};
    use crate::values::{LineNumber, Tier};
    use crate::world::{currency, eur, line, sku, units};

    fn usd(minor: i64) -> Money {
        Money::from_minor(minor, "USD".parse().unwrap()).unwrap()
    }

    fn item(number: u32, n: u32, unit_price: Money) -> PricedItem {
        let (name, category) = ("Product A".to_owned(), "Grocery".to_owned());
        let (line, quantity) = (LineNumber::new(number), units(n));
        PricedItem { line, sku: sku("A"), name, category, weight_grams: Some(700), quantity, unit_price }
    }

    fn to(postal_code: &str) -> ShipTo {
        ShipTo { country: "DE".parse().unwrap(), postal_code: postal_code.to_owned() }
    }

    #[test]
    fn own_prices_must_add_up() {
        let refused = |change: fn(&mut OrderedLine)| {
            let mut lines = [line(1, "A", 2, 100), line(2, "B", 3, 50)];
            change(&mut lines[1]);
            check_totals("EUR".parse().unwrap(), &lines, eur(0), eur(0)).unwrap_err()
        };
        let mismatch = |field: &str| PlacingRefusal::TotalsMismatch { field: field.to_owned() };
        assert_eq!(refused(|line| line.net = eur(151)), mismatch("lines[1].net"));
        assert_eq!(refused(|line| line.discount = eur(1)), mismatch("lines[1].net"));
        assert_eq!(refused(|line| line.discount = eur(-1)), mismatch("lines[1].discount"));
        assert_eq!(refused(|line| line.tax = eur(-1)), mismatch("lines[1].tax"));
        assert_eq!(refused(|line| (line.discount, line.net) = (eur(151), eur(-1))), mismatch("lines[1].net"));
        assert!(matches!(refused(|line| line.tax = usd(1)), PlacingRefusal::CurrencyMismatch { .. }));
    }

    #[test]
    fn amounts_beyond_the_bounds_are_refused() {
        let most = eur(1_000_000_000_000_000);
        let lines = [OrderedLine { unit_price: most, net: most, ..line(1, "A", 1, 0) }];
        let refused = check_totals("EUR".parse().unwrap(), &lines, eur(1), eur(0)).unwrap_err();
        assert_eq!(refused, PlacingRefusal::AmountOutOfBounds { field: "total".to_owned() });
        let lines = [OrderedLine { unit_price: most, net: most, quantity: units(2), ..line(1, "A", 1, 0) }];
        let refused = check_totals("EUR".parse().unwrap(), &lines, eur(1), eur(0)).unwrap_err();
        assert_eq!(refused, PlacingRefusal::AmountOutOfBounds { field: "lines[0].unit_price".to_owned() });
    }

    proptest! {
        #[test]
        fn what_the_list_makes_adds_up(prices in prop::collection::vec((1u32..1000, 0i64..100_000), 1..10), tier in 0usize..4, remote: bool) {
            let tier = [Tier::Bronze, Tier::Silver, Tier::Gold, Tier::Platinum][tier];
            let items: Vec<PricedItem> = (1..).zip(&prices).map(|(number, (n, price))| item(number, *n, eur(*price))).collect();
            let priced = quote(&PriceList::standard(currency()), tier, &items, Some(&to(if remote { "9" } else { "1" }))).unwrap();
            let totals = check_totals("EUR".parse().unwrap(), &priced.lines, priced.shipping, priced.shipping_tax).unwrap();
            prop_assert_eq!((totals.goods, totals.total), (priced.goods, priced.total));
        }
    }
}
