use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::InvalidValue;

/// An ISO 4217 currency with minor units (0, 2 or 3 digits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// How many digits its amounts have after the point.
    pub fn digits(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }

    /// Its three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }
}

impl FromStr for Currency {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        iso_currency::Currency::from_code(text)
            .filter(|currency| matches!(currency.exponent(), Some(0 | 2 | 3)))
            .map(Self)
            .ok_or_else(|| InvalidValue::new("a currency", format!("'{text}' is not an ISO 4217 code with 0, 2 or 3 digits")))
    }
}

impl TryFrom<String> for Currency {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount of one currency, within ±10¹⁵ minor units; never more digits than the currency has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "MoneyFields", into = "MoneyFields")]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

#[derive(Serialize, Deserialize)]
struct MoneyFields {
    amount: Decimal,
    currency: Currency,
}

const MAX_MINOR_UNITS: i64 = 1_000_000_000_000_000;

impl Money {
    /// An amount that its currency can represent.
    ///
    /// # Errors
    /// More digits than the currency has, or beyond ±10¹⁵ minor units.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, InvalidValue> {
        let digits = currency.digits();
        let mut exact = amount.normalize();
        if exact.scale() > digits {
            return Err(InvalidValue::new(
                "an amount of money",
                format!("{amount} has more than {digits} digits after the point, which {currency} has not"),
            ));
        }
        let limit = Decimal::new(MAX_MINOR_UNITS, digits);
        if exact.abs() > limit {
            return Err(InvalidValue::new("an amount of money", format!("{amount} is beyond ±{limit} {currency}")));
        }
        exact.rescale(digits);
        Ok(Self { amount: exact, currency })
    }

    /// Nothing.
    pub fn zero(currency: Currency) -> Self {
        Self { amount: Decimal::new(0, currency.digits()), currency }
    }

    /// This many of the currency's smallest unit.
    ///
    /// # Errors
    /// Beyond ±10¹⁵.
    pub fn from_minor(minor_units: i64, currency: Currency) -> Result<Self, InvalidValue> {
        Self::new(Decimal::new(minor_units, currency.digits()), currency)
    }

    /// This many of the currency's smallest unit, or the most that can be told: for sums of facts that nothing bounds.
    pub(crate) fn from_minor_within_bounds(minor_units: i64, currency: Currency) -> Self {
        let bounded = minor_units.clamp(-MAX_MINOR_UNITS, MAX_MINOR_UNITS);
        Self { amount: Decimal::new(bounded, currency.digits()), currency }
    }

    /// The amount, with exactly as many digits as the currency has.
    pub fn amount(self) -> Decimal {
        self.amount
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The amount in the currency's smallest unit.
    pub fn minor(self) -> i64 {
        i64::try_from(self.amount.mantissa()).expect("an amount is within ±10¹⁵ minor units")
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.amount.is_zero()
    }

    /// Whether it is more than nothing.
    pub fn is_positive(self) -> bool {
        self.amount > Decimal::ZERO
    }

    /// The sum.
    ///
    /// # Errors
    /// Another currency, or beyond the bounds.
    pub fn plus(self, other: Self) -> Result<Self, InvalidValue> {
        self.same_currency(other)?;
        Self::new(self.amount + other.amount, self.currency)
    }

    /// The difference.
    ///
    /// # Errors
    /// Another currency, or beyond the bounds.
    pub fn minus(self, other: Self) -> Result<Self, InvalidValue> {
        self.same_currency(other)?;
        Self::new(self.amount - other.amount, self.currency)
    }

    /// The price of so many units.
    ///
    /// # Errors
    /// Beyond the bounds.
    pub fn times(self, units: u32) -> Result<Self, InvalidValue> {
        Self::new(self.amount * Decimal::from(units), self.currency)
    }

    /// The part at a rate such as 0.05, rounded half-even to the currency's digits.
    ///
    /// # Errors
    /// Beyond the bounds.
    pub fn portion(self, rate: Decimal) -> Result<Self, InvalidValue> {
        Self::rounded(self.amount * rate, self.currency)
    }

    /// The nearest amount that the currency can represent, half-even.
    ///
    /// # Errors
    /// Beyond the bounds.
    pub fn rounded(exact: Decimal, currency: Currency) -> Result<Self, InvalidValue> {
        Self::new(exact.round_dp_with_strategy(currency.digits(), RoundingStrategy::MidpointNearestEven), currency)
    }

    /// The sum of many.
    ///
    /// # Errors
    /// Another currency among them, or beyond the bounds.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, InvalidValue> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    fn same_currency(self, other: Self) -> Result<(), InvalidValue> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(InvalidValue::new("an amount of money", format!("{} and {} are different currencies", self.currency, other.currency)))
    }
}

impl TryFrom<MoneyFields> for Money {
    type Error = InvalidValue;

    fn try_from(fields: MoneyFields) -> Result<Self, Self::Error> {
        Self::new(fields.amount, fields.currency)
    }
}

impl From<Money> for MoneyFields {
    fn from(money: Money) -> Self {
        Self { amount: money.amount, currency: money.currency }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.amount)
    }
}
