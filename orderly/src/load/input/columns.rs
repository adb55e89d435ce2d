//! Where each column of the order lines stands.

use std::path::Path;

use super::InputError;
use super::fields;

/// A column of the order lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Column {
    OrderRef,
    CustomerRef,
    StoreRef,
    PlacedAt,
    ProductRef,
    Quantity,
    UnitPrice,
    LineDiscount,
    Currency,
    LineTotal,
}

/// All of them, by their names; the last two may be missing.
const COLUMNS: [(Column, &str); 10] = [
    (Column::OrderRef, "order_ref"),
    (Column::CustomerRef, "customer_ref"),
    (Column::StoreRef, "store_ref"),
    (Column::PlacedAt, "placed_at"),
    (Column::ProductRef, "product_ref"),
    (Column::Quantity, "quantity"),
    (Column::UnitPrice, "unit_price"),
    (Column::LineDiscount, "line_discount"),
    (Column::Currency, "currency"),
    (Column::LineTotal, "line_total"),
];

const REQUIRED: usize = 8;

impl Column {
    /// Its name in the header.
    pub(super) fn name(self) -> &'static str {
        COLUMNS[self as usize].1
    }
}

/// The header of a file: which column stands where.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    at: [Option<usize>; COLUMNS.len()],
    count: usize,
}

impl Columns {
    /// Reads a header: the eight columns of an order line in any order, and the two optional ones.
    pub(super) fn parse(path: &Path, header: &str) -> Result<Self, InputError> {
        let wrong = |reason: String| InputError::Header { path: path.to_owned(), reason };
        let names = fields::split(header).map_err(|broken| wrong(broken.message().to_owned()))?;
        let mut at = [None; COLUMNS.len()];
        for (position, field) in names.iter().enumerate() {
            let column = COLUMNS.iter().position(|(_, name)| *name == field.text);
            let column = column.ok_or_else(|| wrong(format!("unknown column '{}'; expected {}", field.text, expected())))?;
            if at[column].replace(position).is_some() {
                return Err(wrong(format!("column '{}' twice", field.text)));
            }
        }
        match COLUMNS[..REQUIRED].iter().find(|(column, _)| at[*column as usize].is_none()) {
            Some((_, name)) => Err(wrong(format!("column '{name}' is missing; expected {}", expected()))),
            None => Ok(Self { at, count: names.len() }),
        }
    }

    /// How many columns a row has.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The position of a column in a row.
    pub(super) fn position(&self, column: Column) -> Option<usize> {
        self.at[column as usize]
    }
}

fn expected() -> String {
    let names = COLUMNS[..REQUIRED].iter().map(|(_, name)| *name).collect::<Vec<_>>().join(",");
    format!("{names} and, where wanted, currency and line_total")
}
