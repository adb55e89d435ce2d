use std::collections::BTreeMap;

use super::payment_ledger::PaymentLedger;
use super::{Findings, check};
use crate::order::{
    CancelationStep, CompletionEvent, FulfillmentEvent, OrderCancelationStarted, OrderEvent, OrderLinesShipped, OrderPlaced, OrderedLine,
    PayingEvent, PlacementEvent, StockEvent,
};
use crate::values::{LineNumber, LineQuantity};

/// An order: its amounts add up, its quantities stay within what was ordered, what is charged is what left, and its life goes forward.
#[derive(Debug, Default)]
pub(super) struct OrderLedger {
    stage: Stage,
    shipping: i64,
    shipping_charged: i64,
    lines: BTreeMap<LineNumber, LineLedger>,
    captures: i64,
    reserved: i64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    #[default]
    Unknown,
    Placed,
    Confirmed,
    Canceling,
    Undone,
    Completed,
}

#[derive(Debug, Default)]
struct LineLedger {
    ordered: i64,
    net: i64,
    tax: i64,
    in_fulfillment: i64,
    shipped: i64,
    delivered: i64,
    canceled: i64,
    charged_net: i64,
    charged_tax: i64,
}

impl OrderLedger {
    pub(super) fn apply(&mut self, event: &OrderEvent) -> Findings {
        let mut findings = Findings::new();
        self.advance(event, &mut findings);
        self.fold(event, &mut findings);
        for (number, line) in &self.lines {
            line.check(*number, &mut findings);
        }
        findings
    }

    /// What must hold once no process is under way: money agrees with what left, and what ended holds nothing.
    pub(super) fn settle<'a>(&self, payments: impl Iterator<Item = &'a PaymentLedger>) -> Findings {
        let (mut captured, mut held, mut pending, mut anomaly) = (0, 0, false, false);
        for payment in payments {
            captured += payment.captured();
            held += payment.held();
            pending |= payment.is_pending();
            anomaly |= payment.has_anomaly();
        }
        let charged = self.charged();
        let mut findings = Findings::new();
        check(&mut findings, !pending, "no_call_without_outcome", || "a call to the gateway has no outcome".to_owned());
        check(&mut findings, captured == charged || anomaly, "captured_as_charged", || {
            format!("{captured} captured, {charged} charged with what left (minor units)")
        });
        let stage = self.stage;
        let over = matches!(stage, Stage::Undone | Stage::Completed);
        check(&mut findings, !over || held == 0, "final_order_holds_no_money", || {
            format!("{stage:?} and holds {held} at the gateway (minor units)").to_lowercase()
        });
        check(&mut findings, !over || self.reserved == 0, "final_order_holds_no_stock", || {
            format!("{stage:?} and holds {} units", self.reserved).to_lowercase()
        });
        check(&mut findings, stage != Stage::Canceling, "cancelation_ends", || "is still being undone".to_owned());
        findings
    }

    fn charged(&self) -> i64 {
        self.lines.values().map(|line| line.charged_net + line.charged_tax).sum::<i64>() + self.shipping_charged
    }

    fn fold(&mut self, event: &OrderEvent, findings: &mut Findings) {
        match event {
            OrderEvent::Placement(PlacementEvent::OrderPlaced(event)) => self.place(event, findings),
            OrderEvent::Stock(StockEvent::OrderStockReserved(event)) => {
                self.reserved += event.reservations.iter().map(|held| i64::from(held.quantity.get())).sum::<i64>();
            }
            OrderEvent::Stock(StockEvent::OrderReservationLapsed(event)) => {
                self.reserved -= event.lapsed.iter().map(|held| i64::from(held.quantity.get())).sum::<i64>();
            }
            OrderEvent::Fulfillment(event) => self.fulfill(event, findings),
            OrderEvent::Cancelation(event) => match event.step() {
                CancelationStep::Started(event) => self.cancel(event),
                CancelationStep::Ended(..) => {}
            },
            OrderEvent::Completion(CompletionEvent::OrderCompleted(event)) => self.complete(event.captured.minor(), findings),
            OrderEvent::Placement(PlacementEvent::OrderConfirmed(_))
            | OrderEvent::Stock(StockEvent::OrderStockUnavailable(_))
            | OrderEvent::Paying(_)
            | OrderEvent::Anomaly(_) => {}
        }
    }

    fn cancel(&mut self, event: &OrderCancelationStarted) {
        self.reserved -= event.released.iter().map(|held| i64::from(held.quantity.get())).sum::<i64>();
        self.lines.values_mut().for_each(|line| line.canceled = line.ordered - line.shipped - line.in_fulfillment);
    }

    fn fulfill(&mut self, event: &FulfillmentEvent, findings: &mut Findings) {
        let units = |lines: &[LineQuantity]| lines.iter().map(|of| (of.line, i64::from(of.quantity.get()))).collect::<Vec<_>>();
        match event {
            FulfillmentEvent::OrderLinesReleased(event) => {
                units(&event.lines).into_iter().for_each(|(line, units)| self.line(line).in_fulfillment += units);
            }
            FulfillmentEvent::OrderLinesTakenBack(event) => {
                units(&event.lines).into_iter().for_each(|(line, units)| self.line(line).in_fulfillment -= units);
            }
            FulfillmentEvent::OrderLinesShipped(event) => self.ship(event, findings),
            FulfillmentEvent::OrderLinesDelivered(event) => {
                units(&event.lines).into_iter().for_each(|(line, units)| self.line(line).delivered += units);
            }
        }
    }

    fn place(&mut self, event: &OrderPlaced, findings: &mut Findings) {
        self.shipping = event.shipping.minor() + event.shipping_tax.minor();
        self.lines = event.lines.iter().map(|line| (line.line, LineLedger::of(line))).collect();
        let goods: i64 = self.lines.values().map(|line| line.net).sum();
        let taxes: i64 = self.lines.values().map(|line| line.tax).sum();
        let sum = goods + taxes + self.shipping;
        check(findings, sum == event.total.minor() && goods == event.goods.minor(), "total_is_sum_of_lines", || {
            format!("the total is {}, its parts sum up to {sum} (minor units)", event.total)
        });
    }

    fn ship(&mut self, event: &OrderLinesShipped, findings: &mut Findings) {
        for shipped in &event.lines {
            let units = i64::from(shipped.quantity.get());
            let line = self.line(shipped.line);
            line.in_fulfillment -= units;
            line.shipped += units;
            line.charged_net += shipped.net.minor();
            line.charged_tax += shipped.tax.minor();
            self.reserved -= units;
        }
        self.shipping_charged += event.shipping.minor() + event.shipping_tax.minor();
        self.captures += event.captures.iter().map(|share| share.amount.minor()).sum::<i64>();
        let (charged, captures) = (self.charged(), self.captures);
        check(findings, captures == charged, "captures_as_charged", || {
            format!("{captures} are to be captured, {charged} charged (minor units)")
        });
        check(findings, self.shipping_charged <= self.shipping, "shipping_charged_once", || {
            format!("{} charged for shipping of {} (minor units)", self.shipping_charged, self.shipping)
        });
    }

    fn complete(&self, captured: i64, findings: &mut Findings) {
        let open: i64 = self.lines.values().map(|line| line.ordered - line.canceled - line.delivered).sum();
        check(findings, open == 0, "completed_when_delivered", || format!("completed with {open} units not delivered"));
        let charged = self.charged();
        check(findings, captured == charged, "completed_when_paid", || {
            format!("completed with {captured} captured of {charged} (minor units)")
        });
    }

    fn line(&mut self, number: LineNumber) -> &mut LineLedger {
        self.lines.entry(number).or_default()
    }

    fn advance(&mut self, event: &OrderEvent, findings: &mut Findings) {
        let before = self.stage;
        let (allowed, after): (&[Stage], Stage) = match event {
            OrderEvent::Placement(PlacementEvent::OrderPlaced(_)) => (&[Stage::Unknown], Stage::Placed),
            OrderEvent::Placement(PlacementEvent::OrderConfirmed(_)) => (&[Stage::Placed], Stage::Confirmed),
            OrderEvent::Stock(StockEvent::OrderStockReserved(_) | StockEvent::OrderStockUnavailable(_))
            | OrderEvent::Paying(PayingEvent::OrderPaymentStarted(_)) => (&[Stage::Placed, Stage::Confirmed], before),
            // What is certain does not lapse.
            OrderEvent::Stock(StockEvent::OrderReservationLapsed(_)) => (&[Stage::Placed], before),
            OrderEvent::Paying(
                PayingEvent::OrderPaymentAuthorized(_) | PayingEvent::OrderPaymentDeclined(_) | PayingEvent::OrderPaymentVoided(_),
            )
            | OrderEvent::Anomaly(_) => (&[Stage::Placed, Stage::Confirmed, Stage::Canceling, Stage::Undone, Stage::Completed], before),
            OrderEvent::Fulfillment(FulfillmentEvent::OrderLinesDelivered(_)) => (&[Stage::Confirmed, Stage::Completed], before),
            OrderEvent::Fulfillment(
                FulfillmentEvent::OrderLinesReleased(_) | FulfillmentEvent::OrderLinesShipped(_) | FulfillmentEvent::OrderLinesTakenBack(_),
            ) => (&[Stage::Confirmed], before),
            OrderEvent::Cancelation(event) => match event.step() {
                CancelationStep::Started(_) => (&[Stage::Placed, Stage::Confirmed], Stage::Canceling),
                CancelationStep::Ended(..) => (&[Stage::Canceling], Stage::Undone),
            },
            OrderEvent::Completion(_) => (&[Stage::Confirmed], Stage::Completed),
        };
        check(findings, allowed.contains(&before), "life_goes_forward", || {
            format!("{} of an order that was {before:?}", event.name()).to_lowercase()
        });
        self.stage = after;
    }
}

impl LineLedger {
    fn of(line: &OrderedLine) -> Self {
        Self { ordered: i64::from(line.quantity.get()), net: line.net.minor(), tax: line.tax.minor(), ..Self::default() }
    }

    fn check(&self, number: LineNumber, findings: &mut Findings) {
        let (in_fulfillment, shipped, canceled, ordered) = (self.in_fulfillment, self.shipped, self.canceled, self.ordered);
        let within = in_fulfillment >= 0 && shipped + in_fulfillment + canceled <= ordered;
        check(findings, within, "quantities_within_ordered", || {
            format!("line {number}: {shipped} shipped, {in_fulfillment} in fulfillment and {canceled} canceled of {ordered}")
        });
        check(findings, self.delivered <= shipped, "delivered_within_shipped", || {
            format!("line {number}: {} delivered of {shipped} shipped", self.delivered)
        });
        let charged = self.charged_net == self.part(self.net) && self.charged_tax == self.part(self.tax);
        check(findings, charged, "charged_as_shipped", || {
            format!(
                "line {number}: {} and tax {} charged for {shipped} of {ordered} units (minor units)",
                self.charged_net, self.charged_tax
            )
        });
    }

    /// What the shipped units are worth of a whole.
    fn part(&self, whole: i64) -> i64 {
        if self.ordered == 0 {
            return 0;
        }
        self.shipped * (whole / self.ordered) + self.shipped.min(whole % self.ordered)
    }
}
