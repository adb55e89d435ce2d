//! The money's desk: an attempt to pay, its authorization, the confirmation that follows from it, a capture for each parcel that has left; and on the way back,
//! whatever is held is let go.

mod attempt;
mod calls;
mod share;

use std::collections::BTreeMap;

use aggregates::decisions::paying::SettleAuthorization;
use aggregates::decisions::placing::ConfirmOrder;
use aggregates::order::{
    FulfillmentEvent, OrderEvent, OrderLinesShipped, OrderPlaced, PayingEvent, PaymentTerms, PlacementEvent, StockEvent,
};
use aggregates::payment::{AnomalyEvent, AuthorizationEvent, CaptureEvent, CaptureRequested, PaymentEvent, VoidEvent, VoidPayment};
use aggregates::process::{DeadlinePassed, ProcessEvent};
use aggregates::values::{Money as Amount, PaymentId};
use serde::{Deserialize, Serialize};

use super::deadline::Which;
use super::desk::{Desk, Gates, Lost, Phase, Task};
use super::parking::Stuck;
use super::request::Request;
use super::{Action, Command, Deadline, Happened, MoneyStep, Occurrence, Rules};
use attempt::{Attempt, Settlement, Standing};
use calls::{made_by, start_payment};
use share::{Share, Shares, Stage};

/// What is known about the money.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Money {
    /// Total to pay is nothing.
    free: bool,
    /// The attempt that the order waits for, or that pays it.
    attempt: Option<PaymentId>,
    attempts: BTreeMap<PaymentId, Attempt>,
    shares: Shares,
}

impl Desk for Money {
    type Step = MoneyStep;

    fn learn(&mut self, fact: &Occurrence) {
        match &fact.happened {
            Happened::Order(event) => self.learn_of_order(event),
            Happened::Payment(payment, event) => self.learn_of_payment(*payment, event, fact),
            Happened::Process(ProcessEvent::ProcessResumed(_)) => self.forgive(),
            Happened::Process(ProcessEvent::DeadlinePassed(passed)) => self.learn_deadline(passed),
            Happened::Process(ProcessEvent::CommandRefused(_) | ProcessEvent::ProcessParked(_)) | Happened::Shipment(..) => {}
        }
    }

    /// A gateway may still say late that it holds money after all.
    fn close(&mut self) {
        *self = Self { attempts: std::mem::take(&mut self.attempts), ..Self::default() };
    }

    fn due(&self, gates: &Gates) -> Vec<MoneyStep> {
        match gates.phase {
            Phase::NotPlaced => vec![],
            Phase::Placed if gates.stock_is_held => self.toward_confirmation().into_iter().chain(self.late_steps()).collect(),
            Phase::Confirmed => self.shares.due(gates.all_has_left).into_iter().chain(self.late_steps()).collect(),
            // Without stock nobody is charged.
            Phase::Placed | Phase::Canceling => self.attempts.iter().filter_map(|(&payment, attempt)| attempt.undo_step(payment)).collect(),
            Phase::Ended => self.late_steps().collect(),
        }
    }

    /// An answer is waited for as long as the order is not over, whether it still wants the money or not.
    fn deadlines(&self, gates: &Gates, rules: &Rules) -> Vec<Deadline> {
        let silence = |(payment, attempt): (&PaymentId, &Attempt)| {
            let due_at = attempt.waits_since()?.checked_add_signed(rules.gateway_silent)?;
            Some(Deadline::of_a_payment(Which::GatewaySilent, *payment, due_at))
        };
        match gates.phase {
            Phase::Placed | Phase::Confirmed | Phase::Canceling => self.attempts.iter().filter_map(silence).collect(),
            Phase::NotPlaced | Phase::Ended => vec![],
        }
    }

    fn effect(&self, step: &MoneyStep, task: &Task<'_>) -> Option<Action> {
        let order = task.order;
        Some(match step {
            MoneyStep::StartPayment => Command::new(start_payment(task)).into(),
            MoneyStep::Authorize { payment } => self.authorize(*payment, task)?,
            MoneyStep::FindOut { payment } => self.find_out(*payment, task)?,
            MoneyStep::SettleAuthorization { payment } => Command::new(SettleAuthorization { order, payment: *payment }).into(),
            MoneyStep::ConfirmOrder => Command::new(ConfirmOrder { order }).into(),
            MoneyStep::CapturePayment { payment, shipment } => self.capture_payment(*payment, *shipment, task)?,
            MoneyStep::Capture { payment, shipment } => self.capture(*payment, *shipment, task)?,
            MoneyStep::VoidPayment { payment } => {
                Command::new(VoidPayment { payment: *payment, operation: made_by(task.command_id, "operation") }).into()
            }
            MoneyStep::Void { payment } => self.void(*payment, task)?,
        })
    }
}

impl Money {
    fn learn_of_order(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Placement(PlacementEvent::OrderPlaced(placed)) => self.learn_placement(placed),
            OrderEvent::Paying(event) => self.learn_of_book(event),
            OrderEvent::Fulfillment(FulfillmentEvent::OrderLinesShipped(shipped)) => self.owe(shipped),
            // It waits for none of its attempts any more.
            OrderEvent::Stock(StockEvent::OrderReservationLapsed(_)) => self.attempt = None,
            OrderEvent::Placement(PlacementEvent::OrderConfirmed(_))
            | OrderEvent::Stock(StockEvent::OrderStockReserved(_) | StockEvent::OrderStockUnavailable(_))
            | OrderEvent::Fulfillment(
                FulfillmentEvent::OrderLinesReleased(_)
                | FulfillmentEvent::OrderLinesDelivered(_)
                | FulfillmentEvent::OrderLinesTakenBack(_),
            )
            | OrderEvent::Cancelation(_)
            | OrderEvent::Completion(_)
            | OrderEvent::Anomaly(_) => {}
        }
    }

    /// The order's own book.
    fn learn_of_book(&mut self, event: &PayingEvent) {
        match event {
            PayingEvent::OrderPaymentStarted(started) => self.attempt = Some(started.payment),
            PayingEvent::OrderPaymentAuthorized(ended) => self.settle(ended.payment, Settlement::Authorized),
            PayingEvent::OrderPaymentDeclined(ended) => self.settle(ended.payment, Settlement::Declined { code: ended.code.clone() }),
            PayingEvent::OrderPaymentVoided(ended) => self.settle(ended.payment, Settlement::Voided),
        }
    }

    fn learn_placement(&mut self, placed: &OrderPlaced) {
        let PaymentTerms::Card { .. } = placed.payment;
        self.free = placed.total.is_zero();
    }

    fn learn_of_payment(&mut self, id: PaymentId, event: &PaymentEvent, fact: &Occurrence) {
        match event {
            PaymentEvent::Authorization(event) => self.learn_of_authorization(id, event, fact),
            PaymentEvent::Capture(CaptureEvent::CaptureRequested(asked)) => self.request_share(id, asked, fact),
            PaymentEvent::Capture(CaptureEvent::PaymentCaptured(captured)) => self.shares.stand(id, captured.shipment, Stage::Captured),
            PaymentEvent::Capture(CaptureEvent::CaptureFailed(failed)) => self.shares.fail(id, failed.shipment, &failed.code),
            PaymentEvent::Void(VoidEvent::VoidRequested(asked)) => self.stand(id, Standing::Voiding(Request::by(fact, asked.operation))),
            PaymentEvent::Void(VoidEvent::PaymentVoided(_)) => self.stand(id, Standing::Voided),
            PaymentEvent::Void(VoidEvent::VoidFailed(failed)) => self.fail_void(id, &failed.code),
            PaymentEvent::Anomaly(AnomalyEvent::AnomalyDetected(anomaly)) if anomaly.says_money_is_held() => {
                self.answer(id, Standing::Contradicted);
            }
            PaymentEvent::Anomaly(_) => {}
        }
    }

    fn learn_of_authorization(&mut self, id: PaymentId, event: &AuthorizationEvent, fact: &Occurrence) {
        match event {
            AuthorizationEvent::PaymentInitiated(initiated) => self.open(id, initiated.amount, initiated.method.clone()),
            AuthorizationEvent::AuthorizationRequested(asked) => self.stand(id, Standing::Authorizing(Request::by(fact, asked.operation))),
            AuthorizationEvent::PaymentAuthorized(authorized) => {
                self.answer(id, Standing::Authorized);
                self.refer(id, &authorized.gateway_reference);
            }
            AuthorizationEvent::PaymentDeclined(_) => self.answer(id, Standing::Declined),
            AuthorizationEvent::AuthorizationReleased(_) => {}
        }
    }

    fn open(&mut self, id: PaymentId, amount: Amount, method: Option<String>) {
        self.attempts.entry(id).or_insert_with(|| Attempt::initiated(amount, method));
    }

    fn answer(&mut self, id: PaymentId, standing: Standing) {
        if let Some(attempt) = self.attempts.get_mut(&id) {
            attempt.answer(standing);
        }
    }

    /// Whatever the setting is by now: that an instant has passed after the gateway was asked is a fact.
    fn learn_deadline(&mut self, passed: &DeadlinePassed) {
        let waiting = self.attempts.iter_mut().filter(|(payment, _)| payment.to_string() == passed.subject);
        for (_, attempt) in waiting.filter(|_| passed.which == Which::GatewaySilent.name()) {
            attempt.silent |= attempt.waits_since().is_some_and(|since| passed.due_at >= since);
        }
    }

    fn stand(&mut self, id: PaymentId, standing: Standing) {
        if let Some(attempt) = self.attempts.get_mut(&id) {
            attempt.standing = standing;
        }
    }

    fn refer(&mut self, id: PaymentId, reference: &str) {
        if let Some(attempt) = self.attempts.get_mut(&id) {
            attempt.reference = Some(reference.to_owned());
        }
    }

    fn settle(&mut self, id: PaymentId, settlement: Settlement) {
        if let Some(attempt) = self.attempts.get_mut(&id) {
            attempt.settled = Some(settlement);
        }
    }

    fn fail_void(&mut self, id: PaymentId, code: &str) {
        if let Some(attempt) = self.attempts.get_mut(&id) {
            attempt.keep(code);
        }
    }

    /// A dispatch says what each payment owes for it.
    fn owe(&mut self, shipped: &OrderLinesShipped) {
        for capture in shipped.captures.iter().filter(|capture| capture.amount.is_positive()) {
            self.shares.owe(capture.payment, shipped.shipment, capture.amount);
        }
    }

    fn request_share(&mut self, payment: PaymentId, asked: &CaptureRequested, fact: &Occurrence) {
        self.shares.owe(payment, asked.shipment, asked.amount);
        let stage = Stage::Requested { request: Request::by(fact, asked.operation), r#final: asked.r#final };
        self.shares.stand(payment, asked.shipment, stage);
    }

    /// An operator says: try again.
    fn forgive(&mut self) {
        self.shares.forgive();
        self.attempts.values_mut().for_each(|attempt| attempt.failed_voids.forget());
    }

    /// Nothing to pay, or an attempt that is authorized: certain. Else the attempt's next step, if there is one.
    fn toward_confirmation(&self) -> Option<MoneyStep> {
        match self.attempt {
            _ if self.free => Some(MoneyStep::ConfirmOrder),
            None => Some(MoneyStep::StartPayment),
            Some(payment) => self.attempts.get(&payment)?.next_step(payment),
        }
    }

    /// Money that a gateway holds although the order does not wait for it goes back, however late it says so.
    fn late_steps(&self) -> impl Iterator<Item = MoneyStep> {
        let others = self.attempts.iter().filter(|(payment, _)| self.attempt != Some(**payment));
        others.filter_map(|(&payment, attempt)| attempt.late_step(payment))
    }

    /// Whether nothing is to be paid, or all of it is authorized.
    pub(super) fn is_paid(&self) -> bool {
        let attempt = self.attempt.and_then(|payment| self.attempts.get(&payment));
        self.free || attempt.is_some_and(Attempt::is_authorized)
    }

    /// Why the order cannot be paid.
    pub(super) fn lost(&self) -> Option<Lost> {
        self.attempts.get(&self.attempt?)?.settled.as_ref()?.lost()
    }

    pub(super) fn all_is_captured(&self) -> bool {
        self.shares.all_are_captured()
    }

    pub(super) fn none_is_held(&self) -> bool {
        self.attempts.iter().all(|(&payment, attempt)| attempt.undo_step(payment).is_none())
    }

    /// What a gateway has refused so often that people must see to it.
    pub(super) fn given_up(&self, limit: u32) -> Vec<Stuck> {
        let voids = self.attempts.iter().filter_map(|(&payment, attempt)| {
            let cause = attempt.failed_voids.given_up("the gateway", limit)?;
            Some(Stuck::new(&MoneyStep::Void { payment }.into(), cause))
        });
        voids.chain(self.shares.given_up(limit)).collect()
    }

    /// How often a gateway has refused what a step leads to: the next try may wait.
    pub(super) fn failures(&self, step: &MoneyStep) -> u32 {
        match step {
            MoneyStep::CapturePayment { payment, shipment } => self.shares.get(*payment, *shipment).map_or(0, Share::failures),
            MoneyStep::VoidPayment { payment } => self.attempts.get(payment).map_or(0, |attempt| attempt.failed_voids.times()),
            MoneyStep::StartPayment
            | MoneyStep::Authorize { .. }
            | MoneyStep::FindOut { .. }
            | MoneyStep::SettleAuthorization { .. }
            | MoneyStep::ConfirmOrder
            | MoneyStep::Capture { .. }
            | MoneyStep::Void { .. } => 0,
        }
    }
}
