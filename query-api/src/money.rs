use async_graphql::SimpleObject;
use rust_decimal::Decimal;

/// An amount of one currency.
#[derive(Debug, Clone, PartialEq, SimpleObject)]
pub(crate) struct Money {
    /// A decimal with as many digits as the currency has, such as "10.00".
    amount: Decimal,
    /// ISO 4217, such as "EUR".
    currency: String,
}

impl Money {
    /// An amount as the read models hold it: a number beside the currency of its row. Digits are added, never taken away.
    pub(crate) fn of(mut amount: Decimal, currency: &str) -> Self {
        let digits = currency.parse::<aggregates::values::Currency>().map_or(0, |currency| currency.digits());
        if amount.scale() < digits {
            amount.rescale(digits);
        }
        Self { amount, currency: currency.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_the_digits_of_its_currency() {
        let amount = |text: &str, currency| Money::of(text.parse().unwrap(), currency).amount.to_string();
        assert_eq!(amount("10", "EUR"), "10.00");
        assert_eq!(amount("10", "JPY"), "10");
        assert_eq!(amount("1.5", "KWD"), "1.500");
    }
}
