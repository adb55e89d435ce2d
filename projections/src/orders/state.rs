//! The row of an order that moves: its words, its figures and how far each line is, and what they are derived from.

use aggregates::order::{
    CancelationEvent, CancelationReason, CompletionEvent, FulfillmentEvent, OrderCancelationStarted, OrderEvent, OrderPlaced, OrderedLine,
    PayingEvent, PlacementEvent, StockEvent,
};
use aggregates::payment::{AuthorizationEvent, PaymentEvent};
use aggregates::status::{
    AttemptStage, FulfillmentStatus, LineAmounts, LineUnits, Owed, PaidStatus, due_minor, fulfillment_status, paid_status,
};
use aggregates::values::{Currency, LineNumber, LineQuantity, LineReservation, PaymentId, Quantity};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::OrdersEvent;
use super::figures::Figures;
use crate::recorded::{Recorded, Unfoldable};
use crate::row::Row;
use crate::words::row_words;

/// What moves of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderState {
    /// Where it is in its life.
    pub status: OrderStatus,
    /// Derived from its payments.
    pub payment_status: PaidStatus,
    /// Derived from its lines.
    pub fulfillment_status: FulfillmentStatus,
    /// Business time: when the customer placed it.
    pub placed_at: DateTime<Utc>,
    /// When something last happened to it.
    pub updated_at: DateTime<Utc>,
    /// The sequence of the last event of its own stream: what `If-Match` speaks of.
    pub version: i64,
    /// Why it ended early: stable, such as `out_of_stock`.
    pub reason_code: Option<String>,
    /// The same in a sentence for the customer.
    pub reason_message: Option<String>,
    /// The currency of every amount.
    pub currency: Currency,
    /// What is owed for what was not canceled.
    #[serde(with = "crate::amount")]
    pub due: Decimal,
    /// What gateways hold for it and have not taken.
    #[serde(with = "crate::amount")]
    pub authorized: Decimal,
    /// What was taken.
    #[serde(with = "crate::amount")]
    pub captured: Decimal,
    /// Shipping with its tax.
    shipping_minor: i64,
    lines: Lines,
    attempts: Vec<PaymentAttempt>,
}

/// The lines, each at the same place in every list: what is frozen of them that amounts are derived from, and how far their units are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Lines {
    number: Vec<LineNumber>,
    net_minor: Vec<i64>,
    tax_minor: Vec<i64>,
    ordered: Vec<Quantity>,
    reserved: Vec<u32>,
    in_fulfillment: Vec<u32>,
    shipped: Vec<u32>,
    delivered: Vec<u32>,
    canceled: Vec<u32>,
}

/// An attempt to pay, as far as the order's words and figures need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PaymentAttempt {
    payment: PaymentId,
    #[serde(flatten)]
    figures: Figures,
}

row_words! {
    /// Where an order is in its life.
    OrderStatus:
    /// Placed; stock and money are not certain yet.
    Placed = "placed",
    /// Stock and money are certain.
    Confirmed = "confirmed",
    /// Being undone.
    Canceling = "canceling",
    /// Ended well.
    Completed = "completed",
    /// Ended: it could not be fulfilled or paid.
    Rejected = "rejected",
    /// Ended: it took too long.
    Expired = "expired",
    /// Ended on request.
    Canceled = "canceled",
}

impl Row<OrdersEvent> for OrderState {
    const TABLE: &'static str = "orders";

    fn fold(row: Option<Self>, key: &str, event: &Recorded<'_, OrdersEvent>) -> Result<Option<Self>, Unfoldable> {
        let mut row = match (&event.event, row) {
            (OrdersEvent::Order(OrderEvent::Placement(PlacementEvent::OrderPlaced(placed))), None) => Self::new(placed, event),
            (OrdersEvent::Order(OrderEvent::Placement(PlacementEvent::OrderPlaced(_))), Some(_)) => {
                return Err(Unfoldable::second(key, event));
            }
            (OrdersEvent::Process(_), row) => return Ok(row),
            (_, None) => return Err(Unfoldable::no_row(key, event)),
            (_, Some(row)) => row,
        };
        match &event.event {
            OrdersEvent::Order(fact) => {
                row.change(fact)?;
                row.version = event.sequence;
            }
            OrdersEvent::Payment(fact) => row.pay(fact, event)?,
            OrdersEvent::Shipment(_) | OrdersEvent::Process(_) => {}
        }
        row.derive();
        row.updated_at = event.recorded_at;
        Ok(Some(row))
    }
}

impl OrderState {
    fn new(placed: &OrderPlaced, event: &Recorded<'_, OrdersEvent>) -> Self {
        let nothing = Decimal::new(0, placed.currency.digits());
        Self {
            status: OrderStatus::Placed,
            payment_status: PaidStatus::Unpaid,
            fulfillment_status: FulfillmentStatus::Unfulfilled,
            placed_at: placed.placed_at,
            updated_at: event.recorded_at,
            version: event.sequence,
            reason_code: None,
            reason_message: None,
            currency: placed.currency,
            due: nothing,
            authorized: nothing,
            captured: nothing,
            shipping_minor: placed.shipping.minor() + placed.shipping_tax.minor(),
            lines: Lines::of(&placed.lines),
            attempts: vec![],
        }
    }

    /// That an attempt to pay began is the order's own fact; what became of it stands in the payment's events, and the order's tell it in the timeline only.
    fn change(&mut self, fact: &OrderEvent) -> Result<(), Unfoldable> {
        match fact {
            OrderEvent::Placement(PlacementEvent::OrderConfirmed(_)) => self.status = OrderStatus::Confirmed,
            OrderEvent::Stock(StockEvent::OrderStockReserved(reserved)) => self.reserve(&reserved.reservations)?,
            OrderEvent::Stock(StockEvent::OrderReservationLapsed(_)) => self.lines.reserved.fill(0),
            OrderEvent::Paying(PayingEvent::OrderPaymentStarted(started)) => self.begin(started.payment),
            OrderEvent::Fulfillment(fact) => self.fulfill(fact)?,
            OrderEvent::Cancelation(fact) => self.cancel(fact),
            OrderEvent::Completion(CompletionEvent::OrderCompleted(_)) => self.status = OrderStatus::Completed,
            OrderEvent::Placement(PlacementEvent::OrderPlaced(_))
            | OrderEvent::Stock(StockEvent::OrderStockUnavailable(_))
            | OrderEvent::Paying(
                PayingEvent::OrderPaymentAuthorized(_) | PayingEvent::OrderPaymentDeclined(_) | PayingEvent::OrderPaymentVoided(_),
            )
            | OrderEvent::Anomaly(_) => {}
        }
        Ok(())
    }

    fn reserve(&mut self, reservations: &[LineReservation]) -> Result<(), Unfoldable> {
        for held in reservations {
            let line = self.place_of(held.line)?;
            self.lines.reserved[line] += held.quantity.get();
        }
        Ok(())
    }

    fn fulfill(&mut self, fact: &FulfillmentEvent) -> Result<(), Unfoldable> {
        match fact {
            FulfillmentEvent::OrderLinesReleased(released) => {
                self.each(&released.lines, |row, line, units| row.lines.in_fulfillment[line] += units)
            }
            FulfillmentEvent::OrderLinesTakenBack(back) => {
                self.each(&back.lines, |row, line, units| take(&mut row.lines.in_fulfillment[line], units))
            }
            FulfillmentEvent::OrderLinesDelivered(delivered) => {
                self.each(&delivered.lines, |row, line, units| row.lines.delivered[line] += units)
            }
            FulfillmentEvent::OrderLinesShipped(shipped) => {
                for gone in &shipped.lines {
                    let (line, units) = (self.place_of(gone.line)?, gone.quantity.get());
                    take(&mut self.lines.in_fulfillment[line], units);
                    take(&mut self.lines.reserved[line], units);
                    self.lines.shipped[line] += units;
                }
                Ok(())
            }
        }
    }

    fn each(&mut self, lines: &[LineQuantity], change: fn(&mut Self, usize, u32)) -> Result<(), Unfoldable> {
        for part in lines {
            let line = self.place_of(part.line)?;
            change(self, line, part.quantity.get());
        }
        Ok(())
    }

    fn cancel(&mut self, fact: &CancelationEvent) {
        match fact {
            CancelationEvent::OrderCancelationStarted(started) => self.start_cancelation(started),
            CancelationEvent::OrderRejected(rejected) => self.end(OrderStatus::Rejected, &rejected.reason),
            CancelationEvent::OrderExpired(expired) => self.end(OrderStatus::Expired, &expired.reason),
            CancelationEvent::OrderCanceled(canceled) => self.end(OrderStatus::Canceled, &canceled.reason),
        }
    }

    /// Everything open is canceled, and nothing is held any more.
    fn start_cancelation(&mut self, started: &OrderCancelationStarted) {
        self.end(OrderStatus::Canceling, &started.reason);
        let open: Vec<u32> = self.units().map(LineUnits::open).collect();
        self.lines.canceled.iter_mut().zip(open).for_each(|(canceled, open)| *canceled += open);
        self.lines.reserved.fill(0);
    }

    fn end(&mut self, status: OrderStatus, reason: &CancelationReason) {
        self.status = status;
        self.reason_code = Some(reason.code.clone());
        self.reason_message = Some(reason.message.clone());
    }

    fn begin(&mut self, payment: PaymentId) {
        self.attempts.push(PaymentAttempt { payment, figures: Figures::NONE });
    }

    fn pay(&mut self, fact: &PaymentEvent, event: &Recorded<'_, OrdersEvent>) -> Result<(), Unfoldable> {
        let payment: PaymentId = event.stream.aggregate_id().parse().map_err(|problem| Unfoldable(format!("{problem}")))?;
        match (fact, self.attempts.iter_mut().find(|attempt| attempt.payment == payment)) {
            (fact, Some(attempt)) => attempt.figures.change(fact),
            (PaymentEvent::Authorization(AuthorizationEvent::PaymentInitiated(_)), None) => {
                self.begin(payment);
            }
            (_, None) => return Err(Unfoldable::no_row(&event.stream.to_string(), event)),
        }
        Ok(())
    }

    /// Sets what follows from lines and payments.
    fn derive(&mut self) {
        let amount = |minor| Decimal::new(minor, self.currency.digits());
        let (due, captured) =
            (due_minor(self.lines.amounts(), self.shipping_minor), self.attempts.iter().map(|attempt| attempt.figures.captured).sum());
        let stages: Vec<AttemptStage> = self.attempts.iter().map(|attempt| attempt.figures.stage()).collect();
        let fulfillment = fulfillment_status(self.units());
        let owed = Owed { due_minor: due, captured_minor: captured, is_canceled: fulfillment == FulfillmentStatus::Canceled };
        let authorized = amount(self.attempts.iter().map(|attempt| attempt.figures.held()).sum());
        (self.due, self.captured, self.authorized) = (amount(due), amount(captured), authorized);
        (self.payment_status, self.fulfillment_status) = (paid_status(owed, &stages), fulfillment);
    }

    /// How far the units of each line are, in the order of the lines.
    pub(super) fn units(&self) -> impl Iterator<Item = LineUnits> {
        self.lines.units()
    }

    fn place_of(&self, line: LineNumber) -> Result<usize, Unfoldable> {
        let place = self.lines.number.iter().position(|number| *number == line);
        place.ok_or_else(|| Unfoldable(format!("the order has no line {line}")))
    }
}

impl Lines {
    fn of(lines: &[OrderedLine]) -> Self {
        let none = vec![0; lines.len()];
        Self {
            number: lines.iter().map(|line| line.line).collect(),
            net_minor: lines.iter().map(|line| line.net.minor()).collect(),
            tax_minor: lines.iter().map(|line| line.tax.minor()).collect(),
            ordered: lines.iter().map(|line| line.quantity).collect(),
            reserved: none.clone(),
            in_fulfillment: none.clone(),
            shipped: none.clone(),
            delivered: none.clone(),
            canceled: none,
        }
    }

    fn units(&self) -> impl Iterator<Item = LineUnits> {
        (0..self.number.len()).map(|line| LineUnits {
            ordered: self.ordered[line].get(),
            reserved: self.reserved[line],
            in_fulfillment: self.in_fulfillment[line],
            shipped: self.shipped[line],
            delivered: self.delivered[line],
            canceled: self.canceled[line],
        })
    }

    fn amounts(&self) -> impl Iterator<Item = LineAmounts> {
        (0..self.number.len()).map(|line| LineAmounts {
            ordered: self.ordered[line],
            canceled: self.canceled[line],
            net_minor: self.net_minor[line],
            tax_minor: self.tax_minor[line],
        })
    }
}

fn take(held: &mut u32, units: u32) {
    *held = held.saturating_sub(units);
}
