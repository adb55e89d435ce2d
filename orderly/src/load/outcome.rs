use std::collections::BTreeMap;
use std::fmt;

use aggregates::values::Currency;
use rust_decimal::Decimal;
use serde::Serialize;

use super::client::{Found, Problem};
use super::input::FileOrder;

/// Something that the server said no to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// What was sent, such as `order 31198570044`.
    pub what: String,
    /// The stable name of the reason.
    pub reason: String,
    /// What the server said.
    pub detail: String,
}

impl Refusal {
    pub(super) fn new(what: String, problem: &Problem) -> Self {
        Self { what, reason: problem.reason().to_owned(), detail: problem.detail() }
    }
}

/// What became of many things.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Orders by the state in which they ended.
    pub states: BTreeMap<String, u64>,
    /// Why orders were rejected, and why requests were refused.
    pub reasons: BTreeMap<String, u64>,
}

impl Tally {
    /// How many ended.
    pub fn total(&self) -> u64 {
        self.states.values().sum()
    }

    /// How many ended so.
    pub fn of(&self, state: &str) -> u64 {
        self.states.get(state).copied().unwrap_or_default()
    }

    pub(super) fn add(&mut self, order: &Found) {
        *self.states.entry(order.status.clone()).or_default() += 1;
        if let Some(reason) = &order.reason {
            *self.reasons.entry(reason.clone()).or_default() += 1;
        }
    }
}

/// Lines and goods of the orders that the server has as the file has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) lines: u64,
    /// What the goods cost, per currency.
    pub(super) goods: BTreeMap<&'static str, Decimal>,
}

impl Figures {
    pub(super) fn add(&mut self, order: &FileOrder) {
        self.lines += order.lines.len() as u64;
        *self.goods.entry(order.currency.code()).or_default() += order.total();
    }
}

/// An order that the server has with other content than the file: it was loaded from another file before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The channel's reference for it.
    pub order: String,
    /// What the server has.
    pub server: String,
    /// What the file has.
    pub file: String,
}

impl Difference {
    /// Between an order of the file and the one that is there under its reference, if the figures tell of one.
    pub(super) fn between(order: &FileOrder, found: &Found) -> Option<Self> {
        let file = content(order.lines.len() as u64, order.currency, order.total());
        let server = found.lines.zip(found.total).map(|(lines, total)| content(lines, total.currency(), total.amount()));
        let server = server.unwrap_or_else(|| "content that it does not tell".to_owned());
        (server != file).then(|| Self { order: order.reference.clone(), server, file })
    }
}

/// The same for the same content: 0.5 dollars are `USD 0.50`.
fn content(lines: u64, currency: Currency, total: Decimal) -> String {
    let digits = currency.digits() as usize;
    format!("{lines} {} of {currency} {total:.digits$}", if lines == 1 { "line" } else { "lines" })
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { order, server, file } = self;
        write!(f, "order {order} is there already with other content: {server}, and the file has {file}")
    }
}
