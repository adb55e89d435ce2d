//! What an order costs: by the price list, or at a caller's own prices that must add up. Pure; its result is frozen when the order is placed.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::order::OrderedLine;
use crate::values::{Country, Currency, InvalidValue, LineNumber, Money, Quantity, Sku, Tier};

/// How prices follow from unit prices, in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriceList {
    /// Of what amounts.
    pub currency: Currency,
    /// The tax on net amounts and on shipping, such as 0.10.
    pub tax_rate: Decimal,
    /// What any shipping costs.
    pub shipping_base: Decimal,
    /// Up to this weight nothing is added for it.
    pub shipping_free_grams: u64,
    /// What each kilogram above costs.
    pub shipping_per_kg: Decimal,
    /// What a remote place costs more.
    pub shipping_remote: Decimal,
    /// A place is remote if its postal code begins so.
    pub remote_prefix: String,
}

impl PriceList {
    /// The default: 10 % tax, shipping 10.00, 0.50 per kg above 50 kg, 15.00 more for postal codes that begin with 9.
    pub fn standard(currency: Currency) -> Self {
        Self {
            currency,
            tax_rate: Decimal::new(10, 2),
            shipping_base: Decimal::new(1000, 2),
            shipping_free_grams: 50_000,
            shipping_per_kg: Decimal::new(50, 2),
            shipping_remote: Decimal::new(1500, 2),
            remote_prefix: "9".to_owned(),
        }
    }
}

/// A line to be priced.
#[derive(Debug, Clone, PartialEq)]
pub struct PricedItem {
    /// Its number in the order.
    pub line: LineNumber,
    /// What.
    pub sku: Sku,
    /// The product's name.
    pub name: String,
    /// The product's category.
    pub category: String,
    /// Grams a unit, of shippable products.
    pub weight_grams: Option<u32>,
    /// How many units.
    pub quantity: Quantity,
    /// The price of a unit.
    pub unit_price: Money,
}

/// Where a parcel goes, as far as its price depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShipTo {
    /// The country.
    pub country: Country,
    /// As the country writes it; empty where it has none.
    pub postal_code: String,
}

/// What an order costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// Its lines with their amounts.
    pub lines: Vec<OrderedLine>,
    /// Shipping without tax.
    pub shipping: Money,
    /// The tax on shipping.
    pub shipping_tax: Money,
    /// Σ net over the lines.
    pub goods: Money,
    /// Everything.
    pub total: Money,
}

/// Prices an order by the list. Without `ship_to` nothing is sent, and shipping costs nothing.
///
/// # Errors
/// Another currency than the list's, or amounts beyond the bounds of money.
pub fn quote(list: &PriceList, tier: Tier, items: &[PricedItem], ship_to: Option<&ShipTo>) -> Result<Quote, InvalidValue> {
    let lines: Vec<OrderedLine> = items.iter().map(|item| price_line(list, tier, item)).collect::<Result<_, _>>()?;
    let shipping = match ship_to {
        Some(ship_to) => shipping(list, items, ship_to)?,
        None => Money::zero(list.currency),
    };
    let shipping_tax = shipping.portion(list.tax_rate)?;
    let goods = Money::sum(list.currency, lines.iter().map(|line| line.net))?;
    let taxes = Money::sum(list.currency, lines.iter().map(|line| line.tax))?;
    let total = Money::sum(list.currency, [goods, taxes, shipping, shipping_tax])?;
    Ok(Quote { lines, shipping, shipping_tax, goods, total })
}

fn price_line(list: &PriceList, tier: Tier, item: &PricedItem) -> Result<OrderedLine, InvalidValue> {
    let gross = item.unit_price.times(item.quantity.get())?;
    let discount = gross.portion(tier.rate())?;
    let net = gross.minus(discount)?;
    let tax = Money::zero(list.currency).plus(net.portion(list.tax_rate)?)?;
    Ok(OrderedLine {
        line: item.line,
        sku: item.sku.clone(),
        name: item.name.clone(),
        category: item.category.clone(),
        weight_grams: item.weight_grams,
        quantity: item.quantity,
        unit_price: item.unit_price,
        discount,
        net,
        tax,
    })
}

fn shipping(list: &PriceList, items: &[PricedItem], ship_to: &ShipTo) -> Result<Money, InvalidValue> {
    let grams: u64 = items.iter().map(|item| u64::from(item.weight_grams.unwrap_or(0)) * u64::from(item.quantity.get())).sum();
    let above = Decimal::from(grams.saturating_sub(list.shipping_free_grams)) / Decimal::from(1000);
    let remote = if ship_to.postal_code.trim_start().starts_with(&list.remote_prefix) { list.shipping_remote } else { Decimal::ZERO };
    Money::rounded(list.shipping_base + list.shipping_per_kg * above + remote, list.currency)
}

impl Tier {
    /// What it takes off, such as 0.05.
    pub fn rate(self) -> Decimal {
        match self {
            Self::Bronze => Decimal::ZERO,
            Self::Silver => Decimal::new(5, 2),
            Self::Gold => Decimal::new(10, 2),
            Self::Platinum => Decimal::new(15, 2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{eur, sku, units};

    fn item(number: u32, n: u32, unit_price: Money, weight_grams: u32) -> PricedItem {
        PricedItem {
            line: LineNumber::new(number),
            sku: sku("A"),
            name: "Product A".to_owned(),
            category: "Grocery".to_owned(),
            weight_grams: Some(weight_grams),
            quantity: units(n),
            unit_price,
        }
    }

    fn list(code: &str) -> PriceList {
        PriceList::standard(code.parse().unwrap())
    }

    fn ship_to(postal_code: &str) -> ShipTo {
        ShipTo { country: "DE".parse().unwrap(), postal_code: postal_code.to_owned() }
    }

    fn minor(minor: i64, code: &str) -> Money {
        Money::from_minor(minor, code.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_line_is_discounted_by_tier_and_then_taxed() {
        let priced = quote(&list("EUR"), Tier::Gold, &[item(1, 3, eur(1999), 100)], None).unwrap();
        // 59.97 less 6.00 (5.997) is 53.97; its tax is 5.40 (5.397).
        assert_eq!((priced.lines[0].discount, priced.lines[0].net, priced.lines[0].tax), (eur(600), eur(5397), eur(540)));
        assert_eq!((priced.goods, priced.total), (eur(5397), eur(5937)));
    }

    #[test]
    fn pricing_rounds_half_even() {
        let tax_of = |net| quote(&list("EUR"), Tier::Bronze, &[item(1, 1, eur(net), 0)], None).unwrap().lines[0].tax;
        assert_eq!((tax_of(5), tax_of(15), tax_of(25), tax_of(35)), (eur(0), eur(2), eur(2), eur(4)));
        let discount_of = |gross| quote(&list("EUR"), Tier::Silver, &[item(1, 1, eur(gross), 0)], None).unwrap().lines[0].discount;
        assert_eq!((discount_of(10), discount_of(30), discount_of(50)), (eur(0), eur(2), eur(2)));
    }

    #[test]
    fn amounts_have_the_digits_of_their_currency() {
        let yen = quote(&list("JPY"), Tier::Silver, &[item(1, 1, minor(30, "JPY"), 0)], Some(&ship_to("1"))).unwrap();
        assert_eq!((yen.lines[0].discount, yen.shipping, yen.shipping_tax), (minor(2, "JPY"), minor(10, "JPY"), minor(1, "JPY")));
        let dinar = quote(&list("KWD"), Tier::Bronze, &[item(1, 1, minor(1005, "KWD"), 0)], None).unwrap();
        assert_eq!(dinar.lines[0].tax, minor(100, "KWD"));
    }

    #[test]
    fn shipping_depends_on_weight_and_on_how_remote_the_place_is() {
        let shipping = |grams, n, postal_code| {
            quote(&list("EUR"), Tier::Platinum, &[item(1, n, eur(100), grams)], Some(&ship_to(postal_code))).unwrap().shipping
        };
        assert_eq!(shipping(50_000, 1, "10115"), eur(1000));
        assert_eq!(shipping(25_000, 3, "10115"), eur(1000 + 1250));
        assert_eq!(shipping(50_010, 1, "10115"), eur(1000), "half a cent rounds to the even cent");
        assert_eq!(shipping(50_030, 1, "10115"), eur(1002));
        assert_eq!(shipping(100, 1, "98000"), eur(2500));
    }

    #[test]
    fn what_is_picked_up_costs_no_shipping() {
        let priced = quote(&list("EUR"), Tier::Bronze, &[item(1, 1, eur(100), 90_000)], None).unwrap();
        assert_eq!((priced.shipping, priced.shipping_tax), (eur(0), eur(0)));
    }

    #[test]
    fn another_currency_than_the_lists_is_refused() {
        assert!(quote(&list("EUR"), Tier::Bronze, &[item(1, 1, minor(100, "USD"), 0)], None).is_err());
    }
}
