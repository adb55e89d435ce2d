use std::fmt;

use serde::{Deserialize, Serialize};

use super::InvalidValue;

/// A number of units, 1 to 1,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Quantity(u32);

impl Quantity {
    /// The most units one quantity may have.
    pub const MAX: u32 = 1_000_000;

    /// How many units.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Quantity {
    type Error = InvalidValue;

    fn try_from(units: u32) -> Result<Self, Self::Error> {
        match units {
            1..=Self::MAX => Ok(Self(units)),
            _ => Err(InvalidValue::new("a quantity", format!("must be 1 to {}, is {units}", Self::MAX))),
        }
    }
}

impl From<Quantity> for u32 {
    fn from(quantity: Quantity) -> Self {
        quantity.0
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
