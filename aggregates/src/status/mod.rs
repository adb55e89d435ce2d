//! What is derived of an order: how far it is paid and fulfilled, what is open, due and outstanding. One home for all who show it (the order itself, its HTTP
//! view, its read model), so that they say the same word and the same figure at every moment.
//!
//! Everything here is a pure function of plain figures, without a type of an aggregate: whoever has the figures, from a state or from a row, may ask.

mod attempt;
mod booking;
mod due;
mod fulfillment;
mod paid;
mod stock;

pub use attempt::{Answer, Attempt, AttemptStage, Void};
pub use booking::BookingStage;
pub use due::{LineAmounts, due_minor, outstanding_minor, worth_minor};
pub use fulfillment::{FulfillmentStatus, LineUnits, fulfillment_status};
pub use paid::{Owed, PaidStatus, paid_status};
pub use stock::available_units;

/// Declares a status: an enum whose values are words, in JSON and wherever a word is asked for.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every value, in the order in which things happen.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

use words;
