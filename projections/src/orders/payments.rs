//! The attempts to pay an order: one row each.

use aggregates::payment::{AuthorizationEvent, CaptureEvent, PaymentEvent, PaymentInitiated, VoidEvent};
use aggregates::status::AttemptStage;
use aggregates::values::PaymentId;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::OrdersEvent;
use super::figures::Figures;
use crate::recorded::{Recorded, Unfoldable};
use crate::row::Part;

/// One attempt to pay an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentRow {
    /// Where in the log it began: attempts are told in this order.
    pub started_position: i64,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// The gateway's name.
    pub gateway: String,
    /// Where it is in its life.
    pub state: AttemptStage,
    /// How much was to be authorized.
    #[serde(with = "crate::amount")]
    pub amount: Decimal,
    /// How much the gateway ever held.
    #[serde(with = "crate::amount")]
    pub authorized: Decimal,
    /// How much of it was taken.
    #[serde(with = "crate::amount")]
    pub captured: Decimal,
    /// How much of it was let go of.
    #[serde(with = "crate::amount")]
    pub released: Decimal,
    /// The gateway's last no, such as `insufficient_funds`.
    pub failure_code: Option<String>,
    figures: Figures,
    /// The attempt.
    #[serde(rename = "part", skip_serializing)]
    pub id: PaymentId,
}

impl Part<OrdersEvent> for PaymentRow {
    const TABLE: &'static str = "order_payments";

    fn parts(event: &Recorded<'_, OrdersEvent>) -> Vec<String> {
        match &event.event {
            OrdersEvent::Payment(_) => vec![event.stream.aggregate_id().to_owned()],
            OrdersEvent::Order(_) | OrdersEvent::Shipment(_) | OrdersEvent::Process(_) => vec![],
        }
    }

    fn fold(row: Option<Self>, part: &str, event: &Recorded<'_, OrdersEvent>) -> Result<Option<Self>, Unfoldable> {
        let OrdersEvent::Payment(fact) = &event.event else { return Ok(row) };
        match (fact, row) {
            (PaymentEvent::Authorization(AuthorizationEvent::PaymentInitiated(initiated)), None) => {
                Self::new(initiated, part, event).map(Some)
            }
            (fact, Some(mut row)) => {
                row.change(fact);
                Ok(Some(row))
            }
            (_, None) => Err(Unfoldable::no_row(&event.stream.to_string(), event)),
        }
    }
}

impl PaymentRow {
    fn new(initiated: &PaymentInitiated, part: &str, event: &Recorded<'_, OrdersEvent>) -> Result<Self, Unfoldable> {
        let nothing = Decimal::new(0, initiated.amount.currency().digits());
        Ok(Self {
            id: part.parse().map_err(|problem| Unfoldable(format!("{problem}")))?,
            started_position: event.position,
            started_at: event.recorded_at,
            gateway: initiated.gateway.clone(),
            state: AttemptStage::Pending,
            amount: initiated.amount.amount(),
            authorized: nothing,
            captured: nothing,
            released: nothing,
            failure_code: None,
            figures: Figures::NONE,
        })
    }

    fn change(&mut self, fact: &PaymentEvent) {
        self.figures.change(fact);
        let amount = |minor| Decimal::new(minor, self.amount.scale());
        (self.authorized, self.captured, self.released) =
            (amount(self.figures.authorized), amount(self.figures.captured), amount(self.figures.released));
        self.state = self.figures.stage();
        if let Some(code) = failure(fact) {
            self.failure_code = Some(code.to_owned());
        }
    }
}

fn failure(fact: &PaymentEvent) -> Option<&str> {
    match fact {
        PaymentEvent::Authorization(AuthorizationEvent::PaymentDeclined(declined)) => Some(&declined.code),
        PaymentEvent::Capture(CaptureEvent::CaptureFailed(failed)) => Some(&failed.code),
        PaymentEvent::Void(VoidEvent::VoidFailed(failed)) => Some(&failed.code),
        PaymentEvent::Authorization(
            AuthorizationEvent::PaymentInitiated(_)
            | AuthorizationEvent::AuthorizationRequested(_)
            | AuthorizationEvent::PaymentAuthorized(_)
            | AuthorizationEvent::AuthorizationReleased(_),
        )
        | PaymentEvent::Capture(CaptureEvent::CaptureRequested(_) | CaptureEvent::PaymentCaptured(_))
        | PaymentEvent::Void(VoidEvent::VoidRequested(_) | VoidEvent::PaymentVoided(_))
        | PaymentEvent::Anomaly(_) => None,
    }
}
