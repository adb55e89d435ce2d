//! Customers: one row each, keyed by the customer's id. Personal data stands here in clear: staff must see and search it.

mod reads;

use std::collections::BTreeMap;

use aggregates::customer::{Customer, CustomerEvent, CustomerRegistered};
use aggregates::values::{Address, CustomerId, EmailAddress, PersonName, Personal, PhoneNumber, Tier};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::projection::Projection;
use crate::recorded::{Recorded, Unfoldable, follows};
use crate::row::Row;
use crate::tables::One;
use crate::words::row_words;

pub use reads::{CustomerFilter, by_channel_reference, by_email, by_id, by_ids, page};

/// The read model of customers.
#[derive(Debug)]
pub struct Customers;

follows! {
    /// What the read model of customers follows.
    CustomersEvent:
    /// Of the customer.
    Customer(Customer),
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerRow {
    /// Its id.
    pub id: CustomerId,
    /// The sales channel that registered them.
    pub channel: Option<String>,
    /// How that channel names them.
    pub reference: Option<String>,
    /// What they get off.
    pub tier: Tier,
    /// Whether they may order.
    pub status: CustomerStatus,
    /// Why they may not, for operators.
    pub suspension_reason: Option<String>,
    /// Their name.
    pub name: Option<PersonName>,
    /// Their e-mail address.
    pub email: Option<EmailAddress>,
    /// Their phone number.
    pub phone: Option<PhoneNumber>,
    /// Their address.
    pub address: Option<Address>,
    /// What else the channel knows of them.
    pub attributes: Option<BTreeMap<String, String>>,
    /// When they were registered.
    pub registered_at: DateTime<Utc>,
    /// When the row last changed.
    pub updated_at: DateTime<Utc>,
    /// The sequence of the last event of their stream: what `If-Match` speaks of.
    pub version: i64,
}

row_words! {
    /// Whether a customer may order.
    CustomerStatus:
    /// May order.
    Active = "active",
    /// May not for now.
    Suspended = "suspended",
}

impl Projection for Customers {
    const NAME: &'static str = "customers";
    const VERSION: u32 = 1;
    const SHOWS_PERSONAL_DATA: bool = true;
    const SCHEMA_SQL: &'static str = include_str!("schema.sql");
    const INDEXES_SQL: &'static str = include_str!("indexes.sql");
    type Event = CustomersEvent;
    type Tables = (One<CustomerRow>,);

    fn keys(event: &Recorded<'_, CustomersEvent>) -> Vec<String> {
        vec![event.stream.aggregate_id().to_owned()]
    }
}

impl Row<CustomersEvent> for CustomerRow {
    const TABLE: &'static str = "customers";

    fn fold(row: Option<Self>, key: &str, event: &Recorded<'_, CustomersEvent>) -> Result<Option<Self>, Unfoldable> {
        let CustomersEvent::Customer(fact) = &event.event;
        match (fact, row) {
            (CustomerEvent::CustomerRegistered(registered), None) => CustomerRow::new(registered, key, event).map(Some),
            (CustomerEvent::CustomerRegistered(_), Some(_)) => Err(Unfoldable::second(key, event)),
            (_, None) => Err(Unfoldable::no_row(key, event)),
            (fact, Some(mut row)) => {
                row.change(fact);
                row.updated_at = event.recorded_at;
                row.version = event.sequence;
                Ok(Some(row))
            }
        }
    }
}

impl CustomerRow {
    fn new(registered: &CustomerRegistered, key: &str, event: &Recorded<'_, CustomersEvent>) -> Result<Self, Unfoldable> {
        Ok(Self {
            id: key.parse().map_err(|problem| Unfoldable(format!("{problem}")))?,
            channel: registered.channel_reference.as_ref().map(|name| name.channel.clone()),
            reference: registered.channel_reference.as_ref().map(|name| name.reference.clone()),
            tier: registered.tier,
            status: CustomerStatus::Active,
            suspension_reason: None,
            name: opened(&registered.name),
            email: opened(&registered.email),
            phone: opened(&registered.phone),
            address: opened(&registered.address),
            attributes: opened(&registered.attributes),
            registered_at: event.recorded_at,
            updated_at: event.recorded_at,
            version: event.sequence,
        })
    }

    fn change(&mut self, fact: &CustomerEvent) {
        match fact {
            CustomerEvent::CustomerRegistered(_) => {}
            CustomerEvent::CustomerTierChanged(changed) => self.tier = changed.tier,
            CustomerEvent::CustomerSuspended(suspended) => {
                self.status = CustomerStatus::Suspended;
                self.suspension_reason = Some(suspended.reason.clone());
            }
            CustomerEvent::CustomerReinstated(_) => {
                self.status = CustomerStatus::Active;
                self.suspension_reason = None;
            }
        }
    }
}

/// What stays sealed (its key was destroyed) is gone.
fn opened<T: Clone>(personal: &Option<Personal<T>>) -> Option<T> {
    personal.as_ref().and_then(Personal::clear).cloned()
}
