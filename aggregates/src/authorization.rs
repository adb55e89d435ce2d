//! Paying for an order: an attempt begins on the order and on its payment in one append, and what becomes of it is taken over by the order.

use decider::{Changes, Decision, Needed, States};

use crate::loaded::loaded;
use crate::order::{Order, OrderPaymentStarted, OrderRefusal, OrderStatus, PaymentTerms, SettleAuthorization, StartPayment, Terms};
use crate::payment::{AuthorizationRequested, Payment, PaymentInitiated};
use crate::values::{Money, PaymentPurpose};

impl Decision for StartPayment {
    type Refusal = OrderRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Order>(self.order.to_string()), Needed::created::<Payment>(self.payment.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, OrderRefusal> {
        let order = loaded::<Order>(states, &self.order.to_string());
        if order.payment(self.payment).is_some() {
            return Ok(Changes::none());
        }
        let terms = order.terms_while(self.order, OrderStatus::Placed)?;
        self.stock_comes_first(order)?;
        order.may_start_payment()?;
        if loaded::<Payment>(states, &self.payment.to_string()).initiated().is_some() {
            return Err(OrderRefusal::PaymentInFlight { payment: self.payment });
        }
        match order.due() {
            Some(due) if due.is_positive() => Ok(self.start(terms, due)),
            Some(_) | None => Err(OrderRefusal::NothingOutstanding),
        }
    }
}

impl StartPayment {
    /// No charge without a reservation.
    fn stock_comes_first(&self, order: &Order) -> Result<(), OrderRefusal> {
        match order.unreserved() {
            0 => Ok(()),
            units => Err(OrderRefusal::StockNotReserved { order: self.order, units }),
        }
    }

    fn start(&self, terms: &Terms, amount: Money) -> Changes {
        let (order, purpose) = (self.order, PaymentPurpose::Order);
        let PaymentTerms::Card { method } = terms.payment.clone();
        let payment = self.payment.to_string();
        let mut changes = Changes::none();
        changes.push::<Order>(order.to_string(), OrderPaymentStarted { payment: self.payment, purpose, amount }.into());
        let initiated = PaymentInitiated { order, purpose, amount, gateway: self.gateway.clone(), method };
        changes.push::<Payment>(payment.as_str(), initiated.into());
        changes.push::<Payment>(payment, AuthorizationRequested { order, operation: self.operation, amount }.into());
        changes
    }
}

impl Decision for SettleAuthorization {
    type Refusal = OrderRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        vec![Needed::of::<Order>(self.order.to_string()), Needed::of::<Payment>(self.payment.to_string())]
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, OrderRefusal> {
        let id = self.order.to_string();
        let order = loaded::<Order>(states, &id);
        order.terms_of(self.order)?;
        let settled = order.settle(self.payment, loaded(states, &self.payment.to_string()))?;
        Ok(Changes::of::<Order>(&id, settled))
    }
}
