//! Why an order ends early, in words that the customer may read.

use aggregates::order::{CancelationReason, MissingStock};

use super::facts::{Facts, Settlement, Stock};

const NAMED_AT_MOST: usize = 3;

/// Why the process itself calls the order off.
pub(super) fn rejection(facts: &Facts) -> CancelationReason {
    match &facts.stock {
        Stock::Missing(missing) => out_of_stock(missing),
        Stock::Unknown | Stock::Reserved(_) => payment_ended(facts),
    }
}

fn out_of_stock(missing: &[MissingStock]) -> CancelationReason {
    let named: Vec<String> = missing.iter().take(NAMED_AT_MOST).map(short).collect();
    let more = match missing.len().saturating_sub(NAMED_AT_MOST) {
        0 => String::new(),
        others => format!(", and {others} more"),
    };
    let message = format!("Not everything you ordered is in stock: {}{more}. Nothing was charged.", named.join(", "));
    CancelationReason { code: "out_of_stock".to_owned(), message }
}

fn short(missing: &MissingStock) -> String {
    format!("{} of {} ordered, {} left", missing.wanted, missing.sku, missing.available)
}

fn payment_ended(facts: &Facts) -> CancelationReason {
    let settled = facts.attempt.and_then(|payment| facts.payments.get(&payment)).and_then(|attempt| attempt.settled.as_ref());
    match settled {
        Some(Settlement::Declined { code }) => declined(code),
        Some(Settlement::Authorized | Settlement::Voided) | None => CancelationReason {
            code: "payment_ended".to_owned(),
            message: "The payment ended before the order was confirmed. Nothing was charged.".to_owned(),
        },
    }
}

fn declined(code: &str) -> CancelationReason {
    let why = code.replace('_', " ");
    let message = format!("The payment was declined ({why}). Nothing was charged; please order again with another card.");
    CancelationReason { code: "payment_declined".to_owned(), message }
}
