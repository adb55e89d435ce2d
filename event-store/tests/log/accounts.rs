//! A small domain: accounts that hold money and perhaps an owner.

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use decider::{Changes, Decision, EventSourced, Needed, Refusal, RefusalClass, States};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Account {
    pub balance: i64,
    pub deposits: i64,
    /// As the log gave it: what was folded must never be in clear.
    pub owner: Option<serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum AccountEvent {
    #[serde(rename = "account.deposited")]
    Deposited { amount: i64 },
    #[serde(rename = "account.withdrawn")]
    Withdrawn { amount: i64 },
    #[serde(rename = "account.owner_named")]
    OwnerNamed { owner: serde_json::Value },
}

impl DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Deposited { .. } => "account.deposited",
            Self::Withdrawn { .. } => "account.withdrawn",
            Self::OwnerNamed { .. } => "account.owner_named",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = ();
    type Event = AccountEvent;
    type Error = Poor;
    type Services = ();

    async fn handle(&mut self, (): (), (): &(), _sink: &EventSink<Self>) -> Result<(), Poor> {
        Ok(())
    }

    fn apply(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Deposited { amount } => {
                self.balance += amount;
                self.deposits += 1;
            }
            AccountEvent::Withdrawn { amount } => self.balance -= amount,
            AccountEvent::OwnerNamed { owner } => self.owner = Some(owner),
        }
    }
}

impl EventSourced for Account {
    const EVENTS: &'static [(&'static str, &'static str)] =
        &[("account.deposited", "1"), ("account.withdrawn", "1"), ("account.owner_named", "1")];
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub(crate) enum Poor {
    #[error("only {left} left in {account}, {wanted} wanted")]
    NotEnough { account: String, left: i64, wanted: i64 },
}

impl Refusal for Poor {
    fn class(&self) -> RefusalClass {
        RefusalClass::State
    }
}

/// Puts money into an account, which may be a new one.
#[derive(Debug, Clone)]
pub(crate) struct Deposit {
    pub account: String,
    pub amount: i64,
}

impl Decision for Deposit {
    type Refusal = Poor;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Account>(self.account.as_str())]
    }

    fn decide(&self, _: &States<'_>) -> Result<Changes, Poor> {
        if self.amount == 0 {
            return Ok(Changes::none());
        }
        Ok(Changes::of::<Account>(&self.account, [AccountEvent::Deposited { amount: self.amount }]))
    }
}

/// Opens an account that does not exist, it is thought, with some money in it.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub account: String,
}

impl Decision for Open {
    type Refusal = Poor;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::created::<Account>(self.account.as_str())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, Poor> {
        match states.version::<Account>(&self.account) {
            Some(0) | None => Ok(Changes::of::<Account>(&self.account, [AccountEvent::Deposited { amount: 1 }])),
            Some(_) => Ok(Changes::none()),
        }
    }
}

/// Takes money out, if there is enough.
#[derive(Debug, Clone)]
pub(crate) struct Withdraw {
    pub account: String,
    pub amount: i64,
}

impl Decision for Withdraw {
    type Refusal = Poor;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Account>(self.account.as_str())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, Poor> {
        withdraw(states, &self.account, self.amount)
    }
}

fn withdraw(states: &States<'_>, account: &str, wanted: i64) -> Result<Changes, Poor> {
    let left = states.get::<Account>(account).map_or(0, |account| account.balance);
    if left < wanted {
        return Err(Poor::NotEnough { account: account.to_owned(), left, wanted });
    }
    Ok(Changes::of::<Account>(account, [AccountEvent::Withdrawn { amount: wanted }]))
}

/// Moves money between two accounts: two streams, one append. The second is named once the first is seen.
#[derive(Debug, Clone)]
pub(crate) struct Transfer {
    pub from: String,
    pub to: String,
    pub amount: i64,
}

impl Decision for Transfer {
    type Refusal = Poor;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let from = Needed::of::<Account>(self.from.as_str());
        if states.get::<Account>(&self.from).is_none() {
            return vec![from];
        }
        vec![from, Needed::of::<Account>(self.to.as_str())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, Poor> {
        let mut changes = withdraw(states, &self.from, self.amount)?;
        changes.push::<Account>(self.to.as_str(), AccountEvent::Deposited { amount: self.amount });
        Ok(changes)
    }
}

/// Names the owner: personal data, as a domain hands it over.
#[derive(Debug, Clone)]
pub(crate) struct NameOwner {
    pub account: String,
    pub name: String,
}

impl Decision for NameOwner {
    type Refusal = Poor;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Account>(self.account.as_str())]
    }

    fn decide(&self, _: &States<'_>) -> Result<Changes, Poor> {
        let owner = serde_json::json!({"$personal": {"subject": self.account, "value": self.name}});
        Ok(Changes::of::<Account>(&self.account, [AccountEvent::OwnerNamed { owner }]))
    }
}
