use aggregates::decisions::allowed::OrderInFull;
use identity::Who;

/// The lines about one kind of thing: a tag of the OpenAPI document.
pub struct Group {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// What can be asked.
    pub lines: &'static [Line],
}

/// One thing that can be asked.
pub struct Line {
    /// Whether it changes something.
    pub kind: Kind,
    /// Its name, unique: the operation's id in the OpenAPI document.
    pub name: &'static str,
    /// How it is asked.
    pub verb: Verb,
    /// Where it is asked, as the router writes it.
    pub path: &'static str,
    /// Who may ask it.
    pub who: Who,
    /// The state that it needs.
    pub allowed: Allowed,
    /// What it does, in a sentence or two.
    pub does: &'static str,
}

/// Whether something changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something does.
    Command,
    /// Nothing does.
    Read,
}

/// How it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// By its path and query alone.
    Get,
    /// With a body.
    Post,
}

impl Verb {
    /// As HTTP has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// In which state it is done and not refused.
#[derive(Clone, Copy)]
pub enum Allowed {
    /// In any.
    Always,
    /// In one that is told in words here and kept by the decision.
    While(&'static str),
    /// While an order stands so.
    OnOrder {
        /// Its name among the order's `allowed_commands`.
        word: &'static str,
        /// The rule.
        may: fn(OrderInFull<'_>) -> bool,
        /// The rule in words.
        told: &'static str,
    },
}

/// A command.
pub(super) const fn post(name: &'static str, path: &'static str, who: Who, allowed: Allowed, does: &'static str) -> Line {
    Line { kind: Kind::Command, name, verb: Verb::Post, path, who, allowed, does }
}

/// A read.
pub(super) const fn get(name: &'static str, path: &'static str, who: Who, does: &'static str) -> Line {
    Line { kind: Kind::Read, name, verb: Verb::Get, path, who, allowed: Allowed::Always, does }
}

/// A read whose question is too long for a path.
pub(super) const fn ask(name: &'static str, path: &'static str, who: Who, does: &'static str) -> Line {
    Line { kind: Kind::Read, verb: Verb::Post, ..get(name, path, who, does) }
}

/// A command that an order allows.
pub(super) const fn on_order(word: &'static str, may: fn(OrderInFull<'_>) -> bool, told: &'static str) -> Allowed {
    Allowed::OnOrder { word, may, told }
}
