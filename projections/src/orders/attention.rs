//! What people must see to: steps of an order's process that wait for an operator, and facts that contradict what the order says.

use aggregates::order::{AnomalyEvent, OrderEvent};
use aggregates::payment::{self, PaymentEvent};
use aggregates::process::ProcessEvent;
use aggregates::shipment::ShipmentEvent;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::OrdersEvent;
use crate::recorded::{Recorded, Unfoldable};
use crate::row::{Entry, Part};

/// The steps of one order that wait for an operator: no row where none does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    /// The one that has waited longest first.
    pub steps: Vec<ParkedStep>,
}

/// A step that waits for an operator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkedStep {
    /// Its name, such as `capture`.
    pub step: String,
    /// What it is about; empty: the order itself. Without it everything of the order waits.
    pub subject: Option<String>,
    /// What stood in the way.
    pub cause: String,
    /// Since when it waits.
    pub since: DateTime<Utc>,
}

/// A fact that contradicts what the order says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// When the log took it.
    pub at: DateTime<Utc>,
    /// What it is about: the order's stream, or that of a payment or parcel of it.
    pub about: String,
    /// Stable, such as `delivered_after_cancel`.
    pub code: String,
    /// A sentence for the operator.
    pub message: String,
}

/// An order has one such row.
const THE_ORDER: &str = "order";

impl Part<OrdersEvent> for Parked {
    const TABLE: &'static str = "order_parked";

    fn parts(event: &Recorded<'_, OrdersEvent>) -> Vec<String> {
        match &event.event {
            OrdersEvent::Process(ProcessEvent::ProcessParked(_) | ProcessEvent::ProcessResumed(_)) => vec![THE_ORDER.to_owned()],
            OrdersEvent::Process(ProcessEvent::CommandRefused(_) | ProcessEvent::DeadlinePassed(_))
            | OrdersEvent::Order(_)
            | OrdersEvent::Payment(_)
            | OrdersEvent::Shipment(_) => vec![],
        }
    }

    fn fold(row: Option<Self>, _: &str, event: &Recorded<'_, OrdersEvent>) -> Result<Option<Self>, Unfoldable> {
        let OrdersEvent::Process(fact) = &event.event else { return Ok(row) };
        Ok(match fact {
            ProcessEvent::ProcessParked(parked) => {
                let mut row = row.unwrap_or(Self { steps: vec![] });
                row.steps.retain(|before| (&before.step, &before.subject) != (&parked.step, &parked.subject));
                let (step, subject, cause) = (parked.step.clone(), parked.subject.clone(), parked.cause.clone());
                row.steps.push(ParkedStep { step, subject, cause, since: event.recorded_at });
                Some(row)
            }
            ProcessEvent::ProcessResumed(_) => None,
            ProcessEvent::CommandRefused(_) | ProcessEvent::DeadlinePassed(_) => row,
        })
    }
}

impl Entry<OrdersEvent> for Alert {
    const TABLE: &'static str = "order_alerts";

    fn of(_: &str, event: &Recorded<'_, OrdersEvent>) -> Result<Option<Self>, Unfoldable> {
        let said = match &event.event {
            OrdersEvent::Order(fact) => of_order(fact),
            OrdersEvent::Payment(fact) => of_payment(fact),
            OrdersEvent::Shipment(fact) => of_shipment(fact),
            OrdersEvent::Process(_) => None,
        };
        let (at, about) = (event.recorded_at, event.stream.to_string());
        Ok(said.map(|(code, message)| Self { at, about, code: code.to_owned(), message: message.to_owned() }))
    }
}

fn of_order(fact: &OrderEvent) -> Option<(&str, &str)> {
    match fact {
        OrderEvent::Anomaly(AnomalyEvent::AnomalyDetected(anomaly)) => Some((&anomaly.code, &anomaly.message)),
        OrderEvent::Placement(_)
        | OrderEvent::Stock(_)
        | OrderEvent::Paying(_)
        | OrderEvent::Fulfillment(_)
        | OrderEvent::Cancelation(_)
        | OrderEvent::Completion(_) => None,
    }
}

fn of_payment(fact: &PaymentEvent) -> Option<(&str, &str)> {
    match fact {
        PaymentEvent::Anomaly(payment::AnomalyEvent::AnomalyDetected(anomaly)) => Some((&anomaly.code, &anomaly.message)),
        PaymentEvent::Authorization(_) | PaymentEvent::Capture(_) | PaymentEvent::Void(_) => None,
    }
}

fn of_shipment(fact: &ShipmentEvent) -> Option<(&str, &str)> {
    if let ShipmentEvent::AnomalyDetected(anomaly) = fact { Some((&anomaly.code, &anomaly.message)) } else { None }
}
