//! The values of the examples: one order with one product and one parcel.

use std::str::FromStr;

use aggregates::values::{InvalidValue, Money, Sku, WarehouseCode};
use uuid::Uuid;

/// The order of all examples.
pub(super) const ORDER: Uuid = Uuid::from_u128(0x0193_5e3a_7c00_7000_8000_0000_0000_0001);

/// Its parcel.
pub(super) const PARCEL: Uuid = Uuid::from_u128(0x0193_5e3a_7c00_7000_8000_0000_0000_0002);

/// Its attempt to pay.
pub(super) const PAYMENT: Uuid = Uuid::from_u128(0x0193_5e3a_7c00_7000_8000_0000_0000_0003);

/// Its customer.
pub(super) const CUSTOMER: Uuid = Uuid::from_u128(0x0193_5e3a_7c00_7000_8000_0000_0000_0004);

/// Another thing with an id.
pub(super) const OTHER: Uuid = Uuid::from_u128(0x0193_5e3a_7c00_7000_8000_0000_0000_0005);

fn written<T: FromStr<Err = InvalidValue>>(text: &str) -> T {
    text.parse().expect("an example is written as its type wants it")
}

pub(super) fn lamp() -> Sku {
    written("A-17")
}

pub(super) fn berlin() -> WarehouseCode {
    written("berlin")
}

pub(super) fn euros(cents: i64) -> Money {
    Money::from_minor(cents, written("EUR")).expect("an example's amount is within the bounds")
}
