//! Names of things: UUIDs for what Orderly names, checked texts for what the shop names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::InvalidValue;

/// One newtype over a UUID for each kind of thing, so that a payment's id never stands where an order's belongs.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id with these 128 bits.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Its 128 bits.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidValue::new($what, format!("'{text}' is not a UUID")))
            }
        }
    };
}

uuid_id!(
    /// An order.
    OrderId, "an order id"
);
uuid_id!(
    /// One attempt to pay.
    PaymentId, "a payment id"
);
uuid_id!(
    /// A parcel, from its planning on.
    ShipmentId, "a shipment id"
);
uuid_id!(
    /// A customer.
    CustomerId, "a customer id"
);

/// A text that the shop chose to name something: 1 to `MAX` characters, printable ASCII, without space or `/`, and not `.` or `..`, which every client takes
/// out of a path.
fn parse_code(what: &'static str, max: usize, text: &str) -> Result<String, InvalidValue> {
    if text.is_empty() || text.len() > max {
        return Err(InvalidValue::new(what, format!("must have 1 to {max} characters, has {}", text.chars().count())));
    }
    if text == "." || text == ".." {
        return Err(InvalidValue::new(what, format!("must not be '{text}'")));
    }
    match text.chars().find(|c| !c.is_ascii_graphic() || *c == '/') {
        Some(c) => Err(InvalidValue::new(what, format!("must be printable ASCII without space or '/', has {c:?}"))),
        None => Ok(text.to_owned()),
    }
}

/// A checked text as a type of its own.
macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse_code($what, $max, text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidValue;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

code!(
    /// A stock keeping unit: the name of a product.
    Sku, "a SKU", 64
);
code!(
    /// The short name of a warehouse.
    WarehouseCode, "a warehouse code", 32
);
code!(
    /// The number of an order for people: unique, given at placement.
    OrderNumber, "an order number", 32
);

/// The number of a line in its order, from 1, never given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LineNumber(u32);

impl LineNumber {
    /// The line with this number, from 1.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for LineNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The stock of one SKU in one warehouse, written `warehouse/sku`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StockItemId {
    /// Where.
    pub warehouse: WarehouseCode,
    /// What.
    pub sku: Sku,
}

impl fmt::Display for StockItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.warehouse, self.sku)
    }
}

impl FromStr for StockItemId {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (warehouse, sku) =
            text.split_once('/').ok_or_else(|| InvalidValue::new("a stock item", format!("'{text}' is not warehouse/sku")))?;
        Ok(Self { warehouse: warehouse.parse()?, sku: sku.parse()? })
    }
}

/// How a sales channel names something of its own: unique for ever within the channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChannelReference {
    /// The channel, such as `marketplace-de`.
    pub channel: String,
    /// Its own reference for the thing.
    pub reference: String,
}

impl ChannelReference {
    /// A channel's reference.
    ///
    /// # Errors
    /// Either text is empty, longer than 100 characters or has a control character.
    pub fn new(channel: impl Into<String>, reference: impl Into<String>) -> Result<Self, InvalidValue> {
        let (channel, reference) = (channel.into(), reference.into());
        for (what, text) in [("a channel", &channel), ("a channel reference", &reference)] {
            let count = text.chars().count();
            if count == 0 || count > 100 {
                return Err(InvalidValue::new(what, format!("must have 1 to 100 characters, has {count}")));
            }
            if text.chars().any(char::is_control) {
                return Err(InvalidValue::new(what, "must not contain control characters"));
            }
        }
        Ok(Self { channel, reference })
    }
}

impl fmt::Display for ChannelReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.channel, self.reference)
    }
}
