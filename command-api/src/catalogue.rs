//! What can be asked of the API, a line each: what it is called, where it is asked, who may, while what, and what it does.
//!
//! The rights of the router, `allowed_commands`, the names and tags of the OpenAPI document and `docs/commands.md` are read from here. A route without a line
//! is for nobody. What can be queried stands in [`identity::FIELDS`]; the page tells of both.

mod line;
mod page;
mod table;

use std::collections::HashMap;
use std::sync::LazyLock;

use aggregates::decisions::allowed::OrderInFull;
use identity::Caller;

pub use identity::Who;
pub use line::{Allowed, Group, Kind, Line, Verb};
pub use page::page;
pub(crate) use table::GROUPS;

/// Every line.
pub fn lines() -> impl Iterator<Item = &'static Line> {
    GROUPS.iter().flat_map(|group| group.lines)
}

/// The line of a route.
pub(crate) fn line_of(method: &str, path: &str) -> Option<&'static Line> {
    static LINES: LazyLock<HashMap<(&str, &str), &Line>> =
        LazyLock::new(|| lines().map(|line| ((line.verb.as_str(), line.path), line)).collect());
    LINES.get(&(method, path)).copied()
}

/// The words of all that may ever be asked of an order.
pub(crate) fn words_of_orders() -> impl Iterator<Item = &'static str> {
    lines().filter_map(|line| match line.allowed {
        Allowed::OnOrder { word, .. } => Some(word),
        Allowed::Always | Allowed::While(_) => None,
    })
}

/// What this caller may ask of an order as it stands.
pub fn allowed_commands(caller: &Caller, order: OrderInFull<'_>) -> Vec<&'static str> {
    let allowed = |line: &'static Line| match line.allowed {
        Allowed::OnOrder { word, may, .. } if line.who.admits(caller) && may(order) => Some(word),
        Allowed::OnOrder { .. } | Allowed::Always | Allowed::While(_) => None,
    };
    lines().filter_map(allowed).collect()
}
