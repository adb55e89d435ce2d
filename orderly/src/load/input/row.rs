//! One line of the file: an order line, or what is wrong with it.

use std::fmt::Display;
use std::path::Path;

use aggregates::values::{ChannelReference, Currency, Money, Quantity, Sku, WarehouseCode};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::columns::{Column, Columns};
use super::fault::Fault;
use super::fields::{self, Field, Place};
use super::order::FileLine;
use crate::load::{CHANNEL, warehouse_of_store};

/// What the lines of one order have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) reference: String,
    pub(super) customer: String,
    pub(super) warehouse: WarehouseCode,
    pub(super) placed_at: DateTime<Utc>,
    pub(super) currency: Currency,
}

/// A line that is as it should be.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) heading: Heading,
    pub(super) line: FileLine,
    /// Where the fields of the heading begin, for messages about orders whose lines disagree.
    pub(super) places: HeadingPlaces,
}

/// Where the fields of a heading begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadingPlaces {
    pub(super) customer: Place,
    pub(super) store: Place,
    pub(super) placed_at: Place,
    pub(super) currency: Place,
}

/// Which order a line belongs to, as its text has it: known even where the line is malformed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) reference: String,
    customer: String,
    store: String,
    placed_at: String,
}

impl Owner {
    /// Whether a line without a reference is of the same order by all else.
    pub(super) fn is_probably(&self, other: &Self) -> bool {
        !self.customer.is_empty() && (&self.customer, &self.store, &self.placed_at) == (&other.customer, &other.store, &other.placed_at)
    }
}

/// A line read: whose it is, and the order line or its faults.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) number: u64,
    pub(super) owner: Owner,
    pub(super) row: Result<Row, Vec<Fault>>,
}

/// Reads a record that begins in this line; `currency` is that of a file without the column, or of an empty field.
pub(super) fn parse(path: &Path, number: u64, record: &str, columns: &Columns, currency: Currency) -> Parsed {
    match fields::split(record) {
        Ok(fields) => {
            Reader { path, number, columns, fields: &fields, faults: Vec::new(), end: Place::START.behind(record) }.read(currency)
        }
        Err(broken) => Parsed {
            number,
            owner: Owner::of_broken(record, columns),
            row: Err(vec![Fault::in_record(path, number, broken.place(), broken.message().to_owned())]),
        },
    }
}

impl Owner {
    fn of(columns: &Columns, field: impl Fn(usize) -> Option<String>) -> Self {
        let text = |column| columns.position(column).and_then(&field).unwrap_or_default();
        Self {
            reference: text(Column::OrderRef),
            customer: text(Column::CustomerRef),
            store: text(Column::StoreRef),
            placed_at: text(Column::PlacedAt),
        }
    }

    /// The line cannot be taken apart properly: by its commas it still says most probably whose it is.
    fn of_broken(line: &str, columns: &Columns) -> Self {
        Self::of(columns, |position| Some(line.split(',').nth(position)?.trim_matches(['"', ' ']).to_owned()))
    }
}

struct Reader<'a> {
    path: &'a Path,
    number: u64,
    columns: &'a Columns,
    fields: &'a [Field<'a>],
    faults: Vec<Fault>,
    end: Place,
}

impl Reader<'_> {
    fn read(mut self, currency: Currency) -> Parsed {
        let owner = Owner::of(self.columns, |position| Some(self.fields.get(position)?.text.clone().into_owned()));
        self.count_fields();
        let row = if self.faults.is_empty() { self.row(currency) } else { None };
        let row = row.filter(|_| self.faults.is_empty()).ok_or(self.faults);
        Parsed { number: self.number, owner, row }
    }

    fn count_fields(&mut self) {
        let (found, wanted) = (self.fields.len(), self.columns.count());
        if found == wanted {
            return;
        }
        let place = self.fields.get(wanted).map_or(self.end, |field| field.place);
        self.fault(place, format!("the row has {found} columns, the header has {wanted}"));
    }

    /// Every field is looked at, so that all that is wrong with a row is told at once.
    fn row(&mut self, default: Currency) -> Option<Row> {
        let reference = self.take(Column::OrderRef, channel_reference);
        let customer = self.take(Column::CustomerRef, channel_reference);
        let warehouse = self.take(Column::StoreRef, warehouse_of_store);
        let placed_at = self.take(Column::PlacedAt, time);
        let sku = self.take(Column::ProductRef, |text| text.parse::<Sku>().map_err(|error| error.to_string()));
        let quantity = self.take(Column::Quantity, quantity);
        let currency = self.take(Column::Currency, |text| if text.is_empty() { Ok(default) } else { known_currency(text) });
        let (unit_price, discount) = currency.map(|currency| self.prices(currency)).unwrap_or_default();
        let (unit_price, discount) = self.adding_up(quantity?, unit_price?, discount?)?;
        let heading =
            Heading { reference: reference?, customer: customer?, warehouse: warehouse?, placed_at: placed_at?, currency: currency? };
        let line = FileLine { sku: sku?, quantity: quantity?, unit_price, discount };
        Some(Row { heading, line, places: self.heading_places() })
    }

    fn prices(&mut self, currency: Currency) -> (Option<Money>, Option<Money>) {
        let price = self.take(Column::UnitPrice, |text| money(text, currency));
        (price, self.take(Column::LineDiscount, |text| money(text, currency)))
    }

    /// The price and the discount of the line, if they make its total.
    fn adding_up(&mut self, quantity: Quantity, unit_price: Money, discount: Money) -> Option<(Money, Money)> {
        let total = unit_price.times(quantity.get()).and_then(|gross| gross.minus(discount)).map_err(|error| error.to_string());
        let total = self.note(Column::UnitPrice, total)?;
        if total.amount().is_sign_negative() {
            self.note::<()>(Column::LineDiscount, Err(format!("{discount} is more than the line costs")));
        }
        self.take(Column::LineTotal, |text| adds_up(text, total))?;
        Some((unit_price, discount))
    }

    /// A column's field, read; one that the file does not have reads as empty.
    fn take<T>(&mut self, column: Column, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let fields = self.fields;
        let text = self.columns.position(column).map_or("", |position| &*fields[position].text);
        self.note(column, read(text))
    }

    fn note<T>(&mut self, column: Column, result: Result<T, String>) -> Option<T> {
        result.map_err(|message| self.fault(self.place(column), format!("{}: {message}", column.name()))).ok()
    }

    fn fault(&mut self, place: Place, message: String) {
        self.faults.push(Fault::in_record(self.path, self.number, place, message));
    }

    fn place(&self, column: Column) -> Place {
        self.columns.position(column).map_or(Place::START, |position| self.fields[position].place)
    }

    fn heading_places(&self) -> HeadingPlaces {
        HeadingPlaces {
            customer: self.place(Column::CustomerRef),
            store: self.place(Column::StoreRef),
            placed_at: self.place(Column::PlacedAt),
            currency: self.place(Column::Currency),
        }
    }
}

fn channel_reference(text: &str) -> Result<String, String> {
    ChannelReference::new(CHANNEL, text).map(|reference| reference.reference).map_err(|error| error.to_string())
}

fn time(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .map_err(|error| format!("'{text}' is no time such as 2017-01-01T11:53:26Z: {error}"))
}

fn quantity(text: &str) -> Result<Quantity, String> {
    let units = text.parse::<u32>().ok().and_then(|units| Quantity::try_from(units).ok());
    units.ok_or_else(|| format!("'{text}' is not a whole number from 1 to {}", Quantity::MAX))
}

fn known_currency(text: &str) -> Result<Currency, String> {
    text.parse().map_err(|error: aggregates::values::InvalidValue| error.to_string())
}

/// An amount that is not negative. The decimal parser would also take `1_000`.
fn money(text: &str, currency: Currency) -> Result<Money, String> {
    let amount = decimal(text)?;
    if amount.is_sign_negative() && !amount.is_zero() {
        return Err(format!("{amount} is negative"));
    }
    Money::new(amount, currency).map_err(|error| error.to_string())
}

fn decimal(text: &str) -> Result<Decimal, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let amount = digits.then(|| Decimal::from_str_exact(text).ok()).flatten();
    amount.ok_or_else(|| format!("'{text}' is not a decimal number such as 1.99"))
}

fn adds_up(text: &str, total: Money) -> Result<(), String> {
    if text.is_empty() || decimal(text)? == total.amount() {
        return Ok(());
    }
    Err(format!("{text} is not unit_price × quantity − line_discount, which is {}", total.amount()))
}

/// A message for two unlike values of what an order has once.
pub(super) fn differs(column: Column, found: impl Display, first: impl Display) -> String {
    format!("{}: {found} differs from {first} on the order's first line", column.name())
}
