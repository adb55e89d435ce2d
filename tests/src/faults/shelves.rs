//! A small domain in which everything that the log promises shows: shelves with units on them. Nothing may be oversold, a refusal depends on what is
//! there, closing a closed shelf is a no-op, and a move takes from one shelf and gives to several others, all or none.

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use decider::{Changes, Decision, EventSourced, Needed, Refusal, RefusalClass, States};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shelf {
    pub(crate) units: i64,
    pub(crate) closed: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum ShelfEvent {
    #[serde(rename = "shelf.received")]
    Received { units: i64 },
    #[serde(rename = "shelf.taken")]
    Taken { units: i64 },
    #[serde(rename = "shelf.closed")]
    Closed {},
    #[serde(rename = "shelf.reopened")]
    Reopened {},
}

impl DomainEvent for ShelfEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Received { .. } => "shelf.received",
            Self::Taken { .. } => "shelf.taken",
            Self::Closed {} => "shelf.closed",
            Self::Reopened {} => "shelf.reopened",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Shelf {
    const TYPE: &'static str = "shelf";
    type Command = ();
    type Event = ShelfEvent;
    type Error = No;
    type Services = ();

    async fn handle(&mut self, (): (), (): &(), _sink: &EventSink<Self>) -> Result<(), No> {
        Ok(())
    }

    fn apply(&mut self, event: ShelfEvent) {
        match event {
            ShelfEvent::Received { units } => self.units += units,
            ShelfEvent::Taken { units } => self.units -= units,
            ShelfEvent::Closed {} => self.closed = true,
            ShelfEvent::Reopened {} => self.closed = false,
        }
    }
}

impl EventSourced for Shelf {
    const EVENTS: &'static [(&'static str, &'static str)] =
        &[("shelf.received", "1"), ("shelf.taken", "1"), ("shelf.closed", "1"), ("shelf.reopened", "1")];
}

/// Why the domain says no.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub(crate) enum No {
    #[error("only {left} left on {shelf}, {wanted} wanted")]
    Short { shelf: String, left: i64, wanted: i64 },
    #[error("{shelf} is closed")]
    IsClosed { shelf: String },
}

impl Refusal for No {
    fn class(&self) -> RefusalClass {
        RefusalClass::State
    }
}

/// What a client may ask. Looks and the head are not decided: they read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Ask {
    Receive {
        shelf: String,
        units: i64,
    },
    Take {
        shelf: String,
        units: i64,
    },
    /// From one shelf to each of several others.
    Move {
        from: String,
        to: Vec<String>,
        units: i64,
    },
    Close {
        shelf: String,
    },
    Reopen {
        shelf: String,
    },
    /// A shelf that is thought to be new; nothing new if it is not.
    Establish {
        shelf: String,
    },
    /// A linearizable read.
    Look {
        shelf: String,
    },
    /// The end of the log, which every reader can see.
    Head,
}

impl Decision for Ask {
    type Refusal = No;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let of = |shelf: &String| Needed::of::<Shelf>(shelf.as_str());
        match self {
            Self::Move { from, .. } if states.get::<Shelf>(from).is_none() => vec![of(from)],
            Self::Move { from, to, .. } => std::iter::once(from).chain(to).map(of).collect(),
            Self::Establish { shelf } => vec![Needed::created::<Shelf>(shelf.as_str())],
            Self::Receive { shelf, .. } | Self::Take { shelf, .. } | Self::Close { shelf } | Self::Reopen { shelf } => vec![of(shelf)],
            Self::Look { shelf } => vec![of(shelf)],
            Self::Head => vec![],
        }
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, No> {
        let write = |shelf: &String, event| Ok(Changes::of::<Shelf>(shelf, [event]));
        let is_closed = |shelf: &String| states.get::<Shelf>(shelf).is_some_and(|shelf| shelf.closed);
        match self {
            Self::Receive { shelf, units } => receive(states, shelf, *units),
            Self::Take { shelf, units } => take(states, shelf, *units),
            Self::Move { from, to, units } => relocate(states, from, to, *units),
            Self::Close { shelf } if !is_closed(shelf) => write(shelf, ShelfEvent::Closed {}),
            Self::Reopen { shelf } if is_closed(shelf) => write(shelf, ShelfEvent::Reopened {}),
            Self::Establish { shelf } if states.version::<Shelf>(shelf).unwrap_or(0) == 0 => {
                write(shelf, ShelfEvent::Received { units: 1 })
            }
            Self::Close { .. } | Self::Reopen { .. } | Self::Establish { .. } | Self::Look { .. } | Self::Head => Ok(Changes::none()),
        }
    }
}

fn receive(states: &States<'_>, shelf: &str, units: i64) -> Result<Changes, No> {
    if states.get::<Shelf>(shelf).is_some_and(|shelf| shelf.closed) {
        return Err(No::IsClosed { shelf: shelf.to_owned() });
    }
    Ok(Changes::of::<Shelf>(shelf, [ShelfEvent::Received { units }]))
}

fn take(states: &States<'_>, shelf: &str, wanted: i64) -> Result<Changes, No> {
    let known = states.get::<Shelf>(shelf).cloned().unwrap_or_default();
    if known.closed {
        return Err(No::IsClosed { shelf: shelf.to_owned() });
    }
    if known.units < wanted {
        return Err(No::Short { shelf: shelf.to_owned(), left: known.units, wanted });
    }
    Ok(Changes::of::<Shelf>(shelf, [ShelfEvent::Taken { units: wanted }]))
}

fn relocate(states: &States<'_>, from: &str, to: &[String], units: i64) -> Result<Changes, No> {
    let shelves = i64::try_from(to.len()).expect("a move goes to a handful of shelves");
    let mut changes = take(states, from, units * shelves)?;
    for shelf in to {
        changes.append(receive(states, shelf, units)?);
    }
    Ok(changes)
}
